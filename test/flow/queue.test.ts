import { describe, expect, it } from 'vitest';
import { sweepOnce } from '../../jobs/sweep.ts';
import { Notification } from '../../src/entities/notification.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { call, hire, type Person } from '../support/people.ts';
import { asManager, buildShop, conversationOf, handlerOf, writes, type Shop } from '../support/tenants.ts';
import { conversationsByManager, handoverById, queueUp, setSettings } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

// Only where a test calls for the sweep is anything found by it.
const world = useWorld({ env: { SWEEP_INTERVAL_MS: '60000' } });
const closed = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
const neverOpen = { timezone: 'Europe/Berlin', week: closed, holidays: [] };

/** Closed today and, whatever the day, open for the whole of the day after tomorrow: tomorrow may begin in mid-test. */
function opensSoon() {
  const opening = new Date(new Date(Date.now() + 2 * 86_400_000).setUTCHours(0, 0, 0, 0));
  const day = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[opening.getUTCDay()] ?? 'mon';
  const week = { ...closed, [day]: [{ from: '00:00', to: '24:00' }] };
  return { opening, businessHours: { timezone: 'UTC', week, holidays: [] } };
}

async function giving(defaultCapacity = 1, wishes = {}): Promise<Shop> {
  const shop = await buildShop(world, { handoverMode: 'immediate', ...wishes });
  await setSettings(world, shop, { autoAssign: true, defaultCapacity });
  await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).autoAssign).toBe(true));
  return shop;
}
async function arrives(shop: Shop): Promise<Person> {
  const person = await hire(world, shop.tenantId, 'manager');
  await call(world, person.token, 'PUT', '/me/presence', { body: { isOnline: true } });
  await until(async () => expect(await world.deps.isStaffed(shop.tenantId)).toBe(true));
  return person;
}
const has = (shop: Shop, person: Person, count: number) =>
  until(async () => expect((await conversationsByManager(world, shop)).get(person.userId) ?? []).toHaveLength(count));

describe('the queue', () => {
  it('gives a new handover to whoever is there, and the next one when that person has room', async () => {
    const shop = await giving();
    const mia = await arrives(shop);
    await writes(world, shop, 301, 'human please');
    await has(shop, mia, 1);
    await writes(world, shop, 302, 'human please');
    await until(async () => expect(await handlerOf(world, shop, 302)).toBe('queued'));
    const { id } = await conversationOf(world, shop, 301);
    expect((await conversationOf(world, shop, 301)).assigneeUserId).toBe(mia.userId);
    await asManager(world, { ...shop, managerToken: mia.token }, `/conversations/${id}/close`, {});
    await until(async () => expect((await conversationOf(world, shop, 302)).assigneeUserId).toBe(mia.userId));
    // To the contact it is all one answer.
    expect(world.platform.textsTo('302')).toHaveLength(1);
  });

  it('tells managers once, whose it is now', async () => {
    const shop = await giving();
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const path = `/given/${shop.slug}`;
    const config = { url: `${world.platform.url}${path}`, secret };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'webhook', name: 'Desk', config });
    const mia = await arrives(shop);
    await until(async () => expect((await world.deps.targetsOf(shop.tenantId)).ids).toHaveLength(1));
    await writes(world, shop, 303, 'human please');
    await has(shop, mia, 1);
    const told = () => world.platform.calls.filter((one) => one.path === path).map(({ body }) => body['data']);
    await until(() => expect(told()).toHaveLength(1));
    expect(told()[0]).toMatchObject({
      reason: 'Given to manager. the contact asked for a human',
      assignedTo: { userId: mia.userId, name: 'manager' },
    });
    // The one that said that somebody waits is called off.
    await until(async () => {
      const notices = await withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.find(Notification, { tenantId: shop.tenantId }),
      );
      expect(notices.map(({ status }) => status).toSorted()).toEqual(['sent', 'skipped']);
    });
  });

  it('gives when somebody comes, is given more capacity, or it is switched on', async () => {
    const shop = await buildShop(world);
    const owner = await hire(world, shop.tenantId, 'owner');
    for (let n = 0; n < 3; n++) await queueUp(world, shop, { waits: 0 });
    const mia = await arrivesSilently(shop);
    await setSettings(world, shop, { autoAssign: true, defaultCapacity: 1 });
    await has(shop, mia, 1);
    await call(world, owner.token, 'PATCH', `/team/${mia.userId}/capacity`, { body: { capacity: 2 } });
    await has(shop, mia, 2);
    const leo = await arrives(shop);
    await has(shop, leo, 1);
  });

  it('finds those whom a lost job has left waiting', async () => {
    const shop = await giving();
    const mia = await arrives(shop);
    await has(shop, mia, 0);
    await queueUp(world, shop, { waits: 1 });
    await sweepOnce(world.deps);
    await has(shop, mia, 1);
  });
});

