import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { telegram } from '../../src/channels/telegram.ts';
import { nativePool } from '../../src/database/connect.ts';
import { createInbox, type Inbox } from '../../src/inbox/receive.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
import { serve } from '../support/serve.ts';
import { buildShop, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

// A queue that nobody reaches: what is stored and answered must not depend on it.
const world = useWorld({ workers: false, env: { REDIS_URL: 'redis://127.0.0.1:1' } });

const Stored = z.tuple([z.object({ rows: z.coerce.number(), inserts: z.coerce.number() })]);

/** Rows of a tenant, and transactions that wrote them: each row names the one that it is from. */
async function stored({ tenantId }: Shop) {
  const sql = `select count(*) as rows, count(distinct xmin::text) as inserts
               from inbound_events where tenant_id = '${tenantId}'`;
  const [found] = Stored.parse(await query(world.database.ownerUrl, sql));
  return found;
}

const statuses = async ({ tenantId }: Shop) => {
  const sql = `select status from inbound_events where tenant_id = '${tenantId}' order by seq`;
  return (await query(world.database.ownerUrl, sql)).map((row) => row['status']);
};

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);
const receiverOf = ({ tenantId, telegram: { channelId } }: Shop) => ({ tenantId, channelId });

/** An inbox that says how many requests have come to it. */
function counted(inbox: Inbox) {
  let count = 0;
  const receive: Inbox['receive'] = (...given) => {
    count += 1;
    return inbox.receive(...given);
  };
  return { inbox: { ...inbox, receive }, count: () => count };
}

describe('webhooks of one moment', () => {
  it('are stored by one insert for each 64 of them, of whichever tenant, a repeated one once', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    const fresh = numbered(98).map((n) => telegramUpdate(n, `message ${n}`));
    // Two come again: one in the same insert, one in the next.
    const updates = [...fresh.slice(0, 10), fresh[9], ...fresh.slice(10), fresh[0]];
    const receive = (update: unknown, n: number) =>
      world.deps.inbox.receive(receiverOf(n === 50 ? other : shop), telegram.parse(update));
    const counts = await Promise.all(updates.map(receive));

    expect(await stored(shop)).toEqual({ rows: 97, inserts: 2 });
    expect(await stored(other)).toEqual({ rows: 1, inserts: 1 });
    // On a busy machine the second insert is on its way beside the first, and either has the repeated one first.
    const known = counts.flatMap((count, n) => (count === 0 ? [n] : []));
    expect([
      [0, 10],
      [10, 99],
    ]).toContainEqual(known);
  });

  it('have a worker looked for as soon as they are stored, where they are new and there is anything to do', async () => {
    const shop = await buildShop(world);
    const woken: unknown[] = [];
    const inbox = createInbox(await nativePool(world.deps.orm), (...asked) => void woken.push(asked));
    const receive = (update: unknown) => inbox.receive(receiverOf(shop), telegram.parse(update));
    const update = telegramUpdate(1, 'hello');
    const wakeUp = ['handle-inbound', shop.tenantId, `${shop.telegram.channelId}/1`];
    await receive(update);
    expect(woken).toEqual([wakeUp]);
    await receive(update);
    await receive({ update_id: 7, poll: { id: '1', question: 'Who?', options: [] } });
    await inbox.keepUnreadable(receiverOf(shop), '{}', 'body', 'not understood');
    expect(woken).toEqual([wakeUp]);
    expect(await statuses(shop)).toEqual(['pending', 'ignored', 'failed']);
  });

  it('share inserts from the socket to the table, the same one many times among them, and all are answered', async () => {
    const shop = await buildShop(world);
    const { inbox, count } = counted(world.deps.inbox);
    const side = await serve({ ...world.deps, inbox });
    const same = telegramUpdate(1, 'the same again and again');
    const post = (update: unknown) => postTelegram(side, shop, update);
    try {
      await post(telegramUpdate(1, 'so that the channel is known'));
      const held = await hold(world.database.ownerUrl, 'lock table inbound_events in share mode');
      const first = post(telegramUpdate(2, 'on its way alone'));
      await held.isWaitedFor();
      const others = numbered(60).map((n) => post(n % 3 === 0 ? same : telegramUpdate(n + 10, 'hello')));
      await until(() => expect(count()).toBe(62));
      await held.release();
      const responses = await Promise.all([first, ...others]);

      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
      const { rows, inserts } = await stored(shop);
      expect(rows).toBe(2 + 40 + 1);
      // The two before, one beside the second, and one for all that waited.
      expect(inserts).toBeLessThanOrEqual(4);
    } finally {
      side.close();
    }
  });

  it('of one tenant that fills the inserts let its neighbours by', async () => {
    const [shop, neighbour] = [await buildShop(world), await buildShop(world)];
    const receive = (one: Shop, n: number) =>
      world.deps.inbox.receive(receiverOf(one), telegram.parse(telegramUpdate(n, `message ${n}`)));
    const flood = () => Promise.all(numbered(20).map(() => receive(shop, ++last)));
    let last = 0;
    const order = async () => {
      const sql = `select tenant_id = '${shop.tenantId}' as crowded from inbound_events
                   where tenant_id in ('${shop.tenantId}', '${neighbour.tenantId}') order by seq desc limit 2`;
      return (await query(world.database.ownerUrl, sql)).map((row) => row['crowded']);
    };
    await receive(neighbour, 1);
    const held = await hold(world.database.ownerUrl, 'lock table inbound_events in share mode');
    const flooding = flood();
    await held.isWaitedFor();
    // The longer the insert took, the longer the rest: long enough for a busy machine to see the difference.
    await sleep(250);
    const beside = receive(neighbour, 2);
    await held.release();
    await Promise.all([flooding, beside]);
    await Promise.all([receive(shop, ++last), receive(neighbour, 3)]);
    expect(await order()).toEqual([true, false]);
  });

  it('are stored and answered although no queue can be reached', async () => {
    const shop = await buildShop(world);
    const response = await postTelegram(world, shop, telegramUpdate(1, 'hello'));
    expect([response.status, await response.json()]).toEqual([200, { ok: true, stored: 1 }]);
    await world.deps.waker.settled();
    expect(await stored(shop)).toEqual({ rows: 1, inserts: 1 });
  });
});
