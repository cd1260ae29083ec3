import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMatcherOf } from '../../src/faqs/matcher-of.ts';
import { newId } from '../../src/id.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { startWorld, until, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const run = ({ tenantId }: Shop, sql: string, values: unknown[] = []) =>
  withTenant(world.deps.orm, tenantId, (em) => em.execute(sql, values));

const insertFaq = (shop: Shop, question: string, answer: string, id = newId()) =>
  run(shop, `insert into faqs (tenant_id, id, question, answer, keywords, is_active) values (?, ?, ?, ?, '{}', true)`, [
    shop.tenantId,
    id,
    question,
    answer,
  ]);

/** News of changes, of which none is missed however long the machine is busy with something else. */
const heardOf = () => ({ ...world.deps.changes, isLive: () => true });

/** News come in order: once that of one more FAQ is heard, all of how the shop was made has been. */
async function allIsHeard(shop: Shop): Promise<void> {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const id = newId();
  world.deps.changes.listen((tenantId, _table, rowId) => {
    if (tenantId === shop.tenantId && rowId === id) resolve();
  });
  await insertFaq(shop, 'Is there a lighthouse?', 'On the pier', id);
  await heard;
}

describe('the index of a tenant', () => {
  it('follows one FAQ that comes, changes, is switched off and goes, without being read again', async () => {
    const shop = await buildShop(world);
    const matcherOf = createMatcherOf(world.deps.orm, heardOf());
    await allIsHeard(shop);
    const index = await matcherOf(shop.tenantId);
    const answer = async () => {
      const faqs = await matcherOf(shop.tenantId);
      const { faqId, confidence } = faqs.match('Do you ship to Iceland?');
      expect(faqs).toBe(index);
      return faqId && confidence > 0.5 ? (faqs.find(faqId)?.answer ?? null) : null;
    };
    const becomes = (text: string | null) => until(async () => expect(await answer()).toBe(text));
    const change = (set: string) =>
      run(shop, `update faqs set ${set} where tenant_id = ? and question like '%Iceland%'`, [shop.tenantId]);

    expect(await answer()).toBeNull();
    await insertFaq(shop, 'Do you ship to Iceland?', 'We do');
    await becomes('We do');
    await change(`answer = 'Not in winter'`);
    await becomes('Not in winter');
    await change('is_active = false');
    await becomes(null);
    await change('is_active = true');
    await becomes('Not in winter');
    await run(shop, `delete from faqs where tenant_id = ? and question like '%Iceland%'`, [shop.tenantId]);
    await becomes(null);
  });

  it('is read anew in another language when the tenant changes its own', async () => {
    const shop = await buildShop(world);
    const index = await world.deps.matcherOf(shop.tenantId);
    await run(shop, `update tenant_settings set language = 'de' where tenant_id = ?`, [shop.tenantId]);
    await until(async () => expect(await world.deps.matcherOf(shop.tenantId)).not.toBe(index));
  });

  it('is read anew after a second while changes cannot be heard, and not before', async () => {
    const shop = await buildShop(world);
    const matcherOf = createMatcherOf(world.deps.orm, { ...world.deps.changes, isLive: () => false });
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const index = await matcherOf(shop.tenantId);
      vi.advanceTimersByTime(999);
      expect(await matcherOf(shop.tenantId)).toBe(index);
      vi.advanceTimersByTime(1);
      expect(await matcherOf(shop.tenantId)).not.toBe(index);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves when memory is short, the one that was used longest ago first', async () => {
    const [first, second, third] = [await buildShop(world), await buildShop(world), await buildShop(world)];
    const size = (await world.deps.matcherOf(first.tenantId)).bytes;
    const matcherOf = createMatcherOf(world.deps.orm, heardOf(), Math.round(size * 2.5));
    const [one, two] = [await matcherOf(first.tenantId), await matcherOf(second.tenantId)];
    expect(await matcherOf(first.tenantId)).toBe(one);
    await matcherOf(third.tenantId);
    await turn();
    expect(await matcherOf(first.tenantId)).toBe(one);
    expect(await matcherOf(second.tenantId)).not.toBe(two);
  });

  it('stays while it is the only one, however large', async () => {
    const shop = await buildShop(world);
    const matcherOf = createMatcherOf(world.deps.orm, heardOf(), 1);
    const index = await matcherOf(shop.tenantId);
    await turn();
    expect(await matcherOf(shop.tenantId)).toBe(index);
  });

  it('of many FAQs is built beside other work, and all of them are in it', async () => {
    const shop = await buildShop(world);
    await run(
      shop,
      `insert into faqs (tenant_id, id, question, answer, keywords)
       select ?, gen_random_uuid(), 'Where is shelf number ' || n || '?', 'Row ' || n, array['shelf' || n]
       from generate_series(1, 3000) n`,
      [shop.tenantId],
    );
    const matcherOf = createMatcherOf(world.deps.orm, heardOf());
    let isBuilt = false;
    let turns = 0;
    const building = matcherOf(shop.tenantId).finally(() => {
      isBuilt = true;
    });
    while (!isBuilt) {
      turns += 1;
      await turn();
    }
    expect(turns).toBeGreaterThan(10);
    const faqs = await building;
    for (const n of [1, 1_500, 3_000]) {
      const { faqId } = faqs.match(`shelf${n}`);
      expect(faqId && faqs.find(faqId)?.answer).toBe(`Row ${n}`);
    }
  });
});
