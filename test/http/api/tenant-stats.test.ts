import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { asManager, buildShop, conversationOf, handlerOf, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let other: Shop;
let owner: Person;
let admin: Person;

const sql = (text: string, values: unknown[]) => asOwner(world.database, (client) => client.query(text, values));

beforeAll(async () => {
  shop = await buildShop(world, { handoverMode: 'immediate' });
  other = await buildShop(world);
  owner = await hire(world, shop.tenantId, 'owner');
  admin = await hireSystemAdmin(world, other.tenantId);
  // Three turns of which a FAQ answers two; one conversation goes to a person, who takes it.
  for (const [chat, text] of [
    [1, 'What are your opening hours?'],
    [2, 'Do you have vegan options?'],
  ] as const) {
    await writes(world, shop, chat, text);
    await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
  }
  await writes(world, shop, 1, 'I want to talk to a human');
  await until(async () => expect(await handlerOf(world, shop, 1)).toBe('queued'));
  await until(() => expect(world.platform.textsTo('1')).toHaveLength(2));
  const { id } = await conversationOf(world, shop, 1);
  expect((await asManager(world, shop, `/conversations/${id}/take`, {})).ok).toBe(true);
});

const Stats = z.looseObject({ daily: z.array(z.record(z.string(), z.unknown())).optional() });
const statsOf = (token: string | null, { tenantId }: { tenantId: string }, query = '') =>
  call(world, token, 'GET', `/tenants/${tenantId}/stats${query}`);

const switchOn = (features: string[]) =>
  call(world, admin.token, 'PATCH', `/tenants/${shop.tenantId}`, { body: { features } });

describe('the numbers of a tenant', () => {
  it('are those of what happened', async () => {
    const viewer = await hire(world, shop.tenantId, 'viewer');
    const { status, body } = await statsOf(viewer.token, shop);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenantId: shop.tenantId,
      totalChats: 2,
      totalMessages: 6,
      totalFaqs: 2,
      lastActivity: expect.stringMatching(/^20.*Z$/),
      openConversations: { all: 2, bot: 1, awaitingConsent: 0, queued: 0, human: 1 },
      lastDays: {
        days: 30,
        messagesIn: 3,
        messagesOut: 3,
        conversations: 2,
        turns: 3,
        faqAnswers: 2,
        faqHitRate: 2 / 3,
        handovers: 1,
        handoversTaken: 1,
        medianFirstResponseSeconds: expect.any(Number),
      },
      limits: expect.arrayContaining([
        { name: 'max_faqs', limit: 100_000, used: 2 },
        { name: 'max_conversations_per_tenant', limit: 10_000, used: 2 },
      ]),
    });
    expect(body).not.toHaveProperty('daily');
    expect(body).not.toHaveProperty('faqs');
  });

  it('are nothing, and no error, where nothing happened', async () => {
    expect((await statsOf(admin.token, other)).body).toMatchObject({
      totalMessages: 0,
      lastActivity: null,
      lastDays: { turns: 0, faqHitRate: null, medianFirstResponseSeconds: null },
    });
  });

  it('are for its own people and keys, and for system admins; to others there is no such tenant', async () => {
    const { key } = await cutKey(world, shop.tenantId);
    const both = await hire(world, shop.tenantId, 'admin');
    for (const token of [owner.token, key, admin.token, both.token]) {
      expect((await statsOf(token, shop)).status).toBe(200);
    }
    const { key: narrow } = await cutKey(world, shop.tenantId, { scopes: ['faqs:read'] });
    expect((await statsOf(narrow, shop)).status).toBe(403);
    const strangers = [(await hire(world, other.tenantId, 'owner')).token, (await cutKey(world, other.tenantId)).key];
    for (const token of strangers) {
      for (const query of ['', '?include=daily']) {
        const headers = { 'x-frontdesk-tenant': other.tenantId };
        expect(await call(world, token, 'GET', `/tenants/${shop.tenantId}/stats${query}`, { headers })).toMatchObject({
          status: 404,
          body: { detail: expect.not.stringContaining(shop.slug) },
        });
      }
    }
    expect((await statsOf(null, shop)).status).toBe(401);
    expect((await statsOf(owner.token, { tenantId: 'no-id' })).status).toBe(404);
    expect((await statsOf(admin.token, { tenantId: '0190a3c8-0000-7000-8000-000000000000' })).status).toBe(404);
    expect((await statsOf(owner.token, shop, '?colour=red')).status).toBe(422);
  });

  it('are the path’s, whatever tenant the header names', async () => {
    const headers = { 'x-frontdesk-tenant': shop.tenantId };
    const { body } = await call(world, admin.token, 'GET', `/tenants/${other.tenantId}/stats`, { headers });
    expect(body).toMatchObject({ tenantId: other.tenantId, totalMessages: 0 });
  });
});