async function arrivesSilently(shop: Shop): Promise<Person> {
  const person = await hire(world, shop.tenantId, 'manager');
  await call(world, person.token, 'PUT', '/me/presence', { body: { isOnline: true } });
  return person;
}

describe('outside business hours', () => {
  const shut = async (shop: Shop, businessHours: Record<string, unknown>) => {
    await setSettings(world, shop, { businessHours });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).businessHours).not.toBeNull());
  };

  it('says when somebody will be there, instead of that somebody will answer right now, and waits', async () => {
    const shop = await buildShop(world, {
      handoverMode: 'immediate',
      handoverMessage: 'In a minute!',
      thresholds: { queue_timeout: 1 },
    });
    const { opening, businessHours } = opensSoon();
    await shut(shop, businessHours);
    await writes(world, shop, 311, 'human please');
    await until(() => expect(world.platform.textsTo('311')).toHaveLength(1));
    expect(world.platform.textsTo('311')[0]).toMatch(/saved.* at 12:00.AM/);
    // queue_timeout does not run: it begins with that day.
    const { openHandoverId } = await conversationOf(world, shop, 311);
    const { timeoutAt } = await handoverById(world, shop, openHandoverId ?? '');
    expect(timeoutAt?.getTime()).toBe(opening.getTime() + 1_000);
    expect(await handlerOf(world, shop, 311)).toBe('queued');
  });

  it('offers a person only with the time from which on one is there', async () => {
    const shop = await buildShop(world, { thresholds: { escalation_threshold: 0.5 } });
    await shut(shop, opensSoon().businessHours);
    await writes(world, shop, 312, 'Can I bring my dog?');
    await until(() => expect(world.platform.textsTo('312')[0]).toMatch(/back on .* 12:00.AM.*yes or no/));
    await writes(world, shop, 312, 'yes');
    await until(() => expect(world.platform.textsTo('312')[1]).toMatch(/saved.* 12:00.AM/));
    expect(await handlerOf(world, shop, 312)).toBe('queued');
  });

  it('gives the conversation back to automation at once, where the tenant wants that (nobody_there: return)', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate', thresholds: { nobody_there: 'return' } });
    await shut(shop, neverOpen);
    await writes(world, shop, 313, 'human please');
    await until(() => expect(world.platform.textsTo('313')).toHaveLength(1));
    expect(world.platform.textsTo('313')[0]).toMatch(/Nobody .* free/);
    expect(await handlerOf(world, shop, 313)).toBe('bot');
    await writes(world, shop, 313, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('313').at(-1)).toBe('We open 7am-9pm daily'));
  });

  it('is nobody there either where managers say so and none is online', async () => {
    const shop = await giving(1, { thresholds: { queue_timeout: 1 } });
    await writes(world, shop, 314, 'human please');
    await until(() => expect(world.platform.textsTo('314')).toHaveLength(1));
    expect(world.platform.textsTo('314')[0]).toMatch(/Nobody .* free/);
    const { openHandoverId } = await conversationOf(world, shop, 314);
    // The time is over, and nothing is said twice.
    await until(async () =>
      expect(await handoverById(world, shop, openHandoverId ?? '')).toMatchObject({ timeoutAt: null, outcome: null }),
    );
    expect(world.platform.textsTo('314')).toHaveLength(1);
    const mia = await arrives(shop);
    await has(shop, mia, 1);
  });
});
