import type { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, nativePool } from '../../src/database/connect.ts';
import { isOutage } from '../../src/database/outage.ts';
import { newId } from '../../src/id.ts';
import { createInbox } from '../../src/inbox/receive.ts';
import { telegram } from '../../src/channels/telegram.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { fillTenant } from '../support/fill-tenant.ts';
import { startSilentProxy, type SilentProxy } from '../support/silent-proxy.ts';
import { telegramUpdate } from '../support/tenants.ts';
import { until } from '../support/world.ts';

let database: TestDatabase;
let proxy: SilentProxy;
let orm: MikroORM;
let owner: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client(database.ownerUrl);
  await owner.connect();
});
beforeEach(async () => {
  proxy = await startSilentProxy(database.url);
  orm = await connect({ url: proxy.url, pool: 2, log: () => undefined, answerMs: 3_000 });
});
afterEach(async () => {
  await orm.close();
  await proxy.close();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const receiver = { tenantId: newId(), channelId: newId() };
const hello = () => telegram.parse(telegramUpdate(1, 'hello'));

it('who finds all connections of the process taken is told so after a while, and the next one gets one', async () => {
  const { promise: isFree, resolve: free } = Promise.withResolvers<void>();
  const taken = Array.from({ length: 2 }, () =>
    withTenant(orm, newId(), async (em) => {
      await em.execute('select 1');
      await isFree;
    }),
  );
  const ask = () => withTenant(orm, newId(), (em) => em.execute('select 1 as one'));
  const end = await ask().catch((error: unknown) => error);
  expect([end, isOutage(end)]).toEqual([expect.any(Error), true]);
  free();
  await Promise.all(taken);
  expect(await Promise.all([ask(), ask()])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
});

describe('a database that says nothing any more, on connections that stay open,', () => {
  it('is given up on, and its connections are: what comes later meets new ones', async () => {
    const ask = () => withTenant(orm, newId(), (em) => em.execute('select 1 as one'));
    await ask();
    proxy.silence();
    const ends = await Promise.allSettled([ask(), ask()]);
    expect(ends.map((end) => end.status === 'rejected' && isOutage(end.reason))).toEqual([true, true]);
    await until(() => expect(proxy.abandoned()).toBe(2));

    proxy.speak();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]]);
  });

  it('is no other than one whose connections are all taken by slow statements: webhooks get a 503, and then their 200', async () => {
    const pool = await nativePool(orm);
    const hurried = createInbox(pool, () => undefined, { ms: 50, calls: 3, bytes: 1_000 });
    const slow = Array.from({ length: 2 }, () => withTenant(orm, newId(), (em) => em.execute('select pg_sleep(0.2)')));
    await expect(hurried.receive(receiver, hello())).rejects.toMatchObject({ status: 503 });
    await Promise.all(slow);
    // The same connections, and time enough also where the machine is busy.
    const inbox = createInbox(pool, () => undefined);
    const shop = await fillTenant(owner, 'shop');
    expect(await inbox.receive({ tenantId: shop.tenantId, channelId: shop.ids['channels'] ?? '' }, hello())).toBe(1);
  });

  it('is a 503 to webhooks, also to those that wait behind others, and at once to those that are too many', async () => {
    const inbox = createInbox(await nativePool(orm), () => undefined, { ms: 50, calls: 3, bytes: 1_000 });
    proxy.silence();
    const receive = () => inbox.receive(receiver, hello());
    const first = receive();
    await new Promise((resolve) => setImmediate(resolve));
    const ends: string[] = [];
    const posts = Array.from({ length: 4 }, (_, n) => receive().catch(() => void ends.push(String(n))));
    await expect(first).rejects.toMatchObject({ status: 503 });
    await Promise.all(posts);
    expect(ends).toEqual(['3', '0', '1', '2']);
  });

  it('is a 503 at once to bodies that would be too many bytes, until those that wait have theirs', async () => {
    const inbox = createInbox(await nativePool(orm), () => undefined, { ms: 50, calls: 100, bytes: 1_000 });
    proxy.silence();
    const ends: string[] = [];
    const receive = async (name: string, bytes: number) => {
      await expect(inbox.receive(receiver, hello(), { bytes })).rejects.toMatchObject({ status: 503 });
      ends.push(name);
    };
    const keep = async () => {
      const kept = inbox.keepUnreadable(receiver, 'x'.repeat(400), 'its hash', 'no idea');
      await expect(kept).rejects.toMatchObject({ status: 503 });
      ends.push('kept');
    };
    // One that is larger than all that may wait has room where nothing waits.
    await receive('alone', 5_000);
    await Promise.all([receive('first', 600), keep(), receive('too much', 1), receive('also too much', 900)]);
    expect(ends.slice(0, 3)).toEqual(['alone', 'too much', 'also too much']);
    expect(ends.slice(3).toSorted()).toEqual(['first', 'kept']);
    ends.length = 0;
    await Promise.all([receive('later', 1_000), receive('too much', 1)]);
    expect(ends).toEqual(['too much', 'later']);
  });
});
