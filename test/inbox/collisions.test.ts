import pg from 'pg';
import { expect, it, vi } from 'vitest';
import { telegram } from '../../src/channels/telegram.ts';
import { nativePool } from '../../src/database/connect.ts';
import { createInbox } from '../../src/inbox/receive.ts';
import { buildShop, telegramUpdate, type Shop } from '../support/tenants.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

const receiverOf = ({ tenantId, telegram: { channelId } }: Shop) => ({ tenantId, channelId });
const externalIdsOf = async ({ tenantId }: Shop) =>
  (
    await query(
      world.database.ownerUrl,
      `select external_id from inbound_events where tenant_id = '${tenantId}' order by seq`,
    )
  ).map((row) => row['external_id']);

it('an insert that another one got in the way of is made again, and nobody hears of it', async () => {
  const shop = await buildShop(world);
  const [one, two] = [telegramUpdate(1, 'one'), telegramUpdate(1, 'two')];
  const other = new pg.Client(world.database.ownerUrl);
  await other.connect();
  try {
    const insert = (externalId: number) =>
      other.query(
        `insert into inbound_events (tenant_id, id, channel_id, external_id, thread, status)
         values ($1, gen_random_uuid(), $2, $3, '1', 'ignored')`,
        [shop.tenantId, shop.telegram.channelId, String(externalId)],
      );
    // Whoever waits longer is not the one that gives up.
    await other.query(`begin; set local deadlock_timeout = '1min'`);
    await insert(two.update_id);
    const received = world.deps.inbox.receive(
      receiverOf(shop),
      [one, two].flatMap((update) => telegram.parse(update)),
    );
    await until(async () => {
      const waiting = `select from pg_stat_activity where ${await pidOf(other)} = any (pg_blocking_pids(pid))`;
      expect(await query(world.database.ownerUrl, waiting)).toHaveLength(1);
    });
    await insert(one.update_id);
    await other.query('rollback');
    expect(await received).toBe(2);
    expect(await externalIdsOf(shop)).toEqual([one, two].map((update) => String(update.update_id)));
  } finally {
    await other.end();
  }
});

it('two inserts of the same events, in whatever order they came, do not wait in a circle', async () => {
  const shop = await buildShop(world);
  const pool = await nativePool(world.deps.orm);
  const updates = Array.from({ length: 20 }, (_, n) => telegramUpdate(n + 1, 'hello'));
  const held = await hold(
    world.database.ownerUrl,
    `insert into inbound_events (tenant_id, id, channel_id, external_id, thread, status) values
       ('${shop.tenantId}', gen_random_uuid(), '${shop.telegram.channelId}', '${updates[10]?.update_id}', '11', 'ignored')`,
  );
  const asked = vi.spyOn(pool, 'query');
  const receive = (given: unknown[]) =>
    createInbox(pool, () => undefined).receive(
      receiverOf(shop),
      given.flatMap((update) => telegram.parse(update)),
    );
  const counts = Promise.all([receive(updates), receive(updates.toReversed())]);
  await held.isWaitedFor(2);
  await held.release();
  expect((await counts).toSorted((one, other) => one - other)).toEqual([0, 20]);
  expect(asked).toHaveBeenCalledTimes(2);
  asked.mockRestore();
});

const pidOf = async (client: pg.Client) =>
  Number((await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid);
