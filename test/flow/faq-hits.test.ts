import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { hitStatements } from '../../src/faqs/count-hits.ts';
import { Faq } from '../../src/entities/faq.ts';
import { TenantSettings } from '../../src/entities/tenant-settings.ts';
import { runBound } from '../../src/tenancy/bound.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

const faqsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Faq, { tenantId }, { orderBy: { question: 'asc' } }));
const hitsOf = async (shop: Shop) =>
  Object.fromEntries((await faqsOf(shop)).map((faq) => [faq.question, faq.hitCount]));
const count = ({ tenantId }: Shop, ids: string[]) =>
  withTenant(world.deps.orm, tenantId, async (em) => {
    for (const statement of hitStatements(ids)) await runBound(em, statement);
  });

describe('hits of a FAQ', () => {
  it('are counted for each answer it gave, and for nothing else', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    const since = Date.now();
    for (const chat of [301, 302, 303]) await writes(world, shop, chat, 'What are your opening hours?');
    await writes(world, shop, 304, 'Do you have vegan options?');
    await writes(world, shop, 305, 'zebra crossing');
    for (const chat of ['301', '302', '303', '304', '305']) {
      await until(() => expect(world.platform.textsTo(chat)).toHaveLength(1));
    }
    expect(await hitsOf(shop)).toEqual({ 'What are your opening hours?': 3, 'Do you have vegan options?': 1 });
    for (const { lastHitAt } of await faqsOf(shop)) expect(lastHitAt?.getTime()).toBeGreaterThanOrEqual(since - 1_000);
    expect(Object.values(await hitsOf(other))).toEqual([0, 0]);
  });

  it('are one statement for many answers, and none for none', () => {
    expect(hitStatements([])).toEqual([]);
    expect(hitStatements(['a', 'b', 'a']).map(([, values]) => values)).toEqual([
      [
        JSON.stringify([
          { id: 'a', hits: 2 },
          { id: 'b', hits: 1 },
        ]),
      ],
    ]);
  });

  it('add up from many transactions at once, whatever order each has them in', async () => {
    const shop = await buildShop(world);
    const ids = (await faqsOf(shop)).map(({ id }) => id);
    await Promise.all(Array.from({ length: 40 }, (_, n) => count(shop, n % 2 === 0 ? ids : ids.toReversed())));
    expect(Object.values(await hitsOf(shop))).toEqual([40, 40]);
  });

  it('of another tenant cannot be counted', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    await count(
      shop,
      (await faqsOf(other)).map(({ id }) => id),
    );
    expect(Object.values(await hitsOf(other))).toEqual([0, 0]);
  });

  it('change nothing that processes remember, and no edit is noted', async () => {
    const shop = await buildShop(world);
    const [before] = await faqsOf(shop);
    const heard: (string | undefined)[] = [];
    const listener = new pg.Client(world.database.url);
    await listener.connect();
    try {
      listener.on('notification', ({ payload }) => heard.push(payload));
      await listener.query('listen frontdesk_changes');
      await count(shop, [before?.id ?? '']);
      // Announcements come in order: when this one has come, that of the hit would have.
      await withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.nativeUpdate(TenantSettings, { tenantId: shop.tenantId }, { systemMessage: 'x' }),
      );
      await until(() => expect(heard).not.toEqual([]));
      expect(heard).toEqual([expect.stringContaining(`tenant_settings ${shop.tenantId}`)]);
    } finally {
      await listener.end();
    }
    const [after] = await faqsOf(shop);
    expect(after).toMatchObject({ hitCount: 1, updatedAt: before?.updatedAt });
  });
});
