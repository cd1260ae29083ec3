import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { entities } from '../../src/entities/index.ts';
import { Faq } from '../../src/entities/faq.ts';
import { Message } from '../../src/entities/message.ts';
import { newId } from '../../src/id.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { fillTenant, type Filled } from '../support/fill-tenant.ts';
import { read } from '../support/imports.ts';

let database: TestDatabase;
let owner: pg.Client;
let app: pg.Client;
let orm: MikroORM;
let tables: string[];
let foreignKeys: { name: string; table: string; target: string; columns: string[] }[];
let a: { tenantId: string; ids: Filled };
let b: { tenantId: string; ids: Filled };

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client(database.ownerUrl);
  app = new pg.Client(database.url);
  await Promise.all([owner.connect(), app.connect()]);
  orm = await connect({ url: database.url, pool: 1, log: () => undefined });
  a = await fillTenant(owner, 'tenant-a');
  b = await fillTenant(owner, 'tenant-b');
  const { rows } = await owner.query<{ table_name: string }>(
    `select table_name from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' and column_name = 'tenant_id' order by 1`,
  );
  tables = rows.map((row) => row.table_name);
  foreignKeys = (
    await owner.query<(typeof foreignKeys)[number]>(
      `select conname as name, conrelid::regclass::text as table, confrelid::regclass::text as target,
         array(select attname::text from pg_attribute where attrelid = conrelid and attnum = any (conkey)) as columns
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
    )
  ).rows;
});

afterAll(async () => {
  await Promise.all([owner.end(), app.end(), orm.close()]);
  await database.drop();
});

/** Rows of `table` that the service can change, seeing `tenantId`. What came in is not for it to change at all. */
async function changeable(tenantId: string | null, table: string, where = '', values: unknown[] = []) {
  const column = table === 'inbound_events' ? 'handled_at' : 'created_at';
  return touched(tenantId, table, `update ${table} set ${column} = now() ${where}`, values);
}

const deletable = (tenantId: string | null, table: string, where = '', values: unknown[] = []) =>
  touched(tenantId, table, `delete from ${table} ${where}`, values);

async function touched(tenantId: string | null, table: string, sql: string, values: unknown[]) {
  if (!WRITTEN_ONCE.includes(table)) return (await as(tenantId, sql, values)).rowCount;
  await expect(as(tenantId, sql, values), table).rejects.toMatchObject({ code: '42501' });
  return 0;
}

/** Of the login library. */
const logIn = ['auth_sessions', 'auth_accounts', 'auth_verifications', 'auth_two_factors'];
/** The service's role has no right to do it, whoever's row it is. */
const DENIED = { code: '42501', message: expect.stringMatching(/^permission denied/) };
/** It may with rows of its tenant. */
const WALLED = { code: '42501', message: expect.stringMatching(/row-level security/) };
/** The service may add to these, and that is all. */
const WRITTEN_ONCE = ['audit_log'];

/** Runs one statement as the service's role, seeing `tenantId`, and undoes it. */
async function as(tenantId: string | null, sql: string, values: unknown[] = []) {
  await app.query('begin');
  try {
    if (tenantId) await app.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
    await app.query('set constraints all immediate');
    return await app.query(sql, values);
  } finally {
    await app.query('rollback');
  }
}

describe('the wall between tenants', () => {
  it('stands around every table of tenants, forced, and every table is tried here', async () => {
    const { rows } = await owner.query<{ relname: string }>(
      `select relname from pg_class where relname = any($1) and not (relrowsecurity and relforcerowsecurity)`,
      [[...tables, 'tenants', 'users', 'repeatable_requests', ...logIn]],
    );
    expect(rows).toEqual([]);
    expect(Object.keys(a.ids).toSorted()).toEqual(tables);
  });

  it('is entered by a role that owns nothing and cannot step around it', async () => {
    const { rows } = await app.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
         (select count(*)::int from pg_class where relowner = pg_roles.oid) as owns
       from pg_roles where rolname = current_user`,
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, owns: 0 }]);
    await expect(app.query('set role frontdesk_system')).rejects.toMatchObject({ code: '42501' });
    await expect(connect({ url: database.ownerUrl, pool: 1, log: () => undefined })).rejects.toThrow(
      /row level security/,
    );
  });

  it('shows a tenant its own row of every table, and nothing of another', async () => {
    for (const table of tables) {
      const own = await as(b.tenantId, `select tenant_id from ${table}`);
      expect(own.rows, table).toEqual([{ tenant_id: b.tenantId }]);
    }
    expect((await as(b.tenantId, 'select id from tenants')).rows).toEqual([{ id: b.tenantId }]);
    expect((await as(b.tenantId, 'select email from users')).rows).toEqual([{ email: 'tenant-b@example.com' }]);
  });

  it('shows and changes nothing without a tenant', async () => {
    for (const table of [...tables, 'tenants', 'users', ...logIn]) {
      expect((await as(null, `select * from ${table}`)).rowCount, table).toBe(0);
    }
    for (const table of tables) {
      expect(await changeable(null, table), table).toBe(0);
      expect(await deletable(null, table), table).toBe(0);
    }
  });

  it('lets nothing of another tenant be changed, deleted or written', async () => {
    for (const table of tables) {
      const where = 'where tenant_id = $1';
      expect(await changeable(b.tenantId, table, where, [a.tenantId]), table).toBe(0);
      expect(await deletable(b.tenantId, table, where, [a.tenantId]), table).toBe(0);
      const moved = as(b.tenantId, `update ${table} set tenant_id = $1`, [a.tenantId]);
      await expect(moved, table).rejects.toMatchObject({ code: '42501' });
    }
    for (const tenantId of [b.tenantId, null]) {
      for (const [table, row] of [
        ['tenants', a.tenantId],
        ['users', a.ids['memberships']],
      ]) {
        const renamed = await as(tenantId, `update ${table} set name = 'mine' where id = $1`, [row]);
        expect(renamed.rowCount, table).toBe(0);
      }
      expect((await as(tenantId, 'delete from tenants where id = $1', [a.tenantId])).rowCount).toBe(0);
      await expect(as(tenantId, 'delete from users')).rejects.toMatchObject(DENIED);
      const somebody = as(tenantId, `insert into users (id, email, name) values ($1, 'new@example.com', 'n')`, [
        newId(),
      ]);
      await expect(somebody).rejects.toMatchObject(WALLED);
    }
  });

  it('takes a row in the name of another tenant into no table, not even a copy of one that is there', async () => {
    for (const table of [...tables, 'tenants', 'users']) {
      const id = { tenants: a.tenantId, users: a.ids['memberships'] }[table];
      const { rows } = await owner.query<{ row: Record<string, unknown> }>(
        `select to_jsonb(one) as row from ${table} one where ${id ? 'id' : 'tenant_id'} = $1`,
        [id ?? a.tenantId],
      );
      const [{ row } = { row: {} }] = rows;
      const columns = Object.keys(row);
      const copy = `insert into ${table} (${columns.join()}) overriding system value
        select ${columns.join()} from jsonb_populate_record(null::${table}, $1)`;
      const values = [JSON.stringify({ ...row, ...('id' in row && table !== 'tenants' && { id: newId() }) })];
      const refused = table === 'inbound_events' || table === 'users' ? DENIED : WALLED;
      for (const tenantId of [b.tenantId, null]) {
        await expect(as(tenantId, copy, values), table).rejects.toMatchObject(refused);
      }
      // Its own tenant may, but for where there can be only one.
      const own = await as(a.tenantId, copy, values).then(
        ({ rowCount }) => rowCount,
        ({ code }: { code: unknown }) => code,
      );
      expect(refused === DENIED ? ['42501'] : [1, '23505'], table).toContain(own);
    }
  });

  it('lets no row point at another tenant: every foreign key carries the tenant', async () => {
    const between = foreignKeys.filter(({ target }) => tables.includes(target));
    expect(between.length).toBeGreaterThan(20);
    expect(between.filter(({ columns }) => !columns.includes('tenant_id'))).toEqual([]);
    for (const { table, target, columns } of between) {
      const column = columns.find((name) => name !== 'tenant_id') ?? '';
      const stolen = as(b.tenantId, `update ${table} set ${column} = $1`, [a.ids[target]]);
      await expect(stolen, `${table}.${column}`).rejects.toMatchObject({ code: '23503' });
    }
  });

  it('keeps the rows of a tenant together: every primary key begins with the tenant', async () => {
    const { rows } = await owner.query<{ table: string; column: string }>(
      `select i.indrelid::regclass::text as table, a.attname as column from pg_index i
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indisprimary and i.indrelid = any ($1::text[]::regclass[])`,
      [tables],
    );
    expect(rows.map(({ table }) => table).toSorted()).toEqual(tables);
    expect(rows.filter(({ column }) => column !== 'tenant_id')).toEqual([]);
  });

  it('has a foreign key for every id of a row, but for what proves it otherwise', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns c
       join information_schema.tables using (table_schema, table_name)
       where table_schema = 'public' and table_type = 'BASE TABLE' and data_type = 'uuid'
         and column_name <> 'id' and not exists (
           select from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any (conkey)
           where contype = 'f' and conrelid = table_name::regclass and attname = column_name)`,
    );
    // The inbox has one door, which looks channels up itself.
    expect(rows.map((row) => row.name).toSorted()).toEqual(['inbound_events.channel_id', 'inbound_events.tenant_id']);
  });

  it('keeps the decision when its FAQ is deleted, and people who did something', async () => {
    const [faq, person] = [b.ids['faqs'], b.ids['memberships']];
    const actor = `update ownership_transitions set actor_id = '${person}', actor_kind`;
    const gone = await as(
      b.tenantId,
      `update decisions set faq_id = '${faq}'; delete from faqs; select faq_id from decisions`,
    );
    expect([gone].flat().at(-1)?.rows).toEqual([{ faq_id: null }]);
    const left = as(b.tenantId, `${actor} = 'user'; delete from memberships`);
    await expect(left).rejects.toMatchObject({ code: '23503' });
    await expect(as(b.tenantId, `${actor} = 'system'`)).rejects.toMatchObject({ code: '23514' });
  });

  it('keeps requests of no tenant behind their doors, where each caller finds his own', async () => {
    for (const sql of [
      'select * from repeatable_requests',
      `insert into repeatable_requests (caller, key, request_hash) values ('a', 'k', '')`,
      `update repeatable_requests set status = 200`,
      'delete from repeatable_requests',
    ]) {
      await expect(as(null, sql), sql).rejects.toMatchObject({ code: '42501' });
      await expect(as(b.tenantId, sql), sql).rejects.toMatchObject({ code: '42501' });
    }
    const begin = `select attempt from system_begin_request('a', 'k', '\\x01', interval '1 min')`;
    const both = async (then: string) => [await as(null, `${begin}; ${then}`)].flat().at(-1)?.rows;
    expect(await both(`select caller, status from system_find_request('a', 'k')`)).toEqual([
      { caller: 'a', status: null },
    ]);
    expect(await both(`select caller from system_find_request('b', 'k')`)).toEqual([]);
    expect(await both(`select system_end_request('b', 'k', 1, 200, '', null) as ended`)).toEqual([{ ended: false }]);
    expect(await both(begin)).toEqual([]);
  });

  it('lets the inbox be written through its one door, which knows whose a channel is', async () => {
    const event = { id: newId(), external_id: 'x', thread: '1', at: 1, size: 2 };
    const accept = (tenantId: string, channelId: string | undefined) =>
      as(null, 'select system_accept($1, $2) as news', [
        JSON.stringify([{ ...event, tenant_id: tenantId, channel_id: channelId }]),
        Buffer.from('{}'),
      ]);
    // Null: all were new.
    expect((await accept(b.tenantId, b.ids['channels'])).rows).toEqual([{ news: null }]);
    await expect(accept(b.tenantId, a.ids['channels'])).rejects.toMatchObject({ code: '23502' });

    const columns = 'tenant_id, id, channel_id, external_id, thread';
    const insert = `insert into inbound_events (${columns}) values ($1, $2, $3, 'x', '1')`;
    const around = as(b.tenantId, insert, [b.tenantId, newId(), b.ids['channels']]);
    await expect(around).rejects.toMatchObject({ code: '42501' });
    const moved = as(b.tenantId, 'update inbound_events set channel_id = $1', [a.ids['channels']]);
    await expect(moved).rejects.toMatchObject({ code: '42501' });
  });

  it('checks each foreign key by the whole key, also where the planner knows nothing of a table yet', async () => {
    const empty = await createDatabase();
    const client = new pg.Client(empty.ownerUrl);
    await client.connect();
    await client.query('set enable_seqscan = off; set plan_cache_mode = force_generic_plan');
    const { rows } = await client.query<{ target: string; keys: string[]; types: string[] }>(
      `select distinct confrelid::regclass::text as target, array_agg(attname::text order by ord) as keys,
         array_agg(atttypid::regtype::text order by ord) as types
       from pg_constraint, unnest(confkey) with ordinality as key (attnum, ord)
       join pg_attribute using (attnum) where attrelid = confrelid and contype = 'f'
         and connamespace = 'public'::regnamespace group by pg_constraint.oid, confrelid`,
    );
    expect(rows.length).toBeGreaterThan(8);
    for (const [n, { target, keys, types }] of rows.entries()) {
      const where = keys.map((key, index) => `${key} = $${index + 1}`).join(' and ');
      await client.query(
        `prepare check_${n} (${types.join()}) as select 1 from only ${target} where ${where} for key share`,
      );
      const plan = await client.query<{ 'QUERY PLAN': string }>(
        `explain execute check_${n} (${keys.map(() => 'null').join()})`,
      );
      const text = plan.rows.map((row) => row['QUERY PLAN']).join(' ');
      for (const key of keys) expect(text, `${target} by ${keys.join()}`).toMatch(new RegExp(`Index Cond:.*${key} = `));
    }
    await client.end();
    await empty.drop();
  });

  it('has no index that could be read for all rows of a tenant where one is meant', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select i.indexrelid::regclass::text as name from pg_index i
       join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id'
       where not i.indisprimary and i.indpred is null`,
    );
    // A key that foreign keys point at.
    expect(rows.map(({ name }) => name)).toEqual(['conversations_tenant_id_id_channel_id_key']);
  });

  it('stands around the overview of a tenant, whose numbers do not multiply each other', async () => {
    await owner.query(
      `insert into faqs (tenant_id, id, question, answer, is_active) values ($1, $2, 'q', 'a', true), ($1, $3, 'q', 'a', false)`,
      [b.tenantId, newId(), newId()],
    );
    const columns = 'tenant_id, total_chats, total_messages, total_faqs';
    expect((await as(b.tenantId, `select ${columns} from tenant_overview`)).rows).toEqual([
      { tenant_id: b.tenantId, total_chats: 1, total_messages: 1, total_faqs: 2 },
    ]);
    await owner.query(`delete from faqs where tenant_id = $1 and question = 'q'`, [b.tenantId]);
    expect((await as(null, 'select * from tenant_overview')).rows).toEqual([]);
  });

  it('cannot be truncated, altered or left through a function', async () => {
    for (const sql of [
      'truncate faqs',
      'alter table faqs disable row level security',
      'drop policy tenant on faqs',
      'create table mine (id int)',
      'select * from mikro_orm_migrations',
    ]) {
      await expect(as(b.tenantId, sql), sql).rejects.toMatchObject({ code: '42501' });
    }
    const { rows } = await owner.query<{ proname: string }>(
      `select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`,
    );
    expect(rows.map((row) => row.proname)).toEqual([
      'system_accept',
      'system_begin_anew',
      'system_begin_request',
      'system_channels_to_check',
      'system_claimants',
      'system_drop_request',
      'system_due',
      'system_due_queues',
      'system_end_request',
      'system_end_sessions',
      'system_find_channel',
      'system_find_key',
      'system_find_member',
      'system_find_request',
      'system_find_tenant',
      'system_find_tenant_by_domain',
      'system_forget_payloads',
      'system_forget_requests',
      'system_free_claims',
      'system_hold_request',
      'system_search_messages',
      'system_tenants',
      'system_tenants_of',
      'system_user_for',
      'system_works_elsewhere',
    ]);
    // docs/architecture.md says what each is for; those of one's own requests stand there by their middles.
    const said = read('docs/architecture.md');
    const short = (name: string) => name.replace(/^system_(find|hold|end|drop)_request$/, '_$1_');
    const names = rows.map(({ proname }) => proname);
    expect(names.filter((name) => !said.includes(`\`${name}\``) && !said.includes(`\`${short(name)}`))).toEqual([]);
    const { rows: changed } = await owner.query<{ what: string }>(
      `select table_name || '.' || column_name as what from information_schema.column_privileges
       where grantee = 'frontdesk_system' and privilege_type = 'UPDATE'
         and table_name in ('outbound_messages', 'notifications') order by 1`,
    );
    expect(changed).toEqual([{ what: 'notifications.due_at' }, { what: 'outbound_messages.due_at' }]);
    const { rows: everybodys } = await owner.query(
      `select proname from pg_proc
       where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege('public', oid, 'execute')`,
    );
    expect(everybodys).toEqual([]);
  });
});

