import type { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connect } from '../../src/database/connect.ts';
import { findDueWork } from '../../src/tenancy/as-system.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { fillTenant, type Filled } from '../support/fill-tenant.ts';

const GRACE_MS = 3_000;
const MOST = 100;
const LONG_AGO = `now() - interval '10 minutes'`;
const AGO = `now() - interval '5 minutes'`;

let database: TestDatabase;
let owner: pg.Client;
let orm: MikroORM;
let busy: { tenantId: string; ids: Filled };
let other: typeof busy;
beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  orm = await connect({ url: database.url, pool: 1, log: () => undefined });
});
let shops = 0;
beforeEach(async () => {
  shops += 1;
  busy = await fillTenant(owner, `busy-${shops}`);
  other = await fillTenant(owner, `other-${shops}`);
  for (const [table, ended] of Object.entries(ENDED)) await owner.query(`update ${table} set ${ended}`);
});
afterAll(async () => {
  await Promise.all([owner.end(), orm.close()]);
  await database.drop();
});

/** How rows of each table cease to be work. */
const ENDED = {
  inbound_events: `status = 'handled'`,
  conversations: 'turn_due_at = null',
  outbound_messages: `status = 'sent'`,
  agent_runs: `status = 'answered'`,
  notifications: `status = 'sent'`,
  handovers: `outcome = 'accepted'`,
};

/** How a row of each table becomes due, at `at`. */
const due = {
  inbound_events: (at: string) => `status = 'pending', created_at = ${at}`,
  conversations: (at: string) => `turn_due_at = ${at}`,
  outbound_messages: (at: string) => `status = 'queued', due_at = ${at}`,
  agent_runs: (at: string) => `status = 'queued', due_at = ${at}, deadline_at = ${at}`,
  notifications: (at: string) => `status = 'queued', due_at = ${at}`,
  handovers: (at: string) => `outcome = null, timeout_at = ${at}`,
};
const JOBS = {
  inbound_events: 'handle-inbound',
  conversations: 'handle-inbound',
  outbound_messages: 'deliver-outbound',
  agent_runs: 'run-agent',
  notifications: 'notify-manager',
  handovers: 'watch-handover',
};
type Table = keyof typeof due;
const tables: Table[] = [
  'inbound_events',
  'conversations',
  'outbound_messages',
  'agent_runs',
  'notifications',
  'handovers',
];

const make = (table: Table, tenantId: string, at: string) =>
  owner.query(`update ${table} set ${due[table](at)} where tenant_id = $1`, [tenantId]);

/** So many more rows like the one that the tenant has, each of a conversation of its own unless `same` says otherwise. */
async function multiply(table: Table, tenantId: string, count: number, same: readonly string[] = []): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select attname::text as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  const values = names.map((name) => (same.includes(name) ? name : (CLONED[name] ?? name)));
  // Without keys to other tables: only these rows are looked at.
  await owner.query('set session_replication_role = replica');
  await owner.query(
    `insert into ${table} (${names.join()}) select ${values.join()} from ${table}, generate_series(1, ${count}) n
     where tenant_id = '${tenantId}'`,
  );
  await owner.query('set session_replication_role = origin');
}
const CLONED: Record<string, string> = {
  id: 'gen_random_uuid()',
  thread: `'more ' || n`,
  external_id: `'more ' || n`,
  conversation_id: 'gen_random_uuid()',
  message_id: 'gen_random_uuid()',
};

const Plans = z.tuple([
  z.object({ Plan: z.object({ 'Shared Hit Blocks': z.number(), 'Shared Read Blocks': z.number() }) }),
]);

const found = () => findDueWork(orm, GRACE_MS, MOST);
const whose = (work: { tenantId: string }[]) => new Set(work.map(({ tenantId }) => tenantId));

