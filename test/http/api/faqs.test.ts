import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Faq } from '../../../src/entities/faq.ts';
import { FaqTest } from '../../../src/entities/faq-test.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { startWorld, until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let manager: Person;
let viewer: Person;

beforeAll(async () => {
  shop = await buildShop(world, { faqs: [] });
  other = await buildShop(world);
  [manager, viewer] = await Promise.all([hire(world, shop.tenantId, 'manager'), hire(world, shop.tenantId, 'viewer')]);
});

const Shown = z.object({ id: z.string(), question: z.string(), keywords: z.array(z.string()), hitCount: z.number() });
const List = z.object({ items: z.array(Shown), next: z.string().nullable() });
const parking = { question: 'Is there parking?', answer: 'In the yard', keywords: 'parking, "car, or bike"' };

async function make(body: unknown = parking, token = manager.token) {
  const made = await call(world, token, 'POST', '/faqs', { body });
  expect(made.status).toBe(201);
  return { ...Shown.parse(made.body), etag: made.headers.get('etag') ?? '' };
}

const rowsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Faq, { tenantId }, { orderBy: { id: 'asc' } }));
const rowOf = (id: string) =>
  withTenant(world.deps.orm, shop.tenantId, (em) => em.findOne(Faq, { tenantId: shop.tenantId, id }));
const foreignId = async () => (await rowsOf(other))[0]?.id ?? '';

