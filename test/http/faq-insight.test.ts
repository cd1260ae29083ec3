import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Faq } from '../../src/entities/faq.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire } from '../support/people.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import { asManager, buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';
import { whole } from '../support/whole.ts';

const world = useWorld({ workers: false });

const Found = z.object({
  total: z.number(),
  shown: z.array(
    z.object({ kind: z.string(), faqIds: z.array(z.string()), advice: z.string(), evidence: z.unknown() }),
  ),
});
const Report = z.strictObject({ checked: z.number(), findings: z.record(z.string(), Found) });
const Candidate = z.strictObject({
  faqId: z.string(),
  confidence: z.number(),
  question: z.string(),
  answer: z.string(),
});
const Trial = z.strictObject({
  language: z.string(),
  threshold: z.number(),
  wouldAnswer: z.boolean(),
  match: z.object({
    faqId: z.string().nullable(),
    confidence: z.number(),
    evidence: z.looseObject({ cut: z.boolean() }),
  }),
  best: Candidate.nullable(),
  runnerUp: Candidate.nullable(),
});

async function reportOf(shop: Shop): Promise<z.infer<typeof Report>> {
  const response = await asManager(world, shop, '/faqs/report');
  expect(response.status).toBe(200);
  return Report.parse(await response.json());
}

async function tries(shop: Shop, body: unknown): Promise<z.infer<typeof Trial>> {
  const response = await asManager(world, shop, '/faqs/try', body);
  expect(response.status).toBe(200);
  return Trial.parse(await response.json());
}

const idsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) => (await em.find(Faq, { tenantId })).map(({ id }) => id));

const secret = {
  question: 'What are your opening hours?',
  answer: 'The other shop never opens',
  keywords: 'hours, secret ingredient',
};

describe('the quality report', () => {
  it('tells what is wrong, and is made anew when a FAQ has changed', async () => {
    const faqs = [...coffeeFaqs, { question: 'What are the opening hours?', answer: 'Never', keywords: [] }];
    const shop = await buildShop(world, { faqs });
    const { checked, findings } = await reportOf(shop);
    expect(checked).toBe(3);
    const counts = Object.entries(findings).map(([kind, { total }]) => [kind, total]);
    expect(Object.fromEntries(counts)).toEqual({
      duplicate_question: 1,
      duplicate_keywords: 0,
      never_wins: 0,
      common_keyword: 0,
      specific_below_general: 0,
      conflicting_answers: 1,
      no_keywords: 1,
      no_telling_word: 0,
    });
    expect(findings['no_keywords']?.shown).toEqual([
      {
        kind: 'no_keywords',
        faqIds: [expect.any(String)],
        advice: expect.stringContaining('“What are the opening hours?” has no keywords'),
        evidence: { question: 'What are the opening hours?' },
      },
    ]);

    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(Faq, { tenantId: shop.tenantId, answer: 'Never' }, { isActive: false }),
    );
    await until(async () => {
      const after = await reportOf(shop);
      expect([after.checked, after.findings['duplicate_question']?.total]).toEqual([2, 0]);
    });
  });

  it('is made once for all who ask at the same moment', async () => {
    const shop = await buildShop(world);
    const { tenantId } = shop;
    const [one, other] = [world.deps.reportOf(tenantId), world.deps.reportOf(tenantId)];
    expect(await one).toBe(await other);
  });

  it('knows nothing of another tenant', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world, { faqs: [secret, secret] })];
    const { checked, findings } = await reportOf(shop);
    expect(checked).toBe(2);
    expect(Object.values(findings).filter(({ total }) => total > 0)).toEqual([]);
    const own = new Set(await idsOf(other));
    const theirs = await reportOf(other);
    expect(theirs.findings['duplicate_question']?.shown[0]?.faqIds.toSorted()).toEqual([...own].toSorted());
  });

  it('of more FAQs than a page has is about all of them', async () => {
    const faqs = Array.from({ length: 501 }, (_, at) => ({
      question: `Where is gate${at}?`,
      answer: 'There',
      keywords: '',
    }));
    const { checked, findings } = await reportOf(await buildShop(world, { faqs }));
    expect([checked, findings['no_keywords']?.total, findings['no_keywords']?.shown.length]).toEqual([501, 501, 200]);
  });
});

