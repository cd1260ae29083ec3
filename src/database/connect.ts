import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool, PoolClient } from 'pg';
import { entities } from '../entities/index.ts';
import { prepared } from '../tenancy/prepared.ts';

interface ConnectOptions {
  url: string;
  pool: number;
  log: (line: string) => void;
  /** How long the server may be silent about a statement. */
  answerMs?: number;
}

const STATEMENT_MS = 20_000;
/** By then the server has given the statement up and said so, or it is not there any more. */
const ANSWER_MS = STATEMENT_MS + 5_000;

/** Connections as the restricted role. Refuses a role that row level security would not hold back. */
export async function connect({ url, pool, log, answerMs = ANSWER_MS }: ConnectOptions): Promise<MikroORM> {
  const orm = await MikroORM.init({
    entities,
    clientUrl: url,
    pool: { min: 0, max: pool },
    // A statement that takes longer than this is a fault, and must not hold a connection that others wait for.
    driverOptions: {
      statement_timeout: STATEMENT_MS,
      // Where nothing answers, the connection is given up: a network can forget it without a word.
      query_timeout: answerMs,
      // Everything here is looked up by a key. Without statistics, as in a database that was empty a minute ago, the
      // planner would read small tables whole, and go on doing so for foreign keys while they grow. And what is prepared
      // is planned once, for any values: no values would make another index the better one.
      options: '-c enable_seqscan=off -c plan_cache_mode=force_generic_plan',
      connectionTimeoutMillis: Math.min(answerMs, 10_000),
      keepAlive: true,
      // What is sent without waiting for an answer travels together: see `atOnce`.
      pipeline: true,
      onPoolCreated(created: Pool) {
        takeBackBroken(created);
        created.on('connect', hurry);
      },
    },
    logger: log,
    ensureDatabase: false,
  });
  try {
    await refuseUnboundRole(orm);
  } catch (error) {
    await orm.close();
    throw error;
  }
  return orm;
}

/** The ORM's own pool, for the two statements that are too hot to be built anew each time. */
export async function nativePool(orm: MikroORM): Promise<Pool> {
  return orm.em.getConnection().getNativeClient();
}

/**
 * The query builder gives a connection back after a COMMIT or ROLLBACK that worked, and only then (kysely#1990): each
 * transaction that loses its connection would keep a place in the pool for ever. So a lost one is taken back here.
 */
function takeBackBroken(pool: Pool): void {
  const lent = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => lent.add(client));
  pool.on('release', (_error, client) => lent.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!lent.has(client)) return;
      client.release(true);
      // Its user may still do so.
      client.release = () => undefined;
    });
  });
}

/**
 * Saves a transaction two waits on the way to the database, and statements with values the planning; those of `runBound`
 * are the only ones that the ORM sends with values.
 */
function hurry(client: PoolClient): void {
  const query = client.query.bind(client);
  Object.assign(client, {
    query(text: unknown, values?: unknown, ...rest: unknown[]) {
      const hasValues = typeof text === 'string' && Array.isArray(values) && values.length > 0;
      const given = hasValues ? [{ ...prepared(text), values }] : [text, values];
      const answer: unknown = Reflect.apply(query, client, [...given, ...rest]);
      if (typeof text !== 'string' || !OPENING.test(text) || !(answer instanceof Promise)) return answer;
      // Nobody waits for it. Had it failed, so would all that follows.
      answer.catch(() => undefined);
      return Promise.resolve({ command: '', rowCount: 0, rows: [] });
    },
  });
}

/** What a transaction begins with: `begin`, and the tenant's name. */
const OPENING = /^(?:begin$|select set_config\()/;

/** What a role is a member of, it can become. */
async function refuseUnboundRole(orm: MikroORM): Promise<void> {
  const [role] = await orm.em.execute<{ name: string; unbound: string | null }[]>(
    `select current_user::text as name,
       (select string_agg(rolname, ', ' order by rolname) from pg_roles r
        where pg_has_role(current_user, r.oid, 'MEMBER') and (rolsuper or rolbypassrls or rolname = 'frontdesk_system'
          or exists (select from pg_class c where c.relowner = r.oid and c.relname = 'conversations'))) as unbound`,
  );
  if (role?.unbound) {
    throw new Error(
      `The database role '${role.name}' is not held back by row level security: it is, or may become, a superuser, one ` +
        `with BYPASSRLS, the owner of the tables or frontdesk_system (${role.unbound.slice(0, 200)}). ` +
        'Give DATABASE_URL a role that may create roles and leave DATABASE_APP_URL empty, or point DATABASE_APP_URL ' +
        'at a plain login role that is a member of frontdesk_runtime.',
    );
  }
}
