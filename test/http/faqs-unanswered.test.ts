import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { AuditEntry } from '../../src/entities/audit-entry.ts';
import { Decision } from '../../src/entities/decision.ts';
import { Faq } from '../../src/entities/faq.ts';
import { FaqSuggestion } from '../../src/entities/faq-suggestion.ts';
import { newId } from '../../src/id.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { call, cutKey } from '../support/people.ts';
import { ask, unansweredOf } from '../support/faq-requests.ts';
import { asManager, buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

let chat = 4_000;
/** Each in a chat of its own; waits for the answers. */
async function askedIn(shop: Shop, ...texts: string[]): Promise<number[]> {
  const chats = texts.map(() => (chat += 1));
  for (const [n, text] of texts.entries()) await writes(world, shop, chats[n] ?? 0, text);
  for (const one of chats) await until(() => expect(world.platform.textsTo(String(one))).not.toEqual([]));
  return chats;
}
const rows = <T>(shop: Shop, find: (em: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>) =>
  withTenant(world.deps.orm, shop.tenantId, find);
const questions = async (shop: Shop, query = '') =>
  (await unansweredOf(world, shop, query)).groups.map(({ question, conversations }) => [question, conversations]);

describe('questions that no FAQ answered', () => {
  it('are listed by how many asked, and nothing that was answered, or another tenant was asked', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    await askedIn(other, 'do you sell gift cards');
    await askedIn(
      shop,
      'What are your opening hours?',
      'is there parking',
      'do you deliver',
      'Parking?',
      'hello',
      'parking nearby',
    );
    expect(await questions(shop)).toEqual([
      ['Parking?', 3],
      ['do you deliver', 1],
    ]);
    const { groups, ...counts } = await unansweredOf(world, shop, '?limit=1');
    expect(counts).toEqual({ turns: 5, answeredNow: 0, isCut: false, totalGroups: 2 });
    expect(groups).toMatchObject([{ keywords: ['parking'], turns: 3 }]);
    expect(groups[0]?.examples.map(({ text }) => text).toSorted()).toEqual([
      'Parking?',
      'is there parking',
      'parking nearby',
    ]);
    expect(await questions(other)).toEqual([['do you sell gift cards', 1]]);
  });

  it('are those of the days asked for, and a burst is one of them', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 1_500, debounce_max_ms: 6_000 } });
    const burst = (chat += 1);
    for (const text of ['Hi', 'do you', 'sell gift cards']) await writes(world, shop, burst, text);
    await until(() => expect(world.platform.textsTo(String(burst))).toHaveLength(1));
    expect(await questions(shop, '?days=7')).toEqual([['Hi do you sell gift cards', 1]]);
    const createdAt = new Date(Date.now() - 8 * 86_400_000);
    await rows(shop, (em) => em.nativeUpdate(Decision, { tenantId: shop.tenantId }, { createdAt }));
    expect(await questions(shop, '?days=7')).toEqual([]);
    expect(await questions(shop)).toHaveLength(1);
  });

  it('are also those that an agent was asked, once, and not those a FAQ would have been sure of', async () => {
    const shop = await buildShop(world);
    const [one = 0] = await askedIn(shop, 'do you sell gift cards');
    const { id: conversationId } = await conversationOf(world, shop, one);
    const decision = (path: string, confidence: number | null) => ({
      tenantId: shop.tenantId,
      id: newId(),
      conversationId,
      epoch: 0,
      firstSeq: 1,
      lastSeq: 1,
      path,
      outcome: 'answer',
      reason: 'r',
      language: 'en',
      confidence,
      evidence: {},
      thresholds: { faq_confidence: 0.5 },
      settingsVersion: 1,
      handlerBefore: 'bot' as const,
      handlerAfter: 'bot' as const,
      durationMs: 1,
    });
    const decidedAs = async (...decisions: ReturnType<typeof decision>[]) => {
      await rows(shop, async (em) => {
        await em.nativeDelete(Decision, { tenantId: shop.tenantId });
        await em.insertMany(Decision, decisions);
      });
      const { groups } = await unansweredOf(world, shop);
      return groups.flatMap(({ examples }) => examples.map(({ text }) => text));
    };
    const asked = ['do you sell gift cards'];
    expect(await decidedAs(decision('agent', 0.2), decision('agent', null))).toEqual(asked);
    for (const path of ['miss', 'limit', 'escalation'])
      expect(await decidedAs(decision(path, 0.49)), path).toEqual(asked);
    expect(await decidedAs(decision('limit', 0.6))).toEqual([]);
    for (const path of ['faq', 'human', 'request', 'consent', 'stale']) {
      expect(await decidedAs(decision(path, 0.2)), path).toEqual([]);
    }
  });

  it('are gone once a FAQ would answer them, whoever made it', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const faq = {
      tenantId: shop.tenantId,
      id: newId(),
      question: 'Is there parking?',
      answer: 'Yes',
      keywords: ['parking'],
    };
    await rows(shop, (em) => em.insert(Faq, faq));
    await until(async () =>
      expect(await unansweredOf(world, shop)).toMatchObject({ groups: [], turns: 1, answeredNow: 1 }),
    );
  });
});

