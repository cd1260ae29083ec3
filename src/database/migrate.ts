import { MikroORM } from '@mikro-orm/postgresql';
import { runMigrations as migrateQueue } from 'bullmq';
import pg from 'pg';
import ormConfig from '../../mikro-orm.config.ts';
import { jobNames } from '../queue/contracts.ts';
import { RUNTIME_ROLE, SYSTEM_ROLE } from '../../migrations/support/tenant-table.ts';

// Any fixed number: it only has to be ours.
const LOCK = 7_205_746_331;
const APP_ROLE = 'frontdesk_app';

interface MigrateOptions {
  /** A role that may create tables and roles in this database. */
  ownerUrl: string;
  /** Password for the login that the service runs as; null where the operator made a login himself. */
  appPassword: string | null;
  log: (line: string) => void;
}

/**
 * Brings the database up to date: roles, our tables, the queue's tables. Processes that start together wait for
 * each other under a lock, so each migration runs once.
 */
export async function migrate({ ownerUrl, appPassword, log }: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  // What goes wrong is thrown by the calls; unheard, the event as well would end the process without a word.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await ensureRoles(client, appPassword);
    await migrateTables(ownerUrl, log);
    await migrateQueue(client);
    await grantQueue(client);
  } finally {
    await client.end();
  }
}

/** The same database, entered through the service's own login. */
export function appUrl(ownerUrl: string, appPassword: string): string {
  const url = new URL(ownerUrl);
  url.username = APP_ROLE;
  url.password = appPassword;
  return url.href;
}

async function ensureRoles(client: pg.Client, appPassword: string | null): Promise<void> {
  const wanted = [RUNTIME_ROLE, SYSTEM_ROLE, ...(appPassword ? [APP_ROLE] : [])];
  const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    wanted,
  ]);
  const missing = wanted.filter((role) => !rows.some((row) => row.rolname === role));
  for (const role of missing) await client.query(`create role ${role} ${role === APP_ROLE ? 'login' : 'nologin'}`);
  if (missing.includes(SYSTEM_ROLE)) await client.query(`grant ${SYSTEM_ROLE} to current_user`);
  await client.query(`grant usage on schema public to ${RUNTIME_ROLE}`);
  if (!appPassword) return;
  const password = client.escapeLiteral(appPassword);
  await client.query(`alter role ${APP_ROLE} with login password ${password}`);
  await client.query(`grant ${RUNTIME_ROLE} to ${APP_ROLE}`);
}

async function migrateTables(ownerUrl: string, log: (line: string) => void): Promise<void> {
  const orm = await MikroORM.init({
    ...ormConfig,
    clientUrl: ownerUrl,
    // Migrations are SQL: what the rows are called in the code need not be known yet.
    entities: [],
    discovery: { warnWhenNoEntities: false },
    logger: log,
    ensureDatabase: false,
  });
  try {
    await orm.migrator.up();
  } finally {
    await orm.close();
  }
}

/** Jobs carry ids only, so the queue's tables need no wall between tenants. */
async function grantQueue(client: pg.Client): Promise<void> {
  // A queue makes the sequence of its job ids on first use, which the service's role may not: so it is used once here.
  for (const name of jobNames) await client.query('select bullmq.next_job_id($1)', [name]);
  await client.query(`grant usage on schema bullmq to ${RUNTIME_ROLE}`);
  await client.query(`grant select, insert, update, delete on all tables in schema bullmq to ${RUNTIME_ROLE}`);
  await client.query(`grant usage, select on all sequences in schema bullmq to ${RUNTIME_ROLE}`);
  await client.query(`grant execute on all functions in schema bullmq to ${RUNTIME_ROLE}`);
}
