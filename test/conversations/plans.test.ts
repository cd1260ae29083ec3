import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEXT_RUNS } from '../../src/conversations/due-runs.ts';
import { OF_CONTACT, WITH_LABEL, type Place, type Wanted } from '../../src/conversations/find-conversations.ts';
import { lockStatement } from '../../src/conversations/find-or-open.ts';
import { LAST } from '../../src/conversations/last-messages.ts';
import {
  chosenStatement,
  endStatement,
  saidStatement,
  walkStatement,
} from '../../src/conversations/list-statements.ts';
import { NEXT_NOTIFICATIONS } from '../../src/handover/notify.ts';
import { FAILED } from '../../src/inbox/failures.ts';
import { newId } from '../../src/id.ts';
import type { Statement } from '../../src/tenancy/at-once.ts';
import { prepared } from '../../src/tenancy/prepared.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const tenantId = newId();
let database: TestDatabase;
let client: pg.Client;
let owner: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  // As every session of the service, in a database that has no statistics yet.
  client = new pg.Client({ connectionString: database.url, options: '-c enable_seqscan=off' });
  owner = new pg.Client(database.ownerUrl);
  await Promise.all([client.connect(), owner.connect()]);
});
afterAll(async () => {
  await Promise.all([client.end(), owner.end()]);
  await database.drop();
});

async function explain(by: pg.Client, sql: string): Promise<string[]> {
  const { rows } = await by.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${prepared(sql).text}`);
  return rows.map((row) => row['QUERY PLAN']);
}

/** Each scan of a table with its condition. */
const scansOf = (plan: string[]) =>
  plan.flatMap((line, n) =>
    /Index (Only )?Scan|Seq Scan/.test(line)
      ? [`${line.trim()} ${plan.slice(n + 1).find((next) => /Index Cond|->/.test(next)) ?? ''}`]
      : [],
  );

const after: Place = [1_700_000_000_000_000, newId()];
const filter = (wanted: Wanted) => ({ handlers: null, spelt: null, tenantId, after, most: 10, ...wanted });
const walk = (wanted: Wanted, more = {}) => walkStatement({ ...filter(wanted), ...more }, 51);
const inOrder = (index: string, column = '') =>
  new RegExp(`${index} .*tenant_id = .*${column}.*ROW\\(last_activity_at, id\\) < ROW`);

describe('a page of conversations is read in the order of an index, from its place on, without statistics,', () => {
  it.each<[string, Statement, RegExp[]]>([
    ['all', walk({}), [inOrder('conversations_by_activity')]],
    ['of a handler', walk({}, { handlers: ['queued'] }), [inOrder('conversations_by_handler', 'handler = ')]],
    ['of a person', walk({ assignee: newId() }), [inOrder('conversations_by_assignee', 'assignee_user_id = ')]],
    ['of nobody', walk({ assignee: null }), [inOrder('conversations_by_activity')]],
    ['of a channel', walk({ channelId: newId() }), [inOrder('conversations_by_channel', 'channel_id = ')]],
    [
      'with a label that many have',
      walk({ label: 'x' }),
      [
        inOrder('conversations_by_activity'),
        /conversation_labels.*label = .*tenant_id = .*conversation_id = |conversation_labels_pkey.*conversation_id = .*label = /,
      ],
    ],
    [
      'with a word that many say',
      walk({ words: 'x' }, { spelt: ['x'] }),
      [inOrder('conversations_by_activity'), /messages_conversation_id_seq.*conversation_id = /],
    ],
    [
      'with a word that some say',
      saidStatement({ ...filter({ words: 'x' }), spelt: ['x'] }, 51, 10),
      [inOrder('conversations_by_activity')],
    ],
    ['to its end', endStatement(filter({})), [inOrder('conversations_by_activity')]],
  ])('%s', async (_what, [sql], expected) => {
    const plan = await explain(client, sql);
    const scans = scansOf(plan);
    expect(scans, plan.join('\n')).toHaveLength(expected.length);
    for (const wanted of expected)
      expect(
        scans.filter((scan) => wanted.test(scan)),
        plan.join('\n'),
      ).toHaveLength(1);
    // What is looked through is never sorted: that would read all of it.
    if (!sql.includes('unnest')) expect(plan.join('\n')).not.toMatch(/Sort Key/);
  });

  it.each<[string, string, RegExp]>([
    ['those that are named', chosenStatement(filter({ label: 'x' }), '{}', 51)[0], /conversations_.*\bid = ANY/],
    ['of a contact', OF_CONTACT, /contact_id = /],
    ['with a label', WITH_LABEL, /label = .*tenant_id = |label = /],
    ['their last messages', LAST, /messages_conversation_id_seq.*conversation_id = /],
    ['a tenant’s next run', NEXT_RUNS, /agent_runs_next.*tenant_id = .*due_at <= /],
    ['a tenant’s next notice', NEXT_NOTIFICATIONS, /notifications_next.*tenant_id = .*due_at <= /],
    [
      'the open conversations of some threads',
      lockStatement('id'),
      /conversations_open_thread .*thread = ANY.*channel_id = ANY/,
    ],
    ['what failed: inbox', FAILED.inbound, /inbound_events_tenant_id_created_at.*tenant_id = /],
    ['what failed: outbox', FAILED.outbound, /outbound_messages_tenant_id_created_at.*tenant_id = /],
    ['what failed: notices', FAILED.notifications, /notifications_failed.*tenant_id = /],
  ])('and %s', async (_what, sql, wanted) => {
    const plan = await explain(client, sql);
    expect(scansOf(plan)[0], plan.join('\n')).toMatch(wanted);
  });
});

describe('words', () => {
  it('are found in their index, which the service’s own role could not use', async () => {
    const { rows } = await owner.query<{ prosrc: string; settings: string[] }>(
      `select prosrc, proconfig as settings from pg_proc where proname = 'system_search_messages'`,
    );
    const [search] = rows;
    expect(search?.settings).toContain('enable_seqscan=off');
    const sql = search?.prosrc ?? '';
    await owner.query('set role frontdesk_system; set enable_seqscan = off');
    const plan = await explain(owner, sql);
    const scans = scansOf(plan);
    expect(scans, plan.join('\n')).toHaveLength(1);
    expect(scans[0], plan.join('\n')).toMatch(
      /Bitmap Index Scan on messages_by_words .*Index Cond: .* @@ message_query/,
    );
    expect(scansOf(await explain(client, sql)).join()).not.toMatch(/messages_by_words/);
  });
});