describe('a FAQ', () => {
  it('is made, read, written anew, changed in part and deleted, and each is written down', async () => {
    const { id } = await make();
    const path = `/faqs/${id}`;
    expect(await call(world, viewer.token, 'GET', path)).toMatchObject({
      status: 200,
      body: {
        ...parking,
        keywords: ['parking', 'car, or bike'],
        language: null,
        priority: 1,
        isActive: true,
        source: 'manual',
        hitCount: 0,
        lastHitAt: null,
      },
    });
    const anew = { question: ' Where do I park? ', answer: 'Here', language: 'pt-BR', priority: 7 };
    expect(await call(world, manager.token, 'PUT', path, { body: anew })).toMatchObject({
      status: 200,
      body: { ...anew, question: 'Where do I park?', keywords: [], isActive: true },
    });
    expect(await call(world, manager.token, 'PATCH', path, { body: { isActive: false } })).toMatchObject({
      status: 200,
      body: { question: 'Where do I park?', priority: 7, isActive: false },
    });
    for (const status of [200, 404]) expect((await call(world, manager.token, 'DELETE', path)).status).toBe(status);
    for (const [method, body] of [['GET'], ['PUT', anew], ['PATCH', {}]] as const) {
      expect((await call(world, manager.token, method, path, { body })).status, method).toBe(404);
    }
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { subject: id }, { orderBy: { id: 'asc' } }),
    );
    expect(entries).toMatchObject([
      { action: 'faq.create', actorKind: 'user', actor: manager.userId },
      { action: 'faq.update', changes: { question: 'Where do I park?', keywords: [], priority: 7 } },
      { action: 'faq.update', changes: { isActive: false } },
      { action: 'faq.delete' },
    ]);
    expect(Object.keys(entries[2]?.changes ?? {})).toEqual(['isActive']);
  });

  it('is made by a program with the permission, once for an Idempotency-Key', async () => {
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['faqs:write'] });
    const headers = { 'idempotency-key': 'faq-1' };
    const [first, second] = [
      await call(world, key, 'POST', '/faqs', { body: parking, headers }),
      await call(world, key, 'POST', '/faqs', { body: parking, headers }),
    ];
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await call(world, key, 'GET', '/faqs')).toMatchObject({ status: 403 });
  });

  it.each<[string, unknown, string]>([
    ['no question', { answer: 'a' }, 'body.question'],
    ['an empty answer', { question: 'q', answer: ' \n' }, 'body.answer'],
    ['a question of 1,001 characters', { question: 'q'.repeat(1_001), answer: 'a' }, 'body.question'],
    ['an answer of 20,001 characters', { question: 'q', answer: 'a'.repeat(20_001) }, 'body.answer'],
    ['an answer that is a number', { question: 'q', answer: 7 }, 'body.answer'],
    ['keywords that are none', { ...parking, keywords: { a: 1 } }, 'body.keywords'],
    ['a keyword of 101 characters', { ...parking, keywords: ['ok', 'k'.repeat(101)] }, 'body.keywords.1'],
    [
      '101 keywords',
      { ...parking, keywords: Array.from({ length: 101 }, (_, at) => `k${at}`).join() },
      'body.keywords',
    ],
    ['a language that is none', { ...parking, language: 'Klingon!' }, 'body.language'],
    ['a priority that is too high', { ...parking, priority: 1_001 }, 'body.priority'],
    ['half a priority', { ...parking, priority: 1.5 }, 'body.priority'],
    ['a text where yes or no belongs', { ...parking, isActive: 'true' }, 'body.isActive'],
    ['a source of its own', { ...parking, source: 'import' }, 'body'],
    ['another tenant', { ...parking, tenantId: newId() }, 'body'],
  ])('is refused with %s, as a whole and in part', async (_what, body, path) => {
    const { id } = await make();
    const before = await rowsOf(shop);
    for (const [method, url] of [
      ['POST', '/faqs'],
      ['PUT', `/faqs/${id}`],
      ['PATCH', `/faqs/${id}`],
    ] as const) {
      if (method === 'PATCH' && path === 'body.question' && !JSON.stringify(body).includes('question')) continue;
      expect(await call(world, manager.token, method, url, { body }), method).toMatchObject({
        status: 422,
        body: { code: 'unprocessable', errors: [{ path }] },
      });
    }
    expect(await rowsOf(shop)).toEqual(before);
  });

  it('is nothing to strangers, and is not for viewers to change', async () => {
    const id = await foreignId();
    const mine = await make();
    const before = [await rowsOf(shop), await rowsOf(other)];
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PUT', '', parking],
      ['PATCH', '', { isActive: false }],
      ['PATCH', '?dryRun=true', { isActive: false }],
      ['DELETE', '', undefined],
      ['DELETE', '?dryRun=true', undefined],
    ] as const) {
      expect(await call(world, manager.token, method, `/faqs/${id}${path}`, { body }), method).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
      expect((await call(world, manager.token, method, `/faqs/no-id${path}`, { body })).status).toBe(404);
      expect((await call(world, null, method, `/faqs/${mine.id}${path}`, { body })).status, method).toBe(401);
      if (method === 'GET') continue;
      expect((await call(world, viewer.token, method, `/faqs/${mine.id}${path}`, { body })).status).toBe(403);
    }
    expect((await call(world, viewer.token, 'POST', '/faqs', { body: parking })).status).toBe(403);
    expect((await call(world, null, 'GET', '/faqs')).status).toBe(401);
    expect([await rowsOf(shop), await rowsOf(other)]).toEqual(before);
  });

  it('is not written over by who has not seen what another did, and hits are no edit', async () => {
    const { id, etag } = await make();
    const path = `/faqs/${id}`;
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(Faq, { tenantId: shop.tenantId, id }, { hitCount: 5, lastHitAt: new Date() }),
    );
    const read = await call(world, viewer.token, 'GET', `${path}?include=tests`);
    expect(read.headers.get('etag')).toBe(etag);
    const edit = (answer: string) =>
      call(world, manager.token, 'PATCH', path, { body: { answer }, headers: { 'if-match': etag } });
    const edits = await Promise.all(['One', 'Two', 'Three'].map(edit));
    expect(edits.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412', '412']);
    const won = edits.find(({ status }) => status === 200);
    expect(won?.body).toMatchObject({ answer: (await rowOf(id))?.answer });
    for (const [method, body] of [['PUT', parking], ['DELETE'], ['PATCH', { answer: 'x' }]] as const) {
      const headers = { 'if-match': etag };
      expect(await call(world, manager.token, method, path, { body, headers }), method).toMatchObject({
        status: 412,
        body: { code: 'changed_meanwhile' },
      });
    }
    const headers = { 'if-match': won?.headers.get('etag') ?? '' };
    expect((await call(world, manager.token, 'GET', path, { headers: { 'if-none-match': etag } })).status).toBe(200);
    expect((await call(world, manager.token, 'DELETE', path, { headers })).status).toBe(200);
  });

  it('that is changed is matched as it is now, in this process and in others', async () => {
    const elsewhere = await startWorld({
      workers: false,
      database: { ...world.database, drop: () => Promise.resolve() },
    });
    const answerIn = async ({ deps }: typeof world) => {
      const { best } = await deps.tryMatch(other.tenantId, { text: 'where can I leave my zeppelin' });
      return best?.answer ?? null;
    };
    try {
      for (const each of [world, elsewhere]) expect(await answerIn(each)).toBeNull();
      const { token } = await hire(world, other.tenantId, 'manager');
      const { id } = await make({ question: 'Zeppelins?', answer: 'On the roof', keywords: ['zeppelin'] }, token);
      const seen = (answer: string | null) =>
        until(async () => expect([await answerIn(world), await answerIn(elsewhere)]).toEqual([answer, answer]));
      await seen('On the roof');
      await call(world, token, 'PATCH', `/faqs/${id}`, { body: { answer: 'In the yard' } });
      await seen('In the yard');
      await call(world, token, 'PATCH', `/faqs/${id}`, { body: { isActive: false } });
      await seen(null);
      await call(world, token, 'PATCH', `/faqs/${id}`, { body: { isActive: true } });
      await seen('In the yard');
      await call(world, token, 'DELETE', `/faqs/${id}`);
      await seen(null);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('a change that is only tried', () => {
  it('says what would become of the tests, and changes nothing', async () => {
    const tried = await buildShop(world);
    const { token } = await hire(world, tried.tenantId, 'manager');
    const hours = (await rowsOf(tried)).find(({ question }) => question.includes('hours'));
    const path = `/faqs/${hours?.id}`;
    for (const body of [
      { message: 'opening hours?', expectation: 'answered', faqId: hours?.id },
      { message: 'is there parking', expectation: 'not_answered' },
    ]) {
      expect((await call(world, token, 'POST', '/faqs/tests', { body })).status).toBe(201);
    }
    const before = await rowsOf(tried);
    const tryIt = async (method: string, url: string, body?: unknown) => {
      const { status, body: answer, headers } = await call(world, token, method, `${url}?dryRun=true`, { body });
      expect([status, headers.get('etag')], method).toEqual([200, null]);
      return answer;
    };
    expect(await tryIt('POST', '/faqs', parking)).toMatchObject({
      dryRun: true,
      newlyFailing: [{ test: { message: 'is there parking' }, after: { answeredBy: 'new' } }],
    });
    expect(await tryIt('POST', '/faqs', { ...parking, isActive: false })).toMatchObject({ newlyFailing: [] });
    expect(await tryIt('PUT', path, parking)).toMatchObject({
      newlyFailing: [{ test: { message: 'opening hours?' } }, { after: { answeredBy: hours?.id } }],
    });
    expect(await tryIt('PATCH', path, { isActive: false })).toMatchObject({ passingBefore: 2, passingAfter: 1 });
    // Its test would go with it.
    expect(await tryIt('DELETE', path)).toMatchObject({ passingBefore: 2, passingAfter: 1, newlyFailing: [] });
    expect(await rowsOf(tried)).toEqual(before);
    const stale = { headers: { 'if-match': '"old"' }, body: {} };
    expect((await call(world, token, 'PATCH', `${path}?dryRun=true`, stale)).status).toBe(412);
    expect((await call(world, token, 'PATCH', `${path}?dryRun=maybe`, { body: {} })).status).toBe(422);
  });
});

describe('the list of FAQs', () => {
  let many: Shop;
  let reader: Person;
  const titles = ['Alpha 5%', 'Beta', 'Gamma', 'Delta', 'Epsilon'];

  beforeAll(async () => {
    many = await buildShop(world, { faqs: [] });
    reader = await hire(world, many.tenantId, 'viewer');
    const { token } = await hire(world, many.tenantId, 'manager');
    for (const [at, title] of titles.entries()) {
      const { id } = await make(
        {
          question: title,
          answer: `Answer ${at % 2}`,
          keywords: [`key${at}`],
          language: at < 2 ? 'de' : null,
          isActive: at !== 4,
        },
        token,
      );
      await withTenant(world.deps.orm, many.tenantId, (em) =>
        em.nativeUpdate(
          Faq,
          { tenantId: many.tenantId, id },
          { hitCount: at % 3, source: at === 3 ? 'import' : 'manual' },
        ),
      );
    }
  });

  const list = async (query: string) => List.parse((await call(world, reader.token, 'GET', `/faqs?${query}`)).body);
  const seen = async (query: string) => (await list(query)).items.map(({ question }) => question.split(' ')[0]);

  it.each([
    ['', ['Epsilon', 'Delta', 'Gamma', 'Beta', 'Alpha']],
    ['order=asc', ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon']],
    ['sort=hitCount', ['Gamma', 'Epsilon', 'Beta', 'Delta', 'Alpha']],
    ['sort=hitCount&order=asc', ['Alpha', 'Delta', 'Beta', 'Epsilon', 'Gamma']],
    ['isActive=false', ['Epsilon']],
    ['language=de', ['Beta', 'Alpha']],
    ['language=pt', []],
    ['source=import', ['Delta']],
    ['q=answer%201', ['Delta', 'Beta']],
    ['q=GAMMA', ['Gamma']],
    ['q=key3', ['Delta']],
    ['q=answer%20beta', ['Beta']],
    ['q=%25', ['Alpha']],
    ['q=a_pha', []],
    ['q=%00', []],
    ['q=%27%20or%201%3D1', []],
    ['q=answer&language=de&isActive=true&source=manual&sort=hitCount', ['Beta', 'Alpha']],
  ])('with %s', async (query, expected) => {
    expect(await seen(query)).toEqual(expected);
    // The same, page by page.
    const paged: (string | undefined)[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page = await list(`${query}&limit=2${next && `&cursor=${next}`}`);
      paged.push(...page.items.map(({ question }) => question.split(' ')[0]));
      next = page.next;
    }
    expect(paged).toEqual(expected);
  });

  it.each(['q=', 'limit=2&isActive=maybe', 'sort=answer', 'cursor=nonsense', 'language=Klingon!', 'tenantId=x'])(
    'with %s is refused, but for an empty search',
    async (query) => {
      expect((await call(world, reader.token, 'GET', `/faqs?${query}`)).status).toBe(query === 'q=' ? 200 : 422);
    },
  );

  it('has nothing of another tenant', async () => {
    const theirs = new Set((await rowsOf(other)).map(({ id }) => id));
    expect(theirs.size).toBeGreaterThan(0);
    for (const { id } of (await list('limit=200')).items) expect(theirs.has(id)).toBe(false);
  });

  it('tells the tests of one FAQ, if they are asked for', async () => {
    const [first] = (await list('order=asc')).items;
    const row = { tenantId: many.tenantId, id: newId(), message: 'alpha?', expectation: 'answered' as const };
    await withTenant(world.deps.orm, many.tenantId, (em) => em.insert(FaqTest, { ...row, faqId: first?.id ?? null }));
    const read = async (query: string) => (await call(world, reader.token, 'GET', `/faqs/${first?.id}${query}`)).body;
    expect(await read('')).not.toHaveProperty('tests');
    expect(await read('?include=tests')).toMatchObject({
      tests: [{ id: row.id, message: 'alpha?', faqId: first?.id }],
    });
    expect(await read('?include=secrets')).toMatchObject({ status: 422 });
  });
});
