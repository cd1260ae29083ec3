import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beforeStatement, repliesStatement } from '../../src/faqs/improving/answered-by-managers.ts';
import { hitStatements } from '../../src/faqs/count-hits.ts';
import { turnsStatement } from '../../src/faqs/improving/unanswered.ts';
import { newId } from '../../src/id.ts';
import type { Statement } from '../../src/tenancy/at-once.ts';
import { prepared } from '../../src/tenancy/prepared.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  // As every session of the service, in a database that has no statistics yet.
  client = new pg.Client({ connectionString: database.url, options: '-c enable_seqscan=off' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const tenantId = newId();
const [hits] = hitStatements([newId()]);

it.each<[string, Statement | undefined, RegExp[]]>([
  [
    'what was not answered',
    turnsStatement(tenantId, 30),
    [/decisions_unanswered.*created_at >/, /messages.*conversation_id = .*seq >=/],
  ],
  ['what managers said', repliesStatement(tenantId, 30), [/messages_of_managers.*created_at >/]],
  [
    'what was said before',
    beforeStatement(tenantId, []),
    [/messages_pkey.*id = ANY/, /messages.*conversation_id = .*seq </],
  ],
  ['hits', hits, [/faqs_pkey.*id = /, /faqs_pkey.*id = /]],
])('reads no more than it needs of %s, without statistics', async (_what, statement, expected) => {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain (generic_plan) ${prepared(statement?.[0] ?? '').text}`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']);
  const scans = plan.flatMap((line, n) =>
    /Index (Only )?Scan|Seq Scan/.test(line)
      ? [`${line.trim()} ${plan.slice(n + 1).find((next) => /Cond|->/.test(next)) ?? ''}`]
      : [],
  );
  expect(scans, plan.join('\n')).toHaveLength(expected.length);
  for (const [n, scan] of expected.entries()) expect(scans[n], plan.join('\n')).toMatch(scan);
});
