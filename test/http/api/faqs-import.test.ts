import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Faq } from '../../../src/entities/faq.ts';
import { FaqTest } from '../../../src/entities/faq-test.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { importFile } from '../../support/faq-files.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let manager: Person;

const fresh = async (faqs?: []) => {
  const built = await buildShop(world, faqs ? { faqs } : {});
  return { shop: built, manager: await hire(world, built.tenantId, 'manager') };
};

beforeAll(async () => {
  ({ shop, manager } = await fresh([]));
});

const rowsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Faq, { tenantId }, { orderBy: { id: 'asc' } }));
const shown = async (of: Shop) =>
  (await rowsOf(of)).map(({ question, answer, keywords, language, priority, isActive }) => {
    return [question, answer, keywords, language ?? null, priority, isActive];
  });
const utf16 = (text: string) => Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le'));
const spools = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`frontdesk-import-${process.pid}-`));

describe('a file of FAQs', () => {
  it.each<[string, string, 'csv' | 'json']>([
    ['commas', 'question,answer,keywords\nQ1,"A, 1","a, ""b, c"""\nQ2,A2,\n', 'csv'],
    ['semicolons', 'Question;Answer;KEYWORDS\r\nQ1;A, 1;"a; ""b, c"""\r\nQ2;A2;\r\n', 'csv'],
    ['tabs', '"question"\t"answer"\tkeywords\rQ1\tA, 1\t"a, ""b, c"""\rQ2\tA2', 'csv'],
    [
      'a byte order mark, and empty lines',
      '\ufeffanswer,question,keywords\n\n"A, 1",Q1,"a,""b, c"""\n,,\nA2,Q2,\n\n',
      'csv',
    ],
    [
      'a JSON list',
      '[{"question":"Q1","answer":"A, 1","keywords":["a","b, c"]},\n {"question":"Q2","answer":"A2"} ]',
      'json',
    ],
    [
      'a FAQ on each line',
      '{"question":"Q1","answer":"A, 1","keywords":"a, \\"b, c\\""}\r\n\n{"question":"Q2","answer":"A2"}',
      'json',
    ],
  ])('with %s is taken in, in its order', async (_what, file, format) => {
    const { shop: of, manager: by } = await fresh([]);
    expect(await importFile(world, by, file, { format })).toEqual({
      status: 200,
      body: { rows: 2, created: 2, updated: 0, removed: 0, isWritten: true, errors: { total: 0, shown: [] } },
    });
    expect(await shown(of)).toEqual([
      ['Q1', 'A, 1', ['a', 'b, c'], null, 1, true],
      ['Q2', 'A2', [], null, 1, true],
    ]);
    expect((await rowsOf(of)).map(({ source }) => source)).toEqual(['import', 'import']);
  });

  it('is read as spreadsheets write it: cells over several lines, quotes, yes and no, formulas that are none', async () => {
    const { shop: of, manager: by } = await fresh([]);
    const file = [
      'question,answer,keywords,language,priority,is_active',
      `"Two\r\nlines?","""Yes"",\nshe said","5"" pipe, '=x",de,-3,FALSCH`,
      `'=1+1,''+1,'-a,, 7 ,yes`,
      `'tis so?,'@home,"[""a"",""b, c""]",pt-BR,,`,
    ].join('\r\n');
    expect(await importFile(world, by, file)).toMatchObject({ status: 200, body: { created: 3 } });
    expect(await shown(of)).toEqual([
      ['Two\r\nlines?', '"Yes",\nshe said', ['5" pipe', "'=x"], 'de', -3, false],
      ['=1+1', "'+1", ['-a'], null, 7, true],
      ["'tis so?", '@home', ['a', 'b, c'], 'pt-BR', 1, true],
    ]);
  });

  it('changes the FAQs whose ids it names, and leaves what it does not name', async () => {
    const { shop: of, manager: by } = await fresh();
    const [hours, vegan] = await rowsOf(of);
    await withTenant(world.deps.orm, of.tenantId, (em) =>
      em.nativeUpdate(Faq, { tenantId: of.tenantId, id: hours?.id ?? '' }, { hitCount: 9, priority: 5 }),
    );
    const file = `id,question,answer\n${hours?.id},When?,Never\n,New,One\n`;
    expect(await importFile(world, by, file)).toMatchObject({
      status: 200,
      body: { created: 1, updated: 1, removed: 0 },
    });
    const rows = await rowsOf(of);
    expect(rows.find(({ id }) => id === hours?.id)).toMatchObject({
      question: 'When?',
      answer: 'Never',
      keywords: hours?.keywords,
      priority: 5,
      hitCount: 9,
      source: 'manual',
    });
    expect(rows.find(({ id }) => id === vegan?.id)).toEqual(vegan);
    expect(rows).toHaveLength(3);
    // The JSON of an update may name other fields in each row.
    const lines = [
      { id: hours?.id, question: 'When?', answer: 'Now', priority: 2 },
      { id: vegan?.id, question: 'Vegan?', answer: 'Yes', keywords: [] },
    ];
    expect(await importFile(world, by, JSON.stringify(lines), { format: 'json' })).toMatchObject({
      body: { updated: 2 },
    });
    expect((await shown(of)).slice(0, 2)).toEqual([
      ['When?', 'Now', hours?.keywords, null, 2, true],
      ['Vegan?', 'Yes', [], null, 1, true],
    ]);
  });

  it('replaces all others when that is asked for, with their tests, and nothing of another tenant', async () => {
    const [{ shop: of, manager: by }, stranger] = [await fresh(), await fresh()];
    const [hours, vegan] = await rowsOf(of);
    const before = await rowsOf(stranger.shop);
    const test = { tenantId: of.tenantId, message: 'm', expectation: 'answered' as const };
    await withTenant(world.deps.orm, of.tenantId, (em) =>
      em.insertMany(
        FaqTest,
        [hours, vegan].map((faq) => ({ ...test, id: newId(), faqId: faq?.id ?? null })),
      ),
    );
    const file = `id,question,answer\n${hours?.id},When?,Never\n,New,One\n`;
    expect(await importFile(world, by, file, { query: 'mode=replace&dryRun=true' })).toMatchObject({
      status: 200,
      body: { created: 1, updated: 1, removed: 1, isWritten: false },
    });
    expect(await rowsOf(of)).toEqual([hours, vegan]);
    expect(await importFile(world, by, file, { query: 'mode=replace' })).toMatchObject({
      status: 200,
      body: { created: 1, updated: 1, removed: 1, isWritten: true },
    });
    expect((await shown(of)).map(([question]) => question)).toEqual(['When?', 'New']);
    const tests = await withTenant(world.deps.orm, of.tenantId, (em) => em.find(FaqTest, {}));
    expect(tests.map(({ faqId }) => faqId)).toEqual([hours?.id]);
    expect(await rowsOf(stranger.shop)).toEqual(before);
    for (const [empty, query] of [
      ['question,answer\n', 'mode=replace'],
      [file, 'mode=replace&partial=true'],
    ] as const) {
      expect(await importFile(world, by, empty, { query })).toMatchObject({ status: 422 });
    }
    expect(await rowsOf(of)).toHaveLength(2);
  });

  it('is written down once, by numbers', async () => {
    const { shop: of, manager: by } = await fresh([]);
    await importFile(world, by, 'question,answer\nQ,A\n');
    const entries = await withTenant(world.deps.orm, of.tenantId, (em) =>
      em.find(AuditEntry, { action: 'faq.import' }),
    );
    expect(entries).toMatchObject([
      { actor: by.userId, subject: null, changes: { mode: 'append', created: 1, updated: 0, removed: 0 } },
    ]);
  });

  it('of more rows than are told one by one is matched at once all the same', async () => {
    const { shop: of, manager: by } = await fresh();
    const answerOf = async (text: string) => (await world.deps.tryMatch(of.tenantId, { text })).best?.answer;
    expect(await answerOf('where is gate1700')).toBeUndefined();
    let told = 0;
    world.deps.changes.listen((tenantId, table) => {
      if (tenantId === of.tenantId && table === 'faqs') told += 1;
    });
    const rows = Array.from({ length: 2_500 }, (_, at) => `Where is gate${at}?,Level ${at % 7},gate${at}`);
    const { body } = await importFile(world, by, ['question,answer,keywords', ...rows].join('\n'));
    expect(body).toMatchObject({ created: 2_500 });
    await until(async () => expect(await answerOf('where is gate1700')).toBe('Level 6'));
    expect(told).toBe(1);
    expect((await shown(of)).slice(2).map(([question]) => question)).toEqual(rows.map((row) => row.split(',')[0]));
    const { body: replaced } = await importFile(world, by, 'question,answer\nOnly,one\n', { query: 'mode=replace' });
    expect(replaced).toMatchObject({ created: 1, removed: 2_502 });
    await until(async () => expect(await answerOf('where is gate1700')).toBeUndefined());
    expect(await rowsOf(of)).toHaveLength(1);
  });
});

