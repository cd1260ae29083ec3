import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { messageOf } from '../errors.ts';
import { openCluster, SUPERUSER, type Cluster } from './cluster.ts';
import { withLock } from './lock.ts';
import { ownershipIn } from './ownership.ts';
import { ensurePassword, keptPassword } from './password.ts';
import { ensureServer, stopServer } from './server.ts';

const HOST = '127.0.0.1';
const LOGIN_ATTEMPTS = 20;

export interface EmbeddedPostgresOptions {
  /** Made when missing; everything is kept here between starts. */
  dataDir: string;
  /** PostgreSQL settings that differ from ours. Without effect on a server that already runs. */
  settings?: Record<string, string>;
  log?: (line: string) => void;
  /** Default: made once and kept in the data folder. */
  clusterSuperuserPassword?: string;
}

export interface EmbeddedPostgres {
  host: typeof HOST;
  port: number;
  /** URL with the superuser's password in it. */
  superuserUrl: (database: string) => string;
  /** False: a server of this data folder already ran, and we use it. */
  started: boolean;
  /**
   * Stops the server if we started it, or if the process that did is gone; otherwise leaves it to that process.
   * May be called again.
   */
  stop: () => Promise<void>;
}

/**
 * A real PostgreSQL from npm, in a folder: made at the first start, kept between starts. It outlives a parent that is
 * killed, and the next start finds it. Any number of processes may call this at once: one starts it, the others attach.
 * Throws with the end of the server's log and what to do when it cannot start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, log = () => undefined } = options;
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const lock = join(dataDir, 'postgres-lock');
  const passwordFile = join(dataDir, 'postgres-password');
  const ownership = ownershipIn(join(dataDir, 'postgres-owner'));

  return withLock(lock, log, async () => {
    const newPassword = async () => options.clusterSuperuserPassword ?? (await ensurePassword(passwordFile));
    const cluster = await openCluster(dataDir, { newPassword, sync: settings['fsync'] !== 'off', log });
    const password = options.clusterSuperuserPassword ?? (await keptPassword(passwordFile));

    const urlAt = (port: number, database: string) =>
      `postgres://${SUPERUSER}:${encodeURIComponent(password)}@${HOST}:${port}/${encodeURIComponent(database)}`;
    const { port, started } = await openServer(cluster, {
      ensure: () => ensureServer(cluster, dataDir, settings),
      urlAt: (at) => urlAt(at, 'postgres'),
    });
    if (started || (await ownership.isFree())) await ownership.take();
    log(`PostgreSQL ${started ? 'runs' : 'already runs'} on ${HOST}:${port}, its data are in ${cluster.folder}`);

    const stop = () =>
      withLock(lock, log, async () => {
        if (!(await ownership.isOurs()) && !(await ownership.isFree())) return;
        await stopServer(cluster);
        await ownership.release();
      });
    return { host: HOST, port, superuserUrl: (database) => urlAt(port, database), started, stop: untilDone(stop) };
  });
}

interface Opening {
  ensure: () => Promise<{ port: number; started: boolean }>;
  urlAt: (port: number) => string;
}

/** A server that lets us in. One that was just killed still looks alive for a moment: then another one is started. */
async function openServer(cluster: Cluster, { ensure, urlAt }: Opening) {
  let started = false;
  for (let attempt = 1; ; attempt++) {
    const server = await ensure();
    started ||= server.started;
    try {
      await checkIsOurs(urlAt(server.port), cluster);
      return { port: server.port, started };
    } catch (error) {
      if (isRefusal(error) || attempt === LOGIN_ATTEMPTS) {
        if (started) await stopServer(cluster);
        throw error;
      }
    }
    await sleep(100);
  }
}

/** It answered, and not only that it is shutting down (57P...). */
const isRefusal = (error: unknown) =>
  error instanceof Error && error.cause instanceof DatabaseError && !error.cause.code?.startsWith('57P');

/** Another program may have got the port, or the password may belong to another cluster. */
async function checkIsOurs(url: string, { folder }: Cluster) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // What goes wrong is thrown by the calls; unheard, the event as well would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
    const served = rows[0]?.folder ?? '';
    if ((await realpath(served)) !== (await realpath(folder))) throw new Error(`it serves ${served}`);
  } catch (error) {
    throw new Error(
      `cannot log in to the PostgreSQL in ${folder} (${messageOf(error)}). ` +
        `If its password file was replaced, put the old one back.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Calls share one run; a run that failed may be tried again. */
function untilDone(work: () => Promise<void>) {
  let running: Promise<void> | null = null;
  return () =>
    (running ??= work().catch((error: unknown) => {
      running = null;
      throw error;
    }));
}
