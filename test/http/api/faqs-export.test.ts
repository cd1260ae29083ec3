import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Faq } from '../../../src/entities/faq.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { exportFile, importFile, textOf } from '../../support/faq-files.ts';
import { cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let copy: Shop;
let manager: Person;
let copyManager: Person;

beforeAll(async () => {
  [shop, copy] = [await buildShop(world, { faqs: [] }), await buildShop(world, { faqs: [] })];
  [manager, copyManager] = [await hire(world, shop.tenantId, 'manager'), await hire(world, copy.tenantId, 'manager')];
});

type Given = Pick<Faq, 'question' | 'answer' | 'keywords' | 'priority' | 'isActive'> & { language: string | null };

const rowsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Faq, { tenantId }, { orderBy: { id: 'asc' } }));
const givenOf = async (of: Shop): Promise<Given[]> =>
  (await rowsOf(of)).map(({ question, answer, keywords, priority, isActive, language }) => {
    return { question, answer, keywords, priority, isActive, language: language ?? null };
  });

/** The tenant has these, and no others. */
async function have({ tenantId }: Shop, faqs: Partial<Given>[]) {
  await withTenant(world.deps.orm, tenantId, async (em) => {
    await em.nativeDelete(Faq, { tenantId });
    const rows = faqs.map((faq) => ({ tenantId, id: newId(), question: 'Q', answer: 'A', keywords: [], ...faq }));
    if (rows.length > 0) await em.insertMany(Faq, rows);
  });
}

describe('the export', () => {
  it('is a file that a spreadsheet opens as UTF-8, with every FAQ in it', async () => {
    const many = Array.from({ length: 1_201 }, (_, at) => ({ question: `Größe ${at}?`, isActive: at % 2 === 0 }));
    await have(shop, many);
    const { status, headers, bytes } = await exportFile(world, manager);
    expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'attachment; filename="faqs.csv"',
    ]);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const records: string[][] = parse(textOf(bytes), { bom: true });
    expect(records[0]).toEqual(['id', 'question', 'answer', 'keywords', 'language', 'priority', 'isActive']);
    expect(records).toHaveLength(1_202);
    expect(new Set(records.slice(1).map(([id]) => id))).toEqual(new Set((await rowsOf(shop)).map(({ id }) => id)));
    const json = await exportFile(world, manager, 'format=json&ids=false');
    expect(json.headers.get('content-disposition')).toBe('attachment; filename="faqs.json"');
    const list: unknown = JSON.parse(textOf(json.bytes));
    expect(list).toHaveLength(1_201);
    expect(list).toMatchObject([
      {
        question: expect.any(String),
        answer: 'A',
        keywords: [],
        language: null,
        priority: 1,
        isActive: expect.any(Boolean),
      },
      ...many.slice(1).map(() => ({})),
    ]);
    expect(textOf(json.bytes)).not.toContain('"id"');
  });

  it('has no cell that a spreadsheet would run, and an import has them back', async () => {
    const starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠', "'=", "''+"];
    const faqs = starts.map((start) => ({
      question: `${start}cmd|' /C calc'!A0`,
      answer: `${start}HYPERLINK("http://x")`,
      keywords: [`${start}1`],
      priority: -5,
      language: null,
      isActive: true,
    }));
    await have(shop, faqs);
    const { bytes } = await exportFile(world, manager);
    const records: string[][] = parse(textOf(bytes), { bom: true });
    const running = records.flat().filter((cell) => /^[=+\-@\t\r＝＋－＠]/.test(cell));
    expect([records.length, running]).toEqual([starts.length + 1, []]);
    expect(await importFile(world, manager, bytes)).toMatchObject({ body: { updated: starts.length, created: 0 } });
    const sorted = (list: Given[]) => list.toSorted((one, other) => (one.question < other.question ? -1 : 1));
    expect(sorted(await givenOf(shop))).toEqual(sorted(faqs));
  });

  it('of no FAQs is a file too', async () => {
    await have(shop, []);
    expect(JSON.parse(textOf((await exportFile(world, manager, 'format=json')).bytes))).toEqual([]);
    const { bytes } = await exportFile(world, manager);
    expect(textOf(bytes)).toMatch(/^\ufeff"id","question",[^\n]*\r\n$/);
    expect(await importFile(world, manager, bytes)).toMatchObject({ status: 200, body: { rows: 0 } });
  });

  it('is for those who may read FAQs, and has nothing of another tenant', async () => {
    await have(copy, [{ question: 'The secret of another' }]);
    await have(shop, [{ question: 'Ours' }]);
    const viewer = await hire(world, shop.tenantId, 'viewer');
    for (const format of ['csv', 'json']) {
      const { status, bytes } = await exportFile(world, viewer, `format=${format}`);
      expect(status).toBe(200);
      expect(textOf(bytes)).toContain('Ours');
      expect(textOf(bytes)).not.toContain('secret');
    }
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['conversations:read'] });
    expect((await exportFile(world, { token: key })).status).toBe(403);
    expect((await exportFile(world, { token: 'x' })).status).toBe(401);
    expect((await exportFile(world, viewer, 'format=xml')).status).toBe(422);
  });
});

/** Letters that mean something to a file of one kind or another. */
const TELLING = Array.from('=+-@\'",;|\t\r\n[]{}\\ aé😀\u2028\ufeff“”«»「」،');

/** As the API keeps them: trimmed, never empty, and text that PostgreSQL can hold. */
const text = (most: number) =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: most }),
      fc.string({ unit: fc.constantFrom(...TELLING), maxLength: most }),
    )
    .map((given) => given.replaceAll('\0', '').toWellFormed().trim());
const filled = (most: number) => text(most).filter((given) => given !== '');
const anyFaq = fc.record({
  question: filled(60),
  answer: filled(200),
  keywords: fc.array(filled(20), { maxLength: 6 }),
  language: fc.constantFrom(null, 'en', 'pt-BR'),
  priority: fc.integer({ min: -1_000, max: 1_000 }),
  isActive: fc.boolean(),
});

/** Fifty files go there and back. */
const SLOW = { timeout: 60_000 };

describe('what was exported and is imported', () => {
  it.each(['csv', 'json'] as const)(
    'as %s is every FAQ exactly as it was, here and elsewhere',
    SLOW,
    async (format) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyFaq, { minLength: 1, maxLength: 12 }), async (faqs) => {
          await have(shop, faqs);
          const before = await givenOf(shop);
          const { bytes } = await exportFile(world, manager, `format=${format}`);
          const back = await importFile(world, manager, bytes, { format, query: 'mode=replace' });
          expect(back).toMatchObject({ status: 200, body: { updated: faqs.length, created: 0, removed: 0 } });
          expect(await givenOf(shop)).toEqual(before);

          const moved = await exportFile(world, manager, `format=${format}&ids=false`);
          const there = await importFile(world, copyManager, moved.bytes, { format, query: 'mode=replace' });
          expect(there).toMatchObject({ status: 200, body: { updated: 0, created: faqs.length } });
          expect(await givenOf(copy)).toEqual(before);
        }),
        { numRuns: 25 },
      );
    },
  );
});
