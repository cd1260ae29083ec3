import { LockMode } from '@mikro-orm/postgresql';
import { beforeEach, describe, expect, it } from 'vitest';
import { startWorkers } from '../../jobs/main.ts';
import { sweepOnce } from '../../jobs/sweep.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { Handover } from '../../src/entities/handover.ts';
import { findDueQueues } from '../../src/tenancy/as-system.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { call, hire, type Person } from '../support/people.ts';
import { buildShop, conversationOf, handlerOf, writes, type Shop } from '../support/tenants.ts';
import { handoverById, queueUp, type Queued } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

// Only where a test calls for the sweep is anything found by it.
const world = useWorld({ env: { SWEEP_INTERVAL_MS: '60000' } });
let shop: Shop;
let owner: Person;

const none = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
const MINUTE = 60_000;
const QUEUE_TIMEOUT = 600_000;
/** Also where midnight comes in the middle of a test. */
const today = Date.now();

/** Closed today and, whatever the day, open from this hour on, in UTC, on one of the next days. */
function opensIn(daysAhead: number) {
  const date = new Date(today + daysAhead * 86_400_000);
  const day = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[date.getUTCDay()] ?? 'mon';
  return { timezone: 'UTC', week: { ...none, [day]: [{ from: '09:00', to: '24:00' }] }, holidays: [] };
}
const nineIn = (daysAhead: number) => new Date(today + daysAhead * 86_400_000).setUTCHours(9, 0, 0, 0);
const put = async (businessHours: unknown) =>
  expect(await call(world, owner.token, 'PUT', '/business-hours', { body: { businessHours } })).toMatchObject({
    status: 200,
  });
const asksForPerson = async (chat: number) => {
  await writes(world, shop, chat, 'human please');
  await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
};
async function handover(chat: number) {
  const { openHandoverId } = await conversationOf(world, shop, chat);
  const { timeoutAt, patienceFrom, toldUntil } = await handoverById(world, shop, openHandoverId ?? '');
  return { timeoutAt: timeoutAt?.getTime(), patienceFrom: patienceFrom?.getTime(), toldUntil: toldUntil?.getTime() };
}
const open = async (nobodyThere: 'apologize' | 'return' = 'apologize') => {
  shop = await buildShop(world, { handoverMode: 'immediate', thresholds: { nobody_there: nobodyThere } });
  owner = await hire(world, shop.tenantId, 'owner');
};

