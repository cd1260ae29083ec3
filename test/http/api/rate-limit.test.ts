import { describe, expect, it } from 'vitest';
import { asOwner } from '../../support/database.ts';
import { buildShop } from '../../support/tenants.ts';
import { call, cutKey, hire } from '../../support/people.ts';
import { startWorld, until, useWorld, type World } from '../../support/world.ts';

const world = useWorld({ workers: false, env: { STRANGERS_PER_MINUTE: '3' } });

async function shopWith(requestsPerMinute: number) {
  const shop = await buildShop(world);
  await allow(world, shop.tenantId, requestsPerMinute);
  return shop;
}

const allow = (of: World, tenantId: string, requestsPerMinute: number) =>
  asOwner(of.database, (owner) =>
    owner.query('update tenants set limits = $2 where id = $1', [tenantId, { requests_per_minute: requestsPerMinute }]),
  );

const ask = (token: string | null, of: Pick<World, 'url'> = world) => call(of, token, 'GET', '/me/permissions');

describe('a request to the API', () => {
  it('says how many more are allowed, and is refused when it is one too many', async () => {
    const { key } = await cutKey(world, (await shopWith(3)).tenantId);
    const replies = [];
    for (let n = 0; n < 4; n++) replies.push(await ask(key));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(replies.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['2', '1', '0', '0']);
    const last = replies[3];
    expect(last?.body).toMatchObject({ code: 'rate_limited', detail: expect.stringMatching(/this API key may ask 3/) });
    for (const name of ['retry-after', 'ratelimit-reset']) {
      const seconds = Number(last?.headers.get(name));
      expect(seconds, name).toBeGreaterThan(0);
      expect(seconds, name).toBeLessThanOrEqual(60);
    }
  });

  it('is counted once for each of many at the same time', async () => {
    const { key } = await cutKey(world, (await shopWith(10)).tenantId);
    const replies = await Promise.all(Array.from({ length: 30 }, () => ask(key)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  it('is counted for its key or person, for all of the tenant, and for no other tenant', async () => {
    const shop = await shopWith(1);
    const { token } = await hire(world, shop.tenantId, 'viewer');
    expect([(await ask(token)).status, (await ask(token)).status]).toEqual([200, 429]);
    const statuses = [];
    for (let n = 0; n < 10; n++) statuses.push((await ask((await cutKey(world, shop.tenantId)).key)).status);
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), 429, 429]);
    expect((await ask((await cutKey(world, (await shopWith(1)).tenantId)).key)).status).toBe(200);
  });

  it('follows the limit of the tenant’s plan within a second', async () => {
    const shop = await shopWith(1);
    const { key } = await cutKey(world, shop.tenantId);
    expect([(await ask(key)).status, (await ask(key)).status]).toEqual([200, 429]);
    await allow(world, shop.tenantId, 100);
    await until(async () => expect((await ask(key)).status).toBe(200));
  });

  it('that does not say who asks, or lies about it, is counted for its address', async () => {
    const statuses = [];
    for (const token of [null, 'fd_forged', 'forged', null]) statuses.push((await ask(token)).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
  });

  it('is counted together with those to every other process', async () => {
    const other = await startWorld({ workers: false, database: world.database });
    try {
      const { key } = await cutKey(world, (await shopWith(2)).tenantId);
      expect([(await ask(key)).status, (await ask(key, other)).status, (await ask(key)).status]).toEqual([
        200, 200, 429,
      ]);
    } finally {
      await other.deps.close();
    }
  });
});
