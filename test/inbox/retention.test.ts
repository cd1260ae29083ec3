import { afterAll, beforeAll, expect, it } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { forgetPayloads } from '../../src/tenancy/as-system.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asManager, buildShop, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

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
      await withTenant(world.deps.orm, owner.tenantId, (em) =>
        em.nativeUpdate(
          InboundEventRow,
          { tenantId: owner.tenantId, externalId: String(index) },
          { status, createdAt: new Date(Date.now() - days * 86_400_000) },
        ),
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
