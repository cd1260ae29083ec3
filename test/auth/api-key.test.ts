import { beforeAll, describe, expect, it } from 'vitest';
import { createCheckKey } from '../../src/auth/api-key.ts';
import { ApiKey } from '../../src/entities/api-key.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { forge } from '../support/forge.ts';
import { asOwner } from '../support/database.ts';
import { call, cutKey } from '../support/people.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
beforeAll(async () => {
  shop = await buildShop(world);
});

const lastUse = async (id: string) => {
  const { tenantId } = shop;
  const key = await withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(ApiKey, { tenantId, id }));
  return key.lastUsedAt?.getTime() ?? null;
};

/** From now on each change of this key is counted, whoever makes it. */
const countUpdates = (id: string) =>
  asOwner(world.database, (owner) =>
    owner.query(
      `create table changes_of_keys (at timestamptz default clock_timestamp());
       create function count_change() returns trigger language plpgsql security definer as
         'begin insert into changes_of_keys default values; return null; end';
       create trigger count_change after update on api_keys for each row when (old.id = '${id}')
         execute function count_change()`,
    ),
  );
const updates = () =>
  asOwner(world.database, async (owner) => (await owner.query('select from changes_of_keys')).rowCount);

describe('the last use of an API key', () => {
  it('is known a moment after the request', async () => {
    const { id, key } = await cutKey(world, shop.tenantId);
    const wrong = forge(key);
    await call(world, wrong, 'GET', '/api-keys');
    expect(await lastUse(id)).toBeNull();
    const before = Date.now();
    await call(world, key, 'GET', '/api-keys');
    await until(async () => expect(await lastUse(id)).toBeGreaterThanOrEqual(before));
  });

  it('is written once a minute, by however many processes, and is no reason to read the key again', async () => {
    const { orm, changes } = world.deps;
    const heard: (string | null)[] = [];
    changes.listen((_tenantId, table, rowId) => void (table === 'api_keys' && heard.push(rowId)));
    const { id, key } = await cutKey(world, shop.tenantId);
    await countUpdates(id);
    const checks = [1, 2].map(() => createCheckKey(orm, changes));
    const at = (ms: number) => Promise.all(checks.map((check) => check(key, '127.0.0.1', new Date(ms))));
    const start = Date.now();
    await at(start);
    await until(async () => expect(await lastUse(id)).toBe(start));
    // A process that starts later knows nothing of it.
    checks.push(createCheckKey(orm, changes));
    for (const later of [1, 30_000, 59_999]) await at(start + later);
    await at(start + 60_000);
    await until(async () => expect(await lastUse(id)).toBe(start + 60_000));
    expect(await updates()).toBe(2);
    // Of all that was written, only that the key was made and that it was revoked is announced.
    const { tenantId } = shop;
    await withTenant(orm, tenantId, (em) => em.nativeUpdate(ApiKey, { tenantId, id }, { revokedAt: new Date() }));
    await until(() => expect(heard.filter((one) => one === id)).toHaveLength(2));
  });
});