describe('rows that are wrong', () => {
  const mixed = [
    'id,question,answer,language,priority,isActive',
    ',Good,one,,,',
    `,,no question,,,`,
    `,${'q'.repeat(1_001)},too long,,,`,
    ',Q,A,Klingon!,high,perhaps',
    `no-id,Q,A,,,`,
    ',Q,A,,,,a cell too many',
    ',Also good,two,,,',
  ].join('\n');
  const wrong = [
    [3, 'question'],
    [4, 'question'],
    [5, 'language'],
    [5, 'priority'],
    [5, 'isActive'],
    [6, 'id'],
    [7, null],
  ] as const;

  it('are told with row, column and what is wrong, and nothing is written', async () => {
    const { shop: of, manager: by } = await fresh([]);
    const refused = await importFile(world, by, mixed);
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'rows_invalid',
        detail: expect.stringMatching(/^nothing was imported: 7 mistakes in 7 rows/),
        errors: wrong.map(([row, column]) => ({ path: column ? `rows.${row}.${column}` : `rows.${row}` })),
      },
    });
    const tried = await importFile(world, by, mixed, { query: 'dryRun=true' });
    expect(tried).toMatchObject({
      status: 200,
      body: {
        rows: 7,
        created: 2,
        isWritten: false,
        errors: { total: 7, shown: wrong.map(([row, column]) => ({ row, column, message: expect.any(String) })) },
      },
    });
    expect(await rowsOf(of)).toEqual([]);
    expect(await importFile(world, by, mixed, { query: 'partial=true' })).toMatchObject({
      status: 200,
      body: { created: 2, isWritten: true, errors: { total: 7 } },
    });
    expect((await shown(of)).map(([question]) => question)).toEqual(['Good', 'Also good']);
  });

  it('are another tenant’s FAQs, and those that come twice', async () => {
    const [{ shop: of, manager: by }, stranger] = [await fresh(), await fresh()];
    const [own] = await rowsOf(of);
    const theirs = await rowsOf(stranger.shop);
    const file = ['id,question,answer', ...[own, theirs[0], own].map((faq) => `${faq?.id},Taken,over`)].join('\n');
    expect(await importFile(world, by, file)).toMatchObject({
      status: 422,
      body: {
        errors: [
          { path: 'rows.3.id', message: expect.stringContaining('there is no FAQ with this id') },
          { path: 'rows.4.id', message: expect.stringContaining('an earlier row has the same id') },
        ],
      },
    });
    expect(await importFile(world, by, file, { query: 'partial=true' })).toMatchObject({
      body: { updated: 1, created: 0 },
    });
    expect(await rowsOf(stranger.shop)).toEqual(theirs);
  });

  it('are all counted, and the first thousand told', async () => {
    const rows = Array.from({ length: 1_500 }, () => ',A');
    const { status, body } = await importFile(world, manager, ['question,answer', ...rows].join('\n'), {
      query: 'dryRun=true',
    });
    const Errors = z.object({ errors: z.object({ total: z.number(), shown: z.array(z.object({ row: z.number() })) }) });
    const { errors } = Errors.parse(body);
    expect([status, errors.total, errors.shown.length, errors.shown.at(-1)?.row]).toEqual([200, 1_500, 1_000, 1_001]);
  });

  it('of JSON are told too', async () => {
    const list = '[{"question":"Q","answer":"A","colour":"red"}, 7, {"question":"Q","answer":7}, {"question":}, null]';
    const lines = list.slice(1, -1).replaceAll(/, (?=[{n7])/g, '\n');
    for (const file of [list, lines.replace('\n7', '\n7\n').replace('\n\n', '\n')]) {
      expect(await importFile(world, manager, file, { format: 'json', query: 'dryRun=true' })).toMatchObject({
        body: {
          rows: 5,
          created: 0,
          errors: {
            shown: [
              { row: 1, column: null, message: expect.stringContaining('colour') },
              { row: 2, column: null, message: expect.stringContaining('object') },
              { row: 3, column: 'answer' },
              { row: 4, column: null, message: 'is not valid JSON' },
              { row: 5, column: null },
            ],
          },
        },
      });
    }
  });

  it('with what no database takes are taken without it', async () => {
    const { shop: of, manager: by } = await fresh([]);
    const line = String.raw`{"question":"a\u0000b","answer":"\ud800c \ud83d\ude00","keywords":["k\u0000"],"__proto__":null}`;
    expect(await importFile(world, by, line, { format: 'json' })).toMatchObject({ status: 422 });
    const clean = line.replace(',"__proto__":null', '');
    expect(await importFile(world, by, clean, { format: 'json' })).toMatchObject({ status: 200 });
    expect(await importFile(world, by, 'question,answer\na\0b,c\n')).toMatchObject({ status: 200 });
    expect((await shown(of)).map((row) => row.slice(0, 3))).toEqual([
      ['a\ufffdb', '\ufffdc 😀', ['k\ufffd']],
      ['a\ufffdb', 'c', []],
    ]);
  });
});

