import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres.ts';
import { identityOf } from '../../../src/embedded/process-identity.ts';
import { atExit, killNow } from './exit.ts';

/** A folder that is gone when its user has closed it or died. Others may enter: PostgreSQL does not run as root. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'frontdesk-faults-'));
  await chmod(path, 0o755);
  const forget = atExit(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }));
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      forget();
    },
  };
}

export interface CrashablePostgres {
  /** A superuser's URL of a database of this name, which is made. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and all its processes at the same moment, as a machine that loses power does. */
  crash(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL of one's own with durability on, as the service starts it. */
export async function startCrashablePostgres(dataDir: string): Promise<CrashablePostgres> {
  const settings = { max_connections: '200' };
  // One that it can come back to.
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, 'postgres-port'), `${await reservePort()}\n`);
  let server = await startEmbeddedPostgres({ dataDir, settings });
  const { port } = server;
  const asked = `select current_setting('data_directory') as folder`;
  const { rows } = await query<{ folder: string }>(server.superuserUrl('postgres'), asked);
  const folder = rows[0]?.folder ?? '';
  const forget = atExit(() => familyOf(postmasterOf(folder)).forEach(killNow));
  return {
    async createDatabase(name) {
      await query(server.superuserUrl('postgres'), `create database ${name}`);
      return server.superuserUrl(name);
    },
    async crash() {
      const pids = familyOf(postmasterOf(folder));
      // The postmaster first: it must not see its children die and begin to recover.
      pids.forEach(killNow);
      for (const pid of pids) while ((await identityOf(pid)) !== null) await sleep(5);
    },
    async restart() {
      server = await startEmbeddedPostgres({ dataDir, settings });
      if (server.port !== port) throw new Error(`PostgreSQL came back on port ${server.port} instead of ${port}`);
    },
    async stop() {
      await server.stop();
      forget();
    },
  };
}

/** The server of a cluster that runs. Throws when there is none: its file may name a process that is somebody else's by now. */
export function postmasterOf(cluster: string): number {
  const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const isIts = process.platform !== 'linux' || readlinkSync(`/proc/${pid}/cwd`) === cluster;
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isIts) throw new Error(`no PostgreSQL runs in ${cluster}`);
  return pid;
}

/** A process and its children, itself first. */
function familyOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return [parent, ...pairs.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []))];
}

export async function query<Row extends QueryResultRow>(url: string, sql: string, values: unknown[] = []) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.query<Row>(sql, values);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export interface CrashableRedis {
  url: string;
  /** Kept waiting by the caller: after a start the server reads its file first. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** All waiting jobs are gone. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of one's own, its jobs in a file in `dir`; not started yet. */
export async function crashableRedis(dir: string): Promise<CrashableRedis> {
  const port = await reservePort();
  const url = `redis://127.0.0.1:${port}`;
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
  const aof = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  let child: ChildProcess | null = null;
  let forget: (() => void) | null = null;

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    forget?.();
  }

  return {
    url,
    async start() {
      const started = spawn('redis-server', [...flags, ...aof], { stdio: 'ignore' });
      await new Promise<void>((resolve, reject) => {
        const missing =
          'redis-server is not installed, and this test does not pass without it: apt-get install redis-server';
        started.once('error', () => reject(new Error(missing)));
        started.once('spawn', resolve);
      });
      child = started;
      forget = atExit(() => killNow(started.pid));
      await withRedis(url, (client) => client.ping());
    },
    kill: () => kill('SIGKILL'),
    flush: () => withRedis(url, (client) => client.flushall()),
    stop: () => kill('SIGKILL'),
  };
}

async function withRedis(url: string, work: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 200 });
  client.on('error', () => undefined);
  try {
    await work(client);
  } finally {
    client.disconnect();
  }
}

/**
 * A port that a process can come back to. Below the range that the system hands out, so that no connection of anybody
 * sits on it in the meantime.
 */
export async function reservePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 18_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free on 127.0.0.1');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