describe('a group that becomes a FAQ', () => {
  it('is answered from then on, and its messages are evidence', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking', 'Parking?');
    const [group] = (await unansweredOf(world, shop)).groups;
    const made = await ask(world, shop, 'POST', `/unanswered/${group?.id}/faq`, { answer: 'Yes, behind the house' });
    expect(made).toEqual({ status: 201, body: { faqId: expect.any(String) } });
    const [faq] = await rows(shop, (em) => em.find(Faq, { source: 'suggested' }));
    expect({ faqId: faq?.id }).toEqual(made.body);
    expect(faq).toMatchObject({
      question: 'Parking?',
      answer: 'Yes, behind the house',
      keywords: ['parking'],
      isActive: true,
    });
    const [suggestion] = await rows(shop, (em) => em.find(FaqSuggestion, {}));
    expect(suggestion).toMatchObject({ status: 'approved', sourceCount: 2, faqId: faq?.id, decidedBy: shop.managerId });
    expect(suggestion?.evidenceMessageIds).toHaveLength(2);
    expect(suggestion?.evidenceMessageIds).toContain(group?.id);
    expect((await unansweredOf(world, shop)).groups).toEqual([]);
    await until(async () => expect((await world.deps.matcherOf(shop.tenantId)).find(faq?.id ?? '')).not.toBeNull());
    const [asking] = await askedIn(shop, 'where is the parking');
    expect(world.platform.textsTo(String(asking))).toEqual(['Yes, behind the house']);
  });

  it('takes the manager’s own question and keywords', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    const given = { answer: 'Yes', question: 'Where can I leave my car?', keywords: ['car park', 'car'] };
    expect((await ask(world, shop, 'POST', `/unanswered/${group?.id}/faq`, given)).status).toBe(201);
    expect(await rows(shop, (em) => em.find(Faq, { source: 'suggested' }))).toMatchObject([given]);
  });

  it('takes keywords in one text, and those that say what was asked are written down with who decided', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    const given = { answer: 'Yes', keywords: 'car park, car' };
    expect((await ask(world, shop, 'POST', `/unanswered/${group?.id}/faq`, given)).status).toBe(201);
    const [faq] = await rows(shop, (em) => em.find(Faq, { source: 'suggested' }));
    expect(faq?.keywords).toEqual(['car park', 'car']);
    const entries = await rows(shop, (em) => em.find(AuditEntry, { action: 'faq.create' }));
    expect(entries).toMatchObject([{ subject: faq?.id, actor: shop.managerId }]);
    // The words were a customer's.
    expect(JSON.stringify(entries)).not.toContain('parking');
  });

  it('shows what customers said to those only who may read conversations', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const reader = await cutKey(world, shop.tenantId, { scopes: ['faqs:read'] });
    const { status, body } = await call(world, reader.key, 'GET', '/faqs/unanswered');
    expect([status, body]).toMatchObject([200, { groups: [{ conversations: 1, examples: [] }] }]);
    const refused = await call(world, reader.key, 'POST', `/faqs/unanswered/${newId()}/dismiss`);
    expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining('faqs:write') } });
  });

  it('is decided by a program too', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['faqs:write'] });
    const path = `/faqs/unanswered/${group?.id}/faq`;
    expect(await call(world, key, 'POST', path, { body: { answer: 'Yes' } })).toMatchObject({ status: 201 });
    expect(await rows(shop, (em) => em.find(FaqSuggestion, {}))).toMatchObject([{ decidedBy: null }]);
  });

  it('stays decided when its FAQ is switched off', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    expect((await ask(world, shop, 'POST', `/unanswered/${group?.id}/faq`, { answer: 'Yes' })).status).toBe(201);
    await rows(shop, (em) => em.nativeUpdate(Faq, { source: 'suggested' }, { isActive: false }));
    await askedIn(shop, 'parking nearby');
    expect(await questions(shop)).toEqual([['parking nearby', 1]]);
  });

  it('waits for whoever decides at this moment, and is refused then', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    const first = new pg.Client(world.database.ownerUrl);
    await first.connect();
    try {
      await first.query('begin');
      await first.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`faq_suggestions ${shop.tenantId}`]);
      await first.query(
        `insert into faq_suggestions (tenant_id, id, question, language, evidence_message_ids, source_count, status)
         values ($1, $2, 'q', 'en', array[$3::uuid], 1, 'dismissed')`,
        [shop.tenantId, newId(), group?.id],
      );
      const second = ask(world, shop, 'POST', `/unanswered/${group?.id}/faq`, { answer: 'Yes' });
      const waiting = `select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
      await until(async () => expect((await first.query(waiting)).rowCount).toBe(1));
      await first.query('commit');
      expect((await second).status).toBe(409);
      expect(await rows(shop, (em) => em.count(Faq, { source: 'suggested' }))).toBe(0);
    } finally {
      await first.end();
    }
  });

  it('becomes one FAQ, also when two managers decide at the same moment', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    const decide = () => ask(world, shop, 'POST', `/unanswered/${group?.id}/faq`, { answer: 'Yes' });
    const statuses = (await Promise.all([decide(), decide(), decide(), decide()])).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status !== 201 && status !== 409 && status !== 404)).toEqual([]);
    expect(await rows(shop, (em) => em.count(Faq, { source: 'suggested' }))).toBe(1);
  });
});

describe('a dismissed group', () => {
  it('stays away, also in other words, and leaves the others', async () => {
    const shop = await buildShop(world);
    await askedIn(shop, 'tell me a joke', 'a joke please', 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    expect(await ask(world, shop, 'POST', `/unanswered/${group?.id}/dismiss`)).toEqual({
      status: 200,
      body: { ok: true },
    });
    await askedIn(shop, 'do you know any jokes');
    expect(await questions(shop)).toEqual([['is there parking', 1]]);
    expect(await rows(shop, (em) => em.find(FaqSuggestion, {}))).toMatchObject([
      { status: 'dismissed', sourceCount: 2, faqId: null, answer: null },
    ]);
  });
});

describe('what is refused', () => {
  it('is another tenant’s group, and one that nobody has', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    await askedIn(shop, 'is there parking');
    const [group] = (await unansweredOf(world, shop)).groups;
    for (const id of [group?.id, newId(), 'no-id']) {
      for (const [path, body] of [
        ['faq', { answer: 'x' }],
        ['dismiss', {}],
      ] as const) {
        const { status, body: said } = await ask(world, other, 'POST', `/unanswered/${id}/${path}`, body);
        expect([status, said], `${id} ${path}`).toEqual([
          404,
          expect.objectContaining({ code: 'not_found', detail: expect.any(String) }),
        ]);
      }
    }
    expect((await unansweredOf(world, shop)).groups).toHaveLength(1);
  });

  it.each([
    ['no answer', {}],
    ['an empty answer', { answer: ' ' }],
    ['an unknown field', { answer: 'x', priority: 3 }],
    ['keywords that are none', { answer: 'x', keywords: 7 }],
    ['too many keywords', { answer: 'x', keywords: Array.from({ length: 101 }, (_, at) => `word${at}`) }],
  ])('is %s', async (_what, body) => {
    const shop = await buildShop(world);
    expect((await ask(world, shop, 'POST', `/unanswered/${newId()}/faq`, body)).status).toBe(422);
  });

  it.each(['days=0', 'days=366', 'days=x', 'limit=0', 'limit=101'])('is %s', async (query) => {
    expect((await ask(world, await buildShop(world), 'GET', `/unanswered?${query}`)).status).toBe(422);
  });

  it('is everybody without a token', async () => {
    const shop = { ...(await buildShop(world)), managerToken: 'x' };
    for (const path of ['/unanswered', '/tests', `/${newId()}/keyword-suggestions`]) {
      expect((await ask(world, shop, 'GET', path)).status, path).toBe(401);
    }
    expect((await asManager(world, shop, '/faqs/dry-run', {})).status).toBe(401);
  });
});
