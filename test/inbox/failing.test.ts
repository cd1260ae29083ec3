import { pino } from 'pino';
import { z } from 'zod';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import type { Deps } from '../../src/deps.ts';
import { Decision } from '../../src/entities/decision.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { Message } from '../../src/entities/message.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { breakRows } from '../support/break-rows.ts';
import { query } from '../support/embedded.ts';
import { buildShop, conversationOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { until, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const Line = z.object({ msg: z.string() });

it('an event that cannot be handled ends as failed, and nobody is woken once nothing is left', async () => {
  const shop = await buildShop(world);
  const { tenantId } = shop;
  const all = <T>(find: (em: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>) =>
    withTenant(world.deps.orm, tenantId, find);
  await writes(world, shop, 1, 'one');
  await writes(world, shop, 1, 'two');
  await breakRows(world.database.ownerUrl, 'messages', tenantId, { words: 'no room' });

  const lines: string[] = [];
  const woken: number[] = [];
  const job = handleInbound.start({
    ...world.deps,
    log: pino({ level: 'error' }, { write: (line: string) => void lines.push(Line.parse(JSON.parse(line)).msg) }),
    wake: (_job, _tenantId, _subject, delayMs = 0) => void woken.push(delayMs),
  });
  const subject = threadSubject(shop.telegram.channelId, '1');
  const process = () => job.process({ data: { wakes: [{ tenantId, subjects: [subject] }] } });
  for (let tries = 0; tries < 6; tries++) await process();
  const events = await all((em) => em.find(InboundEventRow, { tenantId }));
  expect(events.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(['failed 3', 'failed 3']);
  expect(woken).toEqual([1_000, 2_000, 0, 1_000, 2_000]);
  expect(lines).toEqual(Array(6).fill('inbound.failed'));

  // A wake-up that comes late, as the sweep's may.
  await process();
  expect(lines).toHaveLength(6);
});

const eventsOf = async ({ tenantId }: Shop) =>
  (
    await withTenant(world.deps.orm, tenantId, (em) =>
      em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }),
    )
  ).map(({ status, attempts }) => `${status} ${attempts}`);
const wakeOf = ({ tenantId, telegram }: Shop, chat: number) => ({
  data: { wakes: [{ tenantId, subjects: [threadSubject(telegram.channelId, String(chat))] }] },
});

it('a statement that takes too long is the event’s own fault only after a quarter of an hour of tries', async () => {
  const shop = await buildShop(world);
  await writes(world, shop, 3, 'one');
  const words = 'canceling statement due to statement timeout';
  const mend = await breakRows(world.database.ownerUrl, 'messages', shop.tenantId, { words, code: '57014' });
  const job = handleInbound.start({ ...world.deps, wake: () => undefined });
  for (let tries = 0; tries < 5; tries++) await job.process(wakeOf(shop, 3));
  expect(await eventsOf(shop)).toEqual(['pending 0']);

  const since = (ago: string) =>
    query(
      world.database.ownerUrl,
      `update inbound_events set failing_since = now() - interval '${ago}'
       where tenant_id = '${shop.tenantId}' and failing_since > now() - interval '1 minute'`,
    );
  await since('16 minutes');
  await job.process(wakeOf(shop, 3));
  expect(await eventsOf(shop)).toEqual(['failed 0']);

  await mend();
  const [event] = await withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.find(InboundEventRow, { status: 'failed' }),
  );
  expect(await world.deps.replay.inbound(shop.tenantId, event?.id ?? '')).toBe(true);
  await job.process(wakeOf(shop, 3));
  expect(await eventsOf(shop)).toEqual(['handled 0']);
});

it('a message whose answer cannot be put into the outbox changes nothing, and is handled as a whole once it can', async () => {
  const shop = await buildShop(world);
  const { tenantId } = shop;
  const left = () =>
    withTenant(world.deps.orm, tenantId, async (em) => [
      (await em.find(Message, { tenantId }, { orderBy: { seq: 'asc' } })).map(({ direction }) => direction),
      await em.count(Decision, { tenantId }),
      await em.count(OutboundMessage, { tenantId }),
    ]);
  await writes(world, shop, 6, 'What are your opening hours?');
  const mend = await breakRows(world.database.ownerUrl, 'outbound_messages', tenantId, { words: 'no room' });
  const job = handleInbound.start({ ...world.deps, wake: () => undefined });
  await job.process(wakeOf(shop, 6));
  expect(await eventsOf(shop)).toEqual(['pending 1']);
  expect(await left()).toEqual([[], 0, 0]);

  await mend();
  await job.process(wakeOf(shop, 6));
  expect(await eventsOf(shop)).toEqual(['handled 1']);
  expect(await left()).toEqual([['in', 'out'], 1, 1]);
});

it('a database in trouble is no event’s fault: the job comes back, and the event keeps its tries', async () => {
  const shop = await buildShop(world);
  await writes(world, shop, 6, 'one');
  const trouble = { words: 'out of memory', code: '53200' };
  const mend = await breakRows(world.database.ownerUrl, 'messages', shop.tenantId, trouble);
  const job = handleInbound.start({ ...world.deps, wake: () => undefined });
  for (let tries = 0; tries < 4; tries++) await expect(job.process(wakeOf(shop, 6))).rejects.toThrow('out of memory');
  expect(await eventsOf(shop)).toEqual(['pending 0']);
  await mend();
  await job.process(wakeOf(shop, 6));
  expect(await eventsOf(shop)).toEqual(['handled 0']);
});

it('an event that somebody else has handled meanwhile is not charged with an error', async () => {
  const shop = await buildShop(world);
  await writes(world, shop, 4, 'one');
  const other = new pg.Client(world.database.ownerUrl);
  await other.connect();
  try {
    await other.query('begin');
    await other.query(`update inbound_events set status = 'handled' where tenant_id = $1`, [shop.tenantId]);
    const settingsOf = () => Promise.reject(new Error('cannot be read'));
    const processed = handleInbound.start({ ...world.deps, settingsOf }).process(wakeOf(shop, 4));
    await until(async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like 'update inbound_events%'`;
      expect(await query(world.database.ownerUrl, waiting)).toHaveLength(1);
    });
    await other.query('commit');
    await processed;
  } finally {
    await other.end();
  }
  expect(await eventsOf(shop)).toEqual(['handled 0']);
});

it('a channel that another process knew first is asked for, and its messages are handled', async () => {
  const shop = await buildShop(world);
  await writes(world, shop, 5, 'What are your opening hours?');
  // What it remembers is from before the channel, and it has not heard of it.
  let isStale = true;
  const channelsOf: Deps['channelsOf'] = async (tenantId, how) => {
    if (how?.anew) isStale = false;
    return isStale ? new Map() : world.deps.channelsOf(tenantId, how);
  };
  await handleInbound.start({ ...world.deps, channelsOf }).process(wakeOf(shop, 5));
  expect(await eventsOf(shop)).toEqual(['handled 0']);
  const { id } = await conversationOf(world, shop, 5);
  expect(await messagesOf(world, shop, id)).toHaveLength(2);
});