describe('advanced_analytics', () => {
  it('off: no numbers by day or FAQ, and who can switch it on', async () => {
    await switchOn(['custom_agents']);
    for (const what of ['daily', 'faqs', 'daily,faqs']) {
      expect(await statsOf(owner.token, shop, `?include=${what}`), what).toMatchObject({
        status: 403,
        body: { code: 'feature_off', detail: expect.stringMatching(/advanced_analytics.*system admin/) },
      });
    }
    expect((await statsOf(owner.token, shop, '?include=weekly')).status).toBe(422);
  });

  it('on: the numbers of each of the last thirty days, where the tenant is', async () => {
    await switchOn(['advanced_analytics']);
    const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const [today, yesterday, twoDaysAgo] = [dayBefore(0), dayBefore(1), dayBefore(2)];
    // All of it on one day: this one may end in the middle of the test.
    for (const table of ['messages', 'conversations', 'decisions', 'handovers']) {
      const noon = `update ${table} set created_at = $2::date + interval '12 hours' where tenant_id = $1`;
      await sql(noon, [shop.tenantId, yesterday]);
    }
    // Half past eleven in the evening of UTC is tomorrow on Kiritimati.
    await call(world, admin.token, 'PATCH', `/tenants/${shop.tenantId}`, { body: { timezone: 'UTC' } });
    await sql(
      `update conversations set created_at = $2::date + interval '23.5 hours' where tenant_id = $1 and thread = '2'`,
      [shop.tenantId, twoDaysAgo],
    );
    const read = async () => {
      const days = Stats.parse((await statsOf(owner.token, shop, '?include=daily')).body).daily ?? [];
      return { days, busy: days.filter(({ conversations }) => conversations !== 0) };
    };
    const { days, busy } = await read();
    expect(days).toHaveLength(30);
    expect([today, dayBefore(0)]).toContain(days.at(-1)?.['day']);
    expect(days.find(({ day }) => day === yesterday)).toEqual({
      day: yesterday,
      messagesIn: 3,
      messagesOut: 3,
      conversations: 1,
      turns: 3,
      faqAnswers: 2,
      handovers: 1,
    });
    expect(busy.map(({ day }) => day)).toContain(twoDaysAgo);
    await call(world, admin.token, 'PATCH', `/tenants/${shop.tenantId}`, { body: { timezone: 'Pacific/Kiritimati' } });
    expect((await read()).busy.map(({ day }) => day)).not.toContain(twoDaysAgo);
    expect((await read()).days).toHaveLength(30);
  });

  it('on: the numbers of each FAQ, and whether people were needed all the same', async () => {
    await switchOn(['advanced_analytics']);
    expect((await statsOf(owner.token, shop, '?include=faqs')).body).toMatchObject({
      faqs: expect.arrayContaining([
        expect.objectContaining({ question: 'What are your opening hours?', answers: 1, handedOver: 1 }),
        expect.objectContaining({ question: 'Do you have vegan options?', answers: 1, handedOver: 0 }),
      ]),
    });
  });
});
