import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { watchHandover as watchHandoverJob } from '../../jobs/watch-handover.ts';
import { SETTLE_TAKEN } from '../../migrations/Migration20261126000029_taken_by_phone.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { watchHandover } from '../../src/handover/watch-handover.ts';
import { buildShop, messagesOf, type Shop } from '../support/tenants.ts';
import {
  conversationById,
  handoverById,
  queueUp,
  setSettings,
  transitionsOf,
  type Queued,
} from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;

beforeEach(async () => {
  shop = await buildShop(world);
});

/** Open only for the hour that begins in half a day, and that of each day after. */
function shutForHalfADay() {
  const hour = (new Date().getUTCHours() + 12) % 24;
  const clock = (n: number) => `${String(n).padStart(2, '0')}:00`;
  const day = [{ from: clock(hour), to: hour === 23 ? '24:00' : clock(hour + 1) }];
  return {
    timezone: 'UTC',
    week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
    holidays: [],
  };
}
async function shut(one: Shop): Promise<void> {
  await setSettings(world, one, { businessHours: shutForHalfADay() });
  await until(async () => expect((await world.deps.settingsOf(one.tenantId)).businessHours).not.toBeNull());
}
const timeIsUp = { timeoutAt: new Date(0) };
const watch = (one: Shop, handoverId: string) =>
  withUnit(world.deps, one.tenantId, (unit) => watchHandover(unit, handoverId));
const wordsTo = async (one: Shop, conversationId: string) =>
  (await messagesOf(world, one, conversationId))
    .filter(({ direction }) => direction === 'out')
    .map(({ content }) => content);

describe('whoever still waits', () => {
  it('when business hours end is told once when they begin, and looked at then', async () => {
    await shut(shop);
    const { handoverId, conversationId } = await queueUp(world, shop, { handover: timeIsUp });
    await watch(shop, handoverId);
    expect(await wordsTo(shop, conversationId)).toEqual([expect.stringMatching(/answer you here from .*:00/)]);
    expect((await messagesOf(world, shop, conversationId)).at(-1)?.metadata).toEqual({
      reason: 'it is outside business hours',
    });
    const { timeoutAt, toldUntil } = await handoverById(world, shop, handoverId);
    expect(timeoutAt?.getTime()).toBe((toldUntil?.getTime() ?? 0) + 600_000);
    await withUnit(world.deps, shop.tenantId, (unit) => {
      unit.writes.handoverChanges.push({ id: handoverId, set: timeIsUp });
      return Promise.resolve();
    });
    await watch(shop, handoverId);
    expect(await wordsTo(shop, conversationId)).toHaveLength(1);
    expect((await conversationById(world, shop, conversationId)).handler).toBe('queued');
  });

  it('when queue_timeout is over is told once that nobody is free, also where the conversation came back meanwhile', async () => {
    const told = { ...timeIsUp, apologizedAt: new Date(0) };
    for (const handover of [timeIsUp, told]) {
      const { handoverId, conversationId } = await queueUp(world, shop, { handover });
      await watch(shop, handoverId);
      expect(await wordsTo(shop, conversationId)).toHaveLength(handover === told ? 0 : 1);
      expect(await handoverById(world, shop, handoverId)).toMatchObject({ timeoutAt: null, outcome: null });
    }
  });

  it('when business hours end goes back to automation, where the tenant wants that', async () => {
    const returning = await buildShop(world, { thresholds: { nobody_there: 'return' } });
    await shut(returning);
    const { handoverId, conversationId } = await queueUp(world, returning, { handover: timeIsUp });
    await watch(returning, handoverId);
    expect((await conversationById(world, returning, conversationId)).handler).toBe('bot');
    expect(await handoverById(world, returning, handoverId)).toMatchObject({ outcome: 'nobody_there' });
    expect(await transitionsOf(world, returning, conversationId)).toMatchObject([
      { toHandler: 'bot', actorKind: 'system', reason: 'given back, because it is outside business hours' },
    ]);
    expect(await wordsTo(returning, conversationId)).toHaveLength(1);
  });
});

describe('handovers whose time has come', () => {
  it('are looked at although one before them cannot be, which is reported', async () => {
    const waiting: Queued[] = [];
    for (let n = 0; n < 3; n++) waiting.push(await queueUp(world, shop, { handover: timeIsUp }));
    let said = 0;
    const limitsOf: typeof world.deps.limitsOf = (kind) => {
      said += 1;
      if (said === 1) throw new Error('nothing can be said to this one');
      return world.deps.limitsOf(kind);
    };
    const subjects = waiting.map(({ handoverId }) => handoverId);
    const job = watchHandoverJob.start({ ...world.deps, limitsOf });
    const process = () => job.process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
    await expect(process()).rejects.toThrow('nothing can be said to this one');
    const words = async () => Promise.all(waiting.map(({ conversationId }) => wordsTo(shop, conversationId)));
    expect((await words()).map(({ length }) => length)).toEqual([0, 1, 1]);
    await process();
    expect((await words()).map(({ length }) => length)).toEqual([1, 1, 1]);
  });
});

describe('a handover of a conversation that somebody has', () => {
  it('is due no more, and counts as taken', async () => {
    const { handoverId, conversationId } = await queueUp(world, shop, { handler: 'human', handover: timeIsUp });
    await watch(shop, handoverId);
    const settled = { acceptedAt: expect.any(Date), timeoutAt: null, outcome: null };
    expect(await handoverById(world, shop, handoverId)).toMatchObject(settled);
    expect((await conversationById(world, shop, conversationId)).handler).toBe('human');
    expect(await wordsTo(shop, conversationId)).toEqual([]);
  });

  it('of before is settled by the migration, and one that somebody waits in is left alone', async () => {
    const times = { acceptedAt: null, timeoutAt: new Date(0) };
    const since = new Date('2026-11-20T10:00:00Z');
    const taken = await queueUp(world, shop, { handler: 'human', assignee: shop.managerId, handover: times });
    const waiting = await queueUp(world, shop, { handover: times });
    const accepted = { acceptedAt: since, timeoutAt: null };
    const known = await queueUp(world, shop, { handler: 'human', assignee: shop.managerId, handover: accepted });
    const owner = new pg.Client(world.database.ownerUrl);
    await owner.connect();
    await owner.query(SETTLE_TAKEN);
    await owner.end();
    const { assignedAt } = await conversationById(world, shop, taken.conversationId);
    expect(await handoverById(world, shop, taken.handoverId)).toMatchObject({
      acceptedAt: assignedAt,
      acceptedBy: shop.managerId,
      timeoutAt: null,
    });
    expect(await handoverById(world, shop, waiting.handoverId)).toMatchObject(times);
    expect(await handoverById(world, shop, known.handoverId)).toMatchObject(accepted);
  });
});