describe('the ORM in front of the wall', () => {
  it('finds only the tenant of its transaction, also by id, with filters off and by raw SQL', async () => {
    await withTenant(orm, b.tenantId, async (em) => {
      expect(await em.find(Faq, {})).toHaveLength(1);
      expect(await em.findOne(Faq, { id: a.ids['faqs'] ?? '' })).toBeNull();
      expect(await em.find(Message, {}, { filters: false })).toHaveLength(1);
      expect(await em.nativeUpdate(Faq, { id: a.ids['faqs'] ?? '' }, { answer: 'x' }, { filters: false })).toBe(0);
      expect(await em.execute('select * from faqs where tenant_id = ?', [a.tenantId])).toEqual([]);
    });
  });

  it('fails, rather than guessing, without a tenant', async () => {
    await expect(orm.em.fork().find(Faq, {})).rejects.toThrow(/tenant/);
    expect(await orm.em.fork().find(Faq, {}, { filters: false })).toEqual([]);
  });

  it('leaves no tenant behind on a connection, whether the work ended well or not', async () => {
    // The pool has one connection: whatever is left on it, the next one gets.
    await withTenant(orm, a.tenantId, (em) => em.find(Faq, {}));
    expect(await orm.em.fork().execute('select * from faqs')).toEqual([]);
    await expect(withTenant(orm, a.tenantId, (em) => em.execute('select 1/0'))).rejects.toThrow();
    expect(await orm.em.fork().execute('select * from faqs')).toEqual([]);
  });

  it('keeps a thousand pieces of interleaved work apart on one connection, also where some fail', async () => {
    /** What a piece may do besides, and how it then ends. */
    const mishaps = [
      { sql: 'select 1/0', ends: '22012' },
      { sql: 'select * from nowhere', ends: '42P01' },
      { sql: 'insert into faqs (id) values (null)', ends: '42501' },
      // What was read is told all the same.
      { sql: 'rollback', ends: null },
    ];
    const piece = async (n: number) => {
      const own = n % 2 ? a : b;
      const mishap = n % 3 === 0 ? mishaps[n % mishaps.length] : undefined;
      const isBroken = n % 7 === 0;
      const work = withTenant(orm, own.tenantId, async (em) => {
        const faqs = await em.find(Faq, {}, { filters: n % 5 > 0 });
        const raw = await em.execute<{ tenant_id: string }[]>('select tenant_id from faqs');
        if (mishap) await em.execute(mishap.sql);
        if (isBroken) throw new Error('no more of this');
        return [...faqs.map((faq) => faq.tenantId), ...raw.map((row) => row.tenant_id)];
      });
      const end = await work.catch((error: Error) => ('code' in error ? error.code : error.message));
      // Whoever comes in between without a tenant sees nothing.
      const between = n % 11 === 0 ? await orm.em.fork().execute('select id from faqs') : [];
      const expected = mishap?.ends ?? (isBroken ? 'no more of this' : [own.tenantId, own.tenantId]);
      return { n, end, between, expected };
    };
    // So many at a time that nobody waits for the connection longer than one may, also on a busy machine.
    const numbers = Array.from({ length: 1_000 }, (_, n) => n).values();
    const done: Awaited<ReturnType<typeof piece>>[] = [];
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        for (const n of numbers) done.push(await piece(n));
      }),
    );
    expect(new Set(done.map(({ n }) => n)).size).toBe(1_000);
    for (const { n, end, between, expected } of done)
      expect({ n, end, between }).toEqual({ n, end: expected, between: [] });
    expect(await orm.em.fork().execute('select * from faqs')).toEqual([]);
  }, 120_000);

  it('knows every column that the database has', async () => {
    const { rows } = await owner.query<{ table: string; column: string; nullable: boolean }>(
      `select table_name as table, column_name as column, is_nullable = 'YES' as nullable
       from information_schema.columns
       where table_schema = 'public' and table_name not in ('mikro_orm_migrations', 'tenant_overview', 'rate_limits', 'repeatable_requests') and table_name not like 'auth%'`,
    );
    const known = new Map(
      entities.flatMap((entity) => {
        const meta = orm.getMetadata().getByClassName(entity.name);
        return meta.props.flatMap((prop) =>
          prop.fieldNames.map((field) => [`${meta.tableName}.${field}`, prop.nullable === true] as const),
        );
      }),
    );
    expect(rows.map((row) => `${row.table}.${row.column}`).toSorted()).toEqual([...known.keys()].toSorted());
    expect(rows.filter((row) => known.get(`${row.table}.${row.column}`) !== row.nullable)).toEqual([]);
  });
});