describe('a file that cannot be read', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, 'csv' | 'json', RegExp]>([
    ['Latin-1', Uint8Array.from(Buffer.from('question,answer\nCaf\u00e9,x\n', 'latin1')), 'csv', /not valid UTF-8/],
    [
      'cut within a letter',
      Uint8Array.from(Buffer.from('question,answer\nQ,é').subarray(0, -1)),
      'csv',
      /not valid UTF-8/,
    ],
    ['UTF-16', utf16('question,answer\nQ,A\n'), 'csv', /not valid UTF-8/],
    ['UTF-16', utf16('[]'), 'json', /not valid UTF-8/],
    ['unknown columns', 'question,answer,colour\nQ,A,red\n', 'csv', /'colour' is none: use id, question/],
    ['a column twice', 'question,answer,Question\nQ,A,Q\n', 'csv', /names the column question twice/],
    ['no answers', 'question,keywords\nQ,k\n', 'csv', /does not name a column answer/],
    ['no names of columns', 'When?,Never\n', 'csv', /'When\?' is none/],
    ['an open quote', 'question,answer\nQ,"A\nQ,A\n', 'csv', /line \d: the quotes are not right/],
    ['a quote within a cell', 'question,answer\nQ,5" pipe\n', 'csv', /line 2: the quotes are not right/],
    ['a row without an end', `question,answer\nQ,"${'x'.repeat(600_000)}"\n`, 'csv', /line \d: a row is longer than/],
    ['a list without an end', '[{"question":"Q","answer":"A"},', 'json', /cut off after row 1/],
    ['more behind the list', '[{"question":"Q","answer":"A"}] []', 'json', /more behind the end/],
    ['a text', '"question"', 'json', /should begin with \[ or \{/],
    ['a value without an end', `[{"question":"${'x'.repeat(600_000)}`, 'json', /row 1 is longer than/],
  ])('as it has %s is refused, and nothing of it is written', async (_what, file, format, message) => {
    for (const query of ['', 'partial=true', 'dryRun=true']) {
      expect(await importFile(world, manager, file, { format, query })).toMatchObject({
        status: 422,
        body: { code: 'unreadable_file', detail: expect.stringMatching(message) },
      });
    }
    expect(await rowsOf(shop)).toEqual([]);
    expect(await spools()).toEqual([]);
  });

  it('as it is empty has no rows; a CSV file has no columns even', async () => {
    expect(await importFile(world, manager, '[]', { format: 'json' })).toMatchObject({
      status: 200,
      body: { rows: 0 },
    });
    expect(await importFile(world, manager, ' \n', { format: 'json' })).toMatchObject({
      status: 200,
      body: { rows: 0 },
    });
    expect(await importFile(world, manager, 'question,answer')).toMatchObject({ status: 200, body: { rows: 0 } });
  });

  it('as it breaks off leaves nothing, in the database or on the disk', async () => {
    const { shop: of, manager: by } = await fresh([]);
    const leaving = new AbortController();
    const rows = Buffer.from(`question,answer\n${'Q,A\n'.repeat(20_000)}`);
    const file = new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(rows) });
    const url = `${world.url}/api/v1/faqs/import`;
    const headers = { authorization: `Bearer ${by.token}` };
    const sent = fetch(url, { method: 'POST', headers, body: file, duplex: 'half', signal: leaving.signal });
    await until(async () => expect(await spools()).toHaveLength(1));
    leaving.abort();
    await expect(sent).rejects.toThrow(/aborted/);
    await until(async () => expect(await spools()).toEqual([]));
    expect(await rowsOf(of)).toEqual([]);
  });

  it('as it is squeezed is refused', async () => {
    const gzip = { headers: { 'content-encoding': 'gzip' } };
    expect(await importFile(world, manager, 'question,answer\n', gzip)).toMatchObject({ status: 415 });
  });
});

it('an import is for those who may write FAQs, of their own tenant', async () => {
  const { shop: of, manager: by } = await fresh([]);
  const viewer = await hire(world, of.tenantId, 'viewer');
  const { key: token } = await cutKey(world, of.tenantId, { scopes: ['faqs:read'] });
  const file = 'question,answer\nQ,A\n';
  expect((await importFile(world, { token: 'x' }, file)).status).toBe(401);
  for (const person of [viewer, { token }]) expect((await importFile(world, person, file)).status).toBe(403);
  const headers = { 'x-frontdesk-tenant': shop.slug };
  const { key } = await cutKey(world, of.tenantId, { scopes: ['faqs:write'] });
  expect((await importFile(world, { token: key }, file, { headers })).status).toBe(404);
  for (const query of ['mode=all', 'partial=1', 'colour=red']) {
    expect((await importFile(world, by, file, { query })).status, query).toBe(422);
  }
  expect([await rowsOf(of), await rowsOf(shop)]).toEqual([[], []]);
  expect((await importFile(world, { token: key }, file)).status).toBe(200);
  expect((await call(world, by.token, 'GET', '/faqs/import')).status).toBe(404);
});