describe('what nobody picked up', () => {
  it.each(tables)('of one tenant, in %s, hides nobody else’s, however much it is', async (table) => {
    await multiply(table, busy.tenantId, 3 * MOST);
    await make(table, busy.tenantId, LONG_AGO);
    await make(table, other.tenantId, AGO);
    const work = await found();
    expect(new Set(work.map(({ job }) => job))).toEqual(new Set([JOBS[table]]));
    expect(work.filter(({ tenantId }) => tenantId === other.tenantId)).toHaveLength(1);
    expect(work.length).toBeGreaterThanOrEqual(MOST / 2);
    expect(work.length).toBeLessThanOrEqual(MOST);
  });

  it.each(tables)('in %s is all found where only one tenant has any', async (table) => {
    await multiply(table, busy.tenantId, 3 * MOST);
    await make(table, busy.tenantId, AGO);
    expect(await found()).toHaveLength(MOST);
  });

  it('in one thread hides no other thread of the same tenant, however much it is', async () => {
    await multiply('inbound_events', busy.tenantId, 3 * MOST, ['thread']);
    await make('inbound_events', busy.tenantId, LONG_AGO);
    await owner.query(
      `update inbound_events set thread = 'other', created_at = ${AGO} where tenant_id = $1 and external_id = 'more 7'`,
      [busy.tenantId],
    );
    const subjects = (await found()).map(({ subject }) => subject);
    expect(subjects).toHaveLength(2);
    expect(subjects.filter((subject) => subject.endsWith('/other'))).toHaveLength(1);
  });

  it('in a thread is found behind what is put off there, and is not what is put off or young', async () => {
    await multiply('inbound_events', busy.tenantId, 2, ['thread']);
    await make('inbound_events', busy.tenantId, LONG_AGO);
    const set = (nth: number, what: string) =>
      owner.query(
        `update inbound_events set ${what} where tenant_id = $1 and id = (
           select id from inbound_events where tenant_id = $1 order by seq offset ${nth - 1} limit 1)`,
        [busy.tenantId],
      );
    await set(1, `due_at = now() + interval '1 minute'`);
    await set(2, 'created_at = now()');
    expect(whose(await found())).toEqual(new Set([busy.tenantId]));
    await set(3, 'created_at = now()');
    expect(await found()).toEqual([]);
    await set(1, `due_at = ${AGO}`);
    expect(whose(await found())).toEqual(new Set([busy.tenantId]));
  });

  it('is not what waits for a channel that was asked to wait, until it may send again', async () => {
    await make('outbound_messages', busy.tenantId, AGO);
    await make('outbound_messages', other.tenantId, AGO);
    const pause = (until: string) =>
      owner.query(`update channels set paused_until = ${until} where tenant_id = $1`, [busy.tenantId]);
    await pause(`now() + interval '1 hour'`);
    expect(whose(await found())).toEqual(new Set([other.tenantId]));
    await pause(`now() - interval '1 second'`);
    expect(whose(await found())).toEqual(new Set([busy.tenantId, other.tenantId]));
  });

  it('is not what waits behind a message that is tried again later, and is one of each conversation', async () => {
    await multiply('outbound_messages', busy.tenantId, 3 * MOST, ['conversation_id']);
    await make('outbound_messages', busy.tenantId, LONG_AGO);
    await owner.query(
      `update outbound_messages o set seq = 1 + n from (
      select id, row_number() over (order by id) as n from outbound_messages where tenant_id = $1) n
      where o.tenant_id = $1 and o.id = n.id`,
      [busy.tenantId],
    );
    await make('outbound_messages', other.tenantId, AGO);
    expect(await found()).toHaveLength(2);
    for (const wait of [`due_at = now() + interval '1 hour'`, `status = 'sending', due_at = now() + interval '30 s'`]) {
      await owner.query(`update outbound_messages set ${wait} where tenant_id = $1 and seq = 2`, [busy.tenantId]);
      expect(whose(await found())).toEqual(new Set([other.tenantId]));
    }
  });

  it.each([
    ['outbound_messages', `status = 'sending'`, 'due_at'],
    ['notifications', `status = 'sending'`, 'due_at'],
    ['agent_runs', `status = 'calling', due_at = ${AGO}`, 'deadline_at'],
    ['agent_runs', `status = 'waiting', due_at = ${AGO}`, 'deadline_at'],
  ] as const)('is what was begun, in %s with %s, when its time is up and not before', async (table, begun, end) => {
    const begin = (until: string) =>
      owner.query(`update ${table} set ${begun}, ${end} = ${until} where tenant_id = $1`, [other.tenantId]);
    await begin(`now() + interval '10 seconds'`);
    expect(await found()).toEqual([]);
    await begin(AGO);
    expect(await found()).toMatchObject([{ job: JOBS[table], tenantId: other.tenantId }]);
  });

  it.each(tables)('is left alone in %s as long as its job has a long queue, and all else is found', async (table) => {
    for (const each of tables) await make(each, busy.tenantId, AGO);
    const jobs = async (...without: string[]) =>
      new Set((await findDueWork(orm, GRACE_MS, MOST, without)).map(({ job }) => job));
    const all = new Set(Object.values(JOBS));
    expect(await jobs()).toEqual(all);
    expect(await jobs(JOBS[table])).toEqual(all.difference(new Set([JOBS[table]])));
    expect(await jobs(...all)).toEqual(new Set());
  });

  it('is looked for without reading what is done, or all that waits in a thread', async () => {
    const pages = async (without: string[] = []) => {
      const sql = `explain (analyze, buffers, format json)
        select * from system_due(make_interval(secs => 3), ${MOST}, '{${without.join()}}')`;
      // The first time it also reads what the tables are.
      await owner.query(sql);
      const { rows } = await owner.query<{ 'QUERY PLAN': unknown }>(sql);
      const [{ Plan: plan }] = Plans.parse(rows[0]?.['QUERY PLAN']);
      return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    };
    await owner.query('set enable_seqscan = off');
    for (const table of tables) await make(table, other.tenantId, AGO);
    const before = await pages();
    for (const table of tables) await multiply(table, busy.tenantId, 2_000);
    expect(whose(await found())).toEqual(new Set([other.tenantId]));
    expect(await pages()).toBeLessThan(before + 20);
    await multiply('inbound_events', other.tenantId, 10_000, ['thread']);
    expect(whose(await found())).toEqual(new Set([other.tenantId]));
    expect(await pages()).toBeLessThan(before + 100);
    expect(await pages([...new Set(Object.values(JOBS))])).toBeLessThan(5);
  });
});
