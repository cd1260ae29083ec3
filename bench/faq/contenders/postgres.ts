import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { z } from 'zod';
import { openSetting, type Setting } from '../../setting.ts';
import { activeOf, NOTHING, toConfidence, type BenchMatcher, type Business } from './contender.ts';

export const label = 'PostgreSQL';
export const isForeign = true;

/** Full text rank over weighted fields plus the likeness of trigrams, both by an index. */
export async function createMatcher(business: Business): Promise<BenchMatcher> {
  const client = await session();
  tables += 1;
  const table = `faqs_${process.pid}_${tables}`;
  const config = `'${configurations.get(business.language) ?? 'simple'}'`;
  await fill(client, table, config, business);
  // The words of the message are joined by "or" instead of "and": hardly a FAQ has all of them. The weights in the
  // braces are of answer, nothing, keywords and question.
  const text = `
    with asked as materialized
      (select replace(plainto_tsquery(${config}, $1)::text, ' & ', ' | ')::tsquery as any_word)
    select id, ts_rank('{0.05, 0, 1, 1}', words, any_word) + ts_rank('{0, 0, 1, 0}', words, any_word)
      + 0.5 * similarity(question, $1) + similarity(keywords, $1) + word_similarity($1, both_texts) as score
    from ${table}, asked
    where words @@ any_word or question % $1
    order by score desc, position limit 2`;
  return {
    async match(message) {
      // PostgreSQL's text has no NUL.
      const found = await client.query({ name: table, text, values: [message.replaceAll('\0', ' ')] });
      const [best, second] = Found.parse(found.rows);
      if (!best) return NOTHING;
      const scores = { best: best.score, second: second?.score ?? 0, words: 1 };
      return { faqId: best.id, confidence: toConfidence(scores, SCALE) };
    },
    async close() {
      await client.query(`deallocate all`);
      await client.query(`drop table ${table}`);
    },
  };
}

const Found = z.array(z.object({ id: z.string(), score: z.number() }));
const SCALE = { perWords: 0, rivalry: 0.5, even: 0.752, steepness: 3 };

async function fill(client: pg.Client, table: string, config: string, business: Business): Promise<void> {
  await client.query(`create table ${table}
    (position int primary key, id text, question text, keywords text, both_texts text, words tsvector)`);
  const faqs = activeOf(business);
  await client.query(
    `insert into ${table}
     select position, id, question, keywords, question || ' ' || keywords,
       setweight(to_tsvector(${config}, question), 'A') || setweight(to_tsvector(${config}, keywords), 'B')
         || setweight(to_tsvector(${config}, answer), 'D')
     from unnest($1::text[], $2::text[], $3::text[], $4::text[])
       with ordinality as faq (id, question, keywords, answer, position)`,
    (['id', 'question', 'keywords', 'answer'] as const).map((field) => faqs.map((faq) => faq[field])),
  );
  await client.query(`create index on ${table} using gin (words)`);
  await client.query(`create index on ${table} using gin (question gin_trgm_ops)`);
  await client.query(`vacuum analyze ${table}`);
}

/** Text search configurations that PostgreSQL brings. */
const configurations = new Map([
  ['ar', 'arabic'],
  ['ca', 'catalan'],
  ['da', 'danish'],
  ['de', 'german'],
  ['el', 'greek'],
  ['en', 'english'],
  ['es', 'spanish'],
  ['et', 'estonian'],
  ['eu', 'basque'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['ga', 'irish'],
  ['hi', 'hindi'],
  ['hu', 'hungarian'],
  ['hy', 'armenian'],
  ['id', 'indonesian'],
  ['it', 'italian'],
  ['lt', 'lithuanian'],
  ['ne', 'nepali'],
  ['nl', 'dutch'],
  ['no', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['ru', 'russian'],
  ['sr', 'serbian'],
  ['sv', 'swedish'],
  ['ta', 'tamil'],
  ['tr', 'turkish'],
  ['yi', 'yiddish'],
]);

let tables = 0;
let setting: Setting | undefined;
let connected: Promise<pg.Client> | undefined;

/** Names the server to processes that this one starts: one that is killed then leaves no server behind. */
const SERVER = 'FAQ_BENCH_POSTGRES';

/** One session for all matchers: they are asked one after the other. */
function session(): Promise<pg.Client> {
  connected ??= (async () => {
    if (!process.env[SERVER]) {
      setting = await openSetting();
      process.env[SERVER] = setting.server.superuserUrl('postgres');
    }
    const client = new pg.Client({ connectionString: process.env[SERVER] });
    await client.connect();
    await client.query('create extension if not exists pg_trgm');
    // One core, as for all others; and a plan made once, as a service would have it.
    await client.query('set max_parallel_workers_per_gather = 0');
    await client.query('set plan_cache_mode = force_generic_plan');
    return client;
  })();
  return connected;
}

/** CPU seconds of the session's server process; counted by Linux only, elsewhere 0. */
export async function foreignCpuSeconds(): Promise<number> {
  const client = await session();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const { pid } = z.object({ pid: z.int() }).parse(rows[0]);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the program's name in brackets; user and system time are the 14th and 15th of all, in hundredths.
  const numbers = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(numbers[11] ?? 0) + Number(numbers[12] ?? 0)) / 100;
}

export async function stop(): Promise<void> {
  if (connected) await (await connected).end();
  await setting?.close();
}
