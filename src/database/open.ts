import { connect } from 'node:net';
import pg from 'pg';
import { createKeyRing, keyFileIn, keyFromDataDir, type KeyRing } from '../tenancy/secrets.ts';
import type { Config } from '../config.ts';
import { checkKey } from './check-key.ts';
import { appUrl, migrate } from './migrate.ts';
import { startEmbeddedPostgres } from '../embedded/postgres.ts';
import type { Logger } from '../logger.ts';

/** A database that is up to date, entered as the restricted role. */
export interface OpenedDatabase {
  databaseUrl: string;
  /** The same as the owner of the tables; null where that is not known to us. Never to serve with. */
  ownerUrl: string | null;
  keys: KeyRing;
  /** Stops the embedded server, if there is one and it is ours. */
  stop(): Promise<void>;
}

const EMBEDDED_DATABASE = 'frontdesk';

/**
 * Finds the database and the key, or makes them: an external database is migrated by DATABASE_URL's role; without
 * one, PostgreSQL from npm runs in the data folder. With DATABASE_APP_URL alone nothing is migrated.
 */
export async function openDatabase(config: Config, log: Logger): Promise<OpenedDatabase> {
  const keys = createKeyRing(config.key ?? (await keyFromDataDir(config.dataDir)));
  const appPassword = keys.derive('database app role').toString('hex');
  const migrateLog = (line: string) => log.debug(line);
  const keyFile = keyFileIn(config.dataDir);
  const upToDate = async (ownerUrl: string, password: string | null) => {
    const missing = await checkKey(ownerUrl, keys, config.key ? 'FRONTDESK_KEY' : `the one in ${keyFile}`);
    if (missing.length > 0)
      log.warn({ keyIds: missing, hint: 'list these keys in FRONTDESK_KEY as well' }, 'key.missing');
    await migrate({ ownerUrl, appPassword: password, log: migrateLog });
  };
  const external = (databaseUrl: string): OpenedDatabase => {
    // Another machine would make another key, and open nothing that is sealed here.
    if (!config.key) log.warn({ keyFile, hint: 'set FRONTDESK_KEY in every process' }, 'key.not_set');
    return { databaseUrl, ownerUrl: config.databaseUrl, keys, stop: async () => undefined };
  };
  if (config.databaseUrl) {
    await upToDate(config.databaseUrl, config.databaseAppUrl ? null : appPassword);
    return external(config.databaseAppUrl ?? appUrl(config.databaseUrl, appPassword));
  }
  if (config.databaseAppUrl) return external(config.databaseAppUrl);
  const start = () => startEmbeddedPostgres({ dataDir: config.dataDir, log: migrateLog });
  const server = await start();
  const servers = [server];
  const watch = keepAlive(server.port, async () => servers.push(await start()), log);
  // Of several starts, the one that started the server that runs is the one that stops it.
  const stop = async () => {
    await watch.stop();
    for (const each of servers) await each.stop();
  };
  try {
    await ensureDatabase(server.superuserUrl('postgres'), EMBEDDED_DATABASE);
    const ownerUrl = server.superuserUrl(EMBEDDED_DATABASE);
    await upToDate(ownerUrl, appPassword);
    return { databaseUrl: appUrl(ownerUrl, appPassword), ownerUrl, keys, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const WATCH_MS = 1_000;

/** An embedded server that was killed is started again: nobody else would. */
function keepAlive(port: number, start: () => Promise<unknown>, log: Logger): { stop(): Promise<void> } {
  let current: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    current = current.then(async () => {
      if (await answers(port)) return;
      log.warn({ port }, 'postgres.gone');
      await start().catch((error: unknown) => log.error({ err: error }, 'postgres.not_restarted'));
    });
  }, WATCH_MS);
  return {
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(WATCH_MS, () => socket.destroy(new Error('no answer')));
    socket.once('connect', () => socket.end());
    socket.once('error', () => resolve(false));
    socket.once('close', (hadError) => resolve(!hadError));
  });

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process was first.
    if (!(error instanceof pg.DatabaseError && ['42P04', '23505'].includes(error.code ?? ''))) throw error;
  } finally {
    await client.end();
  }
}
