import { beforeEach, describe, expect, it } from 'vitest';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { Notification } from '../../src/entities/notification.ts';
import { assignWaiting } from '../../src/handover/auto-assign.ts';
import { assignConversation, closeConversation, handBack } from '../../src/handover/manager-acts.ts';
import { newId } from '../../src/id.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { hire } from '../support/people.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import {
  conversationById,
  conversationsByManager,
  queueUp,
  setMember,
  setSettings,
  transitionsOf,
  type Queued,
} from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;

/** A shop that gives conversations away by itself; its manager of the beginning is offline. */
beforeEach(async () => {
  shop = await buildShop(world);
  await setSettings(world, shop, { autoAssign: true, defaultCapacity: 2 });
  await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).autoAssign).toBe(true));
});

async function online(set: Parameters<typeof setMember>[3] = {}): Promise<string> {
  const { userId } = await hire(world, shop.tenantId, 'manager');
  await setMember(world, shop, userId, { isOnline: true, seenAt: new Date(), ...set });
  return userId;
}
/** A target that is told of handovers. */
async function addDesk(): Promise<string> {
  const config = { url: `${world.platform.url}/desk`, secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}` };
  await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'webhook', name: 'Desk', config });
  return until(async () => {
    const [id = '', ...others] = (await world.deps.targetsOf(shop.tenantId)).ids;
    expect([id === '', others]).toEqual([false, []]);
    return id;
  });
}
const notifications = () =>
  withTenant(world.deps.orm, shop.tenantId, (em) => em.find(Notification, { tenantId: shop.tenantId }));
const assign = () => withUnit(world.deps, shop.tenantId, assignWaiting);
const assigneeOf = async ({ conversationId }: Queued) =>
  (await conversationById(world, shop, conversationId)).assigneeUserId;

describe('automatic assignment', () => {
  it('gives the highest priority, then the oldest, to whoever has the fewest', async () => {
    const [busy, free] = [await online({ capacity: 9 }), await online()];
    await queueUp(world, shop, { handler: 'human', assignee: busy });
    const [young, old, urgent] = [
      await queueUp(world, shop, { waits: 1 }),
      await queueUp(world, shop, { waits: 9 }),
      await queueUp(world, shop, { waits: 2, priority: 1 }),
    ];
    await assign();
    expect(await Promise.all([urgent, old, young].map(assigneeOf))).toEqual([free, busy, free]);
    expect(await transitionsOf(world, shop, urgent.conversationId)).toMatchObject([
      { fromHandler: 'queued', toHandler: 'human', actorKind: 'system', assigneeUserId: free },
    ]);
  });

  it('gives the next one, among equals, to whoever has been given none for longest', async () => {
    const [lately, longAgo, never] = [
      await online({ givenAt: new Date() }),
      await online({ givenAt: new Date(0) }),
      await online(),
    ];
    const waiting = [await queueUp(world, shop, { waits: 3 }), await queueUp(world, shop, { waits: 2 })];
    await assign();
    expect(new Set(await Promise.all(waiting.map(assigneeOf)))).toEqual(new Set([longAgo, never]));
    const next = await queueUp(world, shop);
    await assign();
    expect(await assigneeOf(next)).toBe(lately);
  });

  it('gives nothing to who is offline, full, disabled or only looks on, and nothing where it is switched off', async () => {
    await online({ isOnline: false });
    await online({ status: 'disabled' });
    await online({ capacity: 0 });
    const full = await online({ capacity: 1 });
    await queueUp(world, shop, { handler: 'human', assignee: full });
    const viewer = await hire(world, shop.tenantId, 'viewer');
    await setMember(world, shop, viewer.userId, { isOnline: true });
    const waiting = await queueUp(world, shop);
    await assign();
    expect(await assigneeOf(waiting)).toBeNull();
    await online();
    await setSettings(world, shop, { autoAssign: false });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).autoAssign).toBe(false));
    await assign();
    expect(await assigneeOf(waiting)).toBeNull();
  });

  it('does not give back to somebody what that person has just given back', async () => {
    const [mia, leo] = [await online(), await online({ isOnline: false })];
    const waiting = await queueUp(world, shop);
    await assign();
    await withUnit(world.deps, shop.tenantId, (unit) =>
      assignConversation(unit, waiting.conversationId, { kind: 'user', id: mia }, null),
    );
    await assign();
    expect(await assigneeOf(waiting)).toBeNull();
    // Nor does it hold up whoever comes next.
    await setMember(world, shop, mia, { capacity: 1 });
    const next = await queueUp(world, shop, { waits: 0 });
    await assign();
    expect(await Promise.all([waiting, next].map(assigneeOf))).toEqual([null, mia]);
    // Even where the other one has more to do.
    await setMember(world, shop, mia, { capacity: 9 });
    await setMember(world, shop, leo, { isOnline: true, capacity: 9 });
    for (let n = 0; n < 3; n++) await queueUp(world, shop, { handler: 'human', assignee: leo });
    await assign();
    expect(await assigneeOf(waiting)).toBe(leo);
  });

  it('tells once, and says whose it is now', async () => {
    await addDesk();
    await online();
    await queueUp(world, shop);
    await assign();
    expect((await notifications()).map(({ notice }) => notice['reason'])).toEqual([
      'Given to manager. the contact asked for a human',
    ]);
  });

  it('takes back what is still to be told of who waited, of that conversation and nothing else', async () => {
    const targetId = await addDesk();
    const assignee = await online();
    const [{ conversationId }, other] = [
      await queueUp(world, shop),
      await queueUp(world, shop, { handler: 'human', assignee }),
    ];
    const news = (reason: string, more: Partial<Notification> = {}) => {
      const row = { tenantId: shop.tenantId, id: newId(), targetId, conversationId };
      return { ...row, ...more, notice: { ...more.notice, reason } };
    };
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.insertMany(Notification, [
        news('somebody waits'),
        news('somebody waits, which may have been heard', { attempts: 1 }),
        news('an answer was not sent', { notice: { note: {} } }),
        news('somebody waits elsewhere', { conversationId: other.conversationId }),
      ]),
    );
    await assign();
    const statuses = (await notifications()).map(({ notice, status }) => [notice['reason'], status]);
    expect(Object.fromEntries(statuses)).toEqual({
      'somebody waits': 'skipped',
      'somebody waits, which may have been heard': 'queued',
      'an answer was not sent': 'queued',
      'somebody waits elsewhere': 'queued',
      'Given to manager. the contact asked for a human': 'queued',
    });
  });

  it('never gives anybody too many, nor one twice, whatever happens at the same time', async () => {
    const people = [await online(), await online({ capacity: 3 }), await online({ capacity: 1 })];
    const waiting: Queued[] = [];
    for (let n = 0; n < 12; n++) waiting.push(await queueUp(world, shop, { waits: n }));
    await assign();
    const taken = [...(await conversationsByManager(world, shop)).entries()].flatMap(([who, ids]) =>
      ids.map((id) => [who, id] as const),
    );
    expect(taken).toHaveLength(6);
    const events = Array.from({ length: 50 }, async (_, n) => {
      const [who, id] = taken[n] ?? [];
      const actor = { kind: 'user', id: who ?? null } as const;
      if (!id) return n % 5 === 0 ? void (await queueUp(world, shop)) : assign();
      return withUnit(world.deps, shop.tenantId, (unit) =>
        n % 2 ? closeConversation(unit, id, actor) : handBack(unit, id, actor),
      );
    });
    await Promise.all(events);
    await assign();
    const byManager = await conversationsByManager(world, shop);
    expect(people.map((who) => byManager.get(who)?.length)).toEqual([2, 3, 1]);
    for (const { conversationId } of waiting) {
      const given = (await transitionsOf(world, shop, conversationId)).filter(({ toHandler }) => toHandler === 'human');
      expect(given.length).toBeLessThanOrEqual(1);
    }
  });

  it('loses nobody when it ends in the middle', async () => {
    const who = await online();
    const waiting = [await queueUp(world, shop, { waits: 2 }), await queueUp(world, shop, { waits: 1 })];
    const broken = withUnit(world.deps, shop.tenantId, async (unit) => {
      await assignWaiting(unit);
      throw new Error('the process is killed');
    });
    await expect(broken).rejects.toThrow('killed');
    expect(await Promise.all(waiting.map(assigneeOf))).toEqual([null, null]);
    await assign();
    expect(await Promise.all(waiting.map(assigneeOf))).toEqual([who, who]);
  });
});