describe('whoever waits while business hours are changed', () => {
  beforeEach(() => open());

  it('waits from now on where they begin with it, and not until the time that held before', async () => {
    await put(opensIn(2));
    await asksForPerson(601);
    expect(world.platform.textsTo('601')[0]).toMatch(/saved.* at 9:00.AM/);
    expect(await handover(601)).toMatchObject({ timeoutAt: nineIn(2) + QUEUE_TIMEOUT, toldUntil: nineIn(2) });
    const before = Date.now();
    await put(null);
    await until(async () => expect((await handover(601)).patienceFrom).toBeLessThan(nineIn(1)));
    const { timeoutAt = 0, patienceFrom = 0 } = await handover(601);
    expect(patienceFrom).toBeGreaterThanOrEqual(before);
    expect(timeoutAt - patienceFrom).toBe(QUEUE_TIMEOUT);
    expect(world.platform.textsTo('601')).toHaveLength(1);
  });

  it('is told once when somebody will be there, where they end with it', async () => {
    await asksForPerson(602);
    expect((await handover(602)).timeoutAt).toBeLessThan(Date.now() + QUEUE_TIMEOUT + MINUTE);
    await put(opensIn(2));
    await until(() => expect(world.platform.textsTo('602')).toHaveLength(2));
    expect(world.platform.textsTo('602')[1]).toMatch(/ at 9:00.AM/);
    await until(async () =>
      expect(await handover(602)).toEqual({
        timeoutAt: nineIn(2) + QUEUE_TIMEOUT,
        patienceFrom: nineIn(2),
        toldUntil: nineIn(2),
      }),
    );
    expect(await handlerOf(world, shop, 602)).toBe('queued');
    // The time zone is part of them: nine o'clock comes earlier in Berlin.
    await put({ ...opensIn(2), timezone: 'Europe/Berlin' });
    await until(async () => expect((await handover(602)).patienceFrom).toBeLessThan(nineIn(2)));
    expect(world.platform.textsTo('602')).toHaveLength(2);
  });

  it('goes back to automation where they end with it and the tenant wants that (nobody_there: return)', async () => {
    await open('return');
    await asksForPerson(603);
    expect(await handlerOf(world, shop, 603)).toBe('queued');
    await put(opensIn(2));
    await until(async () => expect(await handlerOf(world, shop, 603)).toBe('bot'));
    await until(() => expect(world.platform.textsTo('603')).toHaveLength(2));
  });

  it('is looked at when the time comes that was told, where nobody will be there then', async () => {
    await put(opensIn(2));
    await asksForPerson(604);
    const holiday = { date: new Date(nineIn(2)).toISOString().slice(0, 10), name: 'Moved house' };
    await put({ ...opensIn(2), holidays: [holiday] });
    await until(async () =>
      expect(await handover(604)).toMatchObject({ timeoutAt: nineIn(2), patienceFrom: nineIn(9) }),
    );
    expect(world.platform.textsTo('604')).toHaveLength(1);
    // The time has come.
    await setHandover(604, { toldUntil: new Date(0), timeoutAt: new Date(0) });
    await sweepOnce(world.deps, 0);
    await until(() => expect(world.platform.textsTo('604')).toHaveLength(2));
    await until(async () => expect(await handover(604)).toMatchObject({ toldUntil: nineIn(9) }));
  });

  it('is timed by a queue_timeout that is changed, and by nothing that is not the clock', async () => {
    await asksForPerson(605);
    const { patienceFrom = 0 } = await handover(605);
    await call(world, owner.token, 'PATCH', '/settings', { body: { thresholds: { faq_confidence: 0.6 } } });
    await call(world, owner.token, 'PATCH', '/settings', { body: { thresholds: { queue_timeout: 3_600 } } });
    await until(async () => expect((await handover(605)).timeoutAt).toBe(patienceFrom + 3_600_000));
    expect((await handover(605)).patienceFrom).toBe(patienceFrom);
  });

  it('of another tenant waits as before', async () => {
    const [other, theirs] = [shop, owner];
    await asksForPerson(606);
    const before = await handover(606);
    await open();
    await asksForPerson(607);
    await put(opensIn(2));
    await until(async () => expect((await handover(607)).timeoutAt).toBe(nineIn(2) + QUEUE_TIMEOUT));
    [shop, owner] = [other, theirs];
    expect(await handover(606)).toEqual(before);
  });

  it('is timed anew also as one of hundreds, and when somebody was at work on the conversation just then', async () => {
    const { deps } = world;
    const waiting: Queued[] = [];
    for (let n = 0; n < 21; n++) {
      waiting.push(...(await Promise.all(Array.from({ length: 10 }, () => queueUp(world, shop, { waits: 2 })))));
    }
    const behind = () =>
      withTenant(deps.orm, shop.tenantId, (em) => em.count(Handover, { tenantId: shop.tenantId, clockVersion: 1 }));
    expect(await behind()).toBe(210);
    await withTenant(deps.orm, shop.tenantId, async (em) => {
      const id = waiting[0]?.conversationId ?? '';
      await em.findOneOrFail(Conversation, { tenantId: shop.tenantId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      await put(opensIn(2));
      await until(async () => expect(await behind()).toBe(1));
    });
    await sweepOnce(deps);
    await until(async () => expect(await behind()).toBe(0));
  });

  it('is found by the sweep where nobody heard of the change', async () => {
    await asksForPerson(608);
    await world.stopWorkers();
    await put(opensIn(2));
    expect(await findDueQueues(world.deps.orm, 0, 100)).toContain(shop.tenantId);
    const workers = startWorkers(world.deps);
    await sweepOnce(world.deps, 0);
    await until(async () => expect((await handover(608)).timeoutAt).toBe(nineIn(2) + QUEUE_TIMEOUT));
    await until(async () => expect(await findDueQueues(world.deps.orm, 0, 100)).not.toContain(shop.tenantId));
    await workers.stop();
  });
});

async function setHandover(chat: number, set: { toldUntil: Date; timeoutAt: Date }) {
  const { openHandoverId } = await conversationOf(world, shop, chat);
  await withTenant(world.deps.orm, shop.tenantId, (em) => em.nativeUpdate(Handover, { id: openHandoverId ?? '' }, set));
}