describe('a message that is tried', () => {
  it('gives the match with its evidence, the threshold in force, and the FAQs of best and runner-up', async () => {
    const faqs = [
      ...coffeeFaqs,
      { question: 'What are your delivery hours?', answer: 'From noon', keywords: 'delivery' },
      { question: 'Is there parking?', answer: 'Behind the house', keywords: 'parking' },
    ];
    const shop = await buildShop(world, { faqs, thresholds: { faq_confidence: 0.4 } });
    const trial = await tries(shop, { text: 'your OPENING hours on friday' });
    const [first] = coffeeFaqs;
    expect(trial).toMatchObject({
      language: 'en',
      threshold: 0.4,
      wouldAnswer: true,
      match: {
        faqId: trial.best?.faqId,
        confidence: trial.best?.confidence,
        evidence: {
          matchedWords: ['opening', 'hours'],
          unmatchedWords: ['friday'],
          runnerUp: { faqId: trial.runnerUp?.faqId, confidence: trial.runnerUp?.confidence },
          cut: false,
        },
      },
      best: { question: first?.question, answer: first?.answer },
      runnerUp: { question: 'What are your delivery hours?', answer: 'From noon' },
    });
    expect(trial.match.evidence['matchedKeywords']).toEqual(['hours', 'opening']);
    // It is what a customer would get.
    const matcher = await world.deps.matcherOf(shop.tenantId);
    expect(trial.match).toEqual(whole(matcher.match('your OPENING hours on friday')));
  });

  it('is not answered below the threshold', async () => {
    const [easy, strict] = [
      await buildShop(world, { thresholds: { faq_confidence: 0 } }),
      await buildShop(world, { thresholds: { faq_confidence: 1 } }),
    ];
    const text = 'are there vegan things for my uncle from Hamburg';
    const { confidence } = (await tries(easy, { text })).match;
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThan(1);
    expect((await tries(easy, { text })).wouldAnswer).toBe(true);
    expect(await tries(strict, { text })).toMatchObject({ wouldAnswer: false, threshold: 1, match: { confidence } });
  });

  it('that no FAQ has anything of finds nothing, even where nothing is enough', async () => {
    const shop = await buildShop(world, { thresholds: { faq_confidence: 0 } });
    for (const text of [' ', '👍', 'zzzz', '\u0000\ud800']) {
      const trial = await tries(shop, { text });
      expect(trial).toMatchObject({
        wouldAnswer: false,
        match: { faqId: null, confidence: 0 },
        best: null,
        runnerUp: null,
      });
    }
  });

  it('of 100,000 characters is cut, whatever it is made of', async () => {
    const shop = await buildShop(world);
    for (const filling of ['x ', '\u0001\u0002', 'ы ', '👍']) {
      const trial = await tries(shop, { text: `vegan ${filling.repeat(49_997)}` });
      expect([trial.match.evidence.cut, trial.best?.question]).toEqual([true, coffeeFaqs[1]?.question]);
    }
  });

  it('can be read in another language than the tenant’s', async () => {
    const faqs = [{ question: 'Haben Sie Öffnungszeiten?', answer: 'Ja', keywords: 'Öffnungszeiten' }];
    const shop = await buildShop(world, { faqs });
    const text = 'Haben Sie Autos?';
    expect(await tries(shop, { text })).toMatchObject({
      language: 'en',
      match: { evidence: { matchedWords: ['haben', 'sie'] } },
    });
    const german = await tries(shop, { text, language: 'de-AT' });
    expect(german).toMatchObject({
      language: 'de-AT',
      match: { evidence: { matchedWords: [], unmatchedWords: ['autos'] } },
    });
    // The tenant's own language is the tenant's matcher, however it is written; a language that nobody knows is fine.
    expect(await tries(shop, { text, language: 'EN_us' })).toEqual(await tries(shop, { text }));
    expect((await tries(shop, { text: 'Öffnungszeiten', language: 'tlh' })).best?.answer).toBe('Ja');
  });

  it('is refused in another language where that would hold up others', async () => {
    const faqs = Array.from({ length: 40 }, (_, at) => ({
      question: `Gate ${at}?`,
      answer: 'far '.repeat(250),
      keywords: [],
    }));
    const shop = await buildShop(world, { faqs });
    const response = await asManager(world, shop, '/faqs/try', { text: 'gate', language: 'de' });
    expect([response.status, await response.text()]).toEqual([422, expect.stringContaining('leave language out')]);
    expect((await tries(shop, { text: 'gate 7', language: 'en' })).best?.question).toBe('Gate 7?');
  });

  it('never finds a FAQ of another tenant', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world, { faqs: [secret] })];
    expect((await tries(other, { text: 'secret ingredient' })).best?.answer).toBe(secret.answer);
    const own = new Set(await idsOf(shop));
    for (const language of [undefined, 'de']) {
      const trial = await tries(shop, { text: 'secret ingredient of the other shop', language });
      expect(JSON.stringify(trial)).not.toContain(secret.answer);
      const hours = await tries(shop, { text: secret.question, language });
      expect(hours.best?.answer).toBe(coffeeFaqs[0]?.answer);
      for (const candidate of [hours.best, hours.runnerUp])
        expect(candidate === null || own.has(candidate.faqId)).toBe(true);
    }
  });

  it.each<[string, unknown, string]>([
    ['without a text', {}, 'text'],
    ['with an empty text', { text: '' }, 'text'],
    ['with a text that is none', { text: 7 }, 'text'],
    ['with 100,001 characters', { text: 'x'.repeat(100_001) }, 'text'],
    [
      'with a key that nobody knows',
      { text: 'hours', tenantId: 'x', lang: 'en' },
      'Unrecognized keys: "tenantId", "lang"',
    ],
    ['with a language that is no code', { text: 'hours', language: 'Klingon!' }, 'language: must be a language code'],
    ['as a list', ['hours'], 'body'],
  ])('is refused %s', async (_name, body, message) => {
    const shop = await buildShop(world);
    const response = await asManager(world, shop, '/faqs/try', body);
    expect([response.status, await response.text()]).toEqual([
      422,
      expect.stringContaining(JSON.stringify(message).slice(1, -1)),
    ]);
  });
});

it.each([
  ['GET', '/faqs/report'],
  ['POST', '/faqs/try'],
])('%s %s is for everybody who may read the FAQs of the tenant', async (method, path) => {
  const shop = await buildShop(world);
  const request = method === 'POST' ? { body: { text: 'hours' } } : {};
  expect(await call(world, null, method, path, request)).toMatchObject({ status: 401 });
  expect(await call(world, 'x', method, path, request)).toMatchObject({ status: 401 });
  for (const { token } of [await hire(world, shop.tenantId, 'viewer'), await hire(world, shop.tenantId, 'manager')]) {
    expect(await call(world, token, method, path, request)).toMatchObject({ status: 200 });
  }
  const { key } = await cutKey(world, shop.tenantId, { scopes: ['conversations:read'] });
  expect(await call(world, key, method, path, request)).toMatchObject({ status: 403 });
});
