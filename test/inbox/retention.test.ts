import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { forgetPayloads } from '../../src/tenancy/as-system.ts';
import { forgetRequests } from '../../src/tenancy/repeatable-requests.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asManager, buildShop, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { startWorkers } from '../../jobs/main.ts';
import { asOwner } from '../support/database.ts';
import { startWorld, until, type World } from '../support/world.ts';

let world: World;
/** As the owner: the service itself cannot change when an event came. */
let database: pg.Client;
beforeAll(async () => {
  world = await startWorld({ workers: false });
  database = new pg.Client(world.database.ownerUrl);
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await world.close();
});

const events = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }));

it('forgets raw bodies after their time, of every tenant, and never one that has not been handled', async () => {
  const [shop, other] = [await buildShop(world), await buildShop(world)];
  const ends = [
    ['handled', 40],
    ['failed', 40],
    ['pending', 40],
    ['handled', 20],
  ] as const;
  for (const owner of [shop, other]) {
    for (const [index, [status, days]] of ends.entries()) {
      // The same update of two bots is two events.
      await postTelegram(world, owner, { ...telegramUpdate(1, `message ${index}`), update_id: index });
      await database.query(
        `update inbound_events set status = $1, created_at = now() - make_interval(days => $2)
         where tenant_id = $3 and external_id = $4`,
        [status, days, owner.tenantId, String(index)],
      );
    }
  }
  expect(await forgetPayloads(world.deps.orm, 30, 100)).toBe(4);
  for (const owner of [shop, other]) {
    const kept = (await events(owner)).map(({ status, payload }) => [status, payload !== null]);
    expect(kept).toEqual([
      ['handled', false],
      ['failed', false],
      ['pending', true],
      ['handled', true],
    ]);
  }
  const failed = (await events(shop)).find(({ status }) => status === 'failed');
  const replay = await asManager(world, shop, `/failures/inbound/${failed?.id}/replay`, {});
  expect([replay.status, await replay.text()]).toEqual([409, expect.stringMatching(/past its retention/)]);
});

it('forgets what was answered to requests after a day, of every tenant', async () => {
  const shops = [await buildShop(world), await buildShop(world)];
  for (const { tenantId } of shops) {
    for (const [key, hours] of [
      ['old', 25],
      ['new', 23],
    ] as const) {
      await database.query(
        `insert into idempotency_keys (tenant_id, actor, key, request_hash, created_at)
         values ($1, 'somebody', $2, '', now() - make_interval(hours => $3))`,
        [tenantId, key, hours],
      );
    }
  }
  for (const hours of [25, 23]) {
    await database.query(
      `insert into repeatable_requests (caller, key, request_hash, created_at)
       values ('user/1', $1::int::text, '', now() - make_interval(hours => $1::int))`,
      [hours],
    );
  }
  expect(await forgetRequests(world.deps.orm, 24, 100)).toBe(3);
  expect((await database.query('select key from repeatable_requests')).rows).toEqual([{ key: '23' }]);
  const { rows } = await database.query<{ key: string }>('select key from idempotency_keys');
  expect(rows.map(({ key }) => key)).toEqual(['new', 'new']);
});

it('is what every worker begins with, by PAYLOAD_RETENTION_DAYS, however much there is to forget', async () => {
  const own = await startWorld({ workers: false, env: { PAYLOAD_RETENTION_DAYS: '7' } });
  try {
    const { tenantId, telegram } = await buildShop(own);
    const kept = () =>
      asOwner(own.database, async (owner) => {
        const { rows } = await owner.query('select distinct payload from inbound_events where payload is not null');
        return rows;
      });
    // More than one look forgets.
    for (const [payload, days, many] of [
      ['old', 8, 10_001],
      ['new', 6, 1],
    ] as const) {
      await asOwner(own.database, (owner) =>
        owner.query(
          `insert into inbound_events (tenant_id, id, channel_id, external_id, thread, payload, status, created_at)
           select $1, gen_random_uuid(), $2, $3 || n, '1', $3, 'handled', now() - make_interval(days => $4)
           from generate_series(1, $5) n`,
          [tenantId, telegram.channelId, payload, days, many],
        ),
      );
    }
    const workers = startWorkers(own.deps);
    try {
      await until(async () => expect(await kept()).toEqual([{ payload: 'new' }]));
    } finally {
      await workers.stop();
    }
  } finally {
    await own.close();
  }
});
