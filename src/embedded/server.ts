import type { ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, type Cluster } from './cluster.ts';
import { findRunning, readPostmaster } from './postmaster.ts';
import { cannotRun, run, spawnProgram } from './run.ts';

/** After a crash the server first repeats what was not on the disk yet, which may take minutes. */
const START_TIMEOUT_MS = 5 * 60_000;
const RETRY_FOR_MS = 10_000;
const POLL_MS = 20;
const LOG_KEPT_BYTES = 10 * 1024 * 1024;

const DEFAULTS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Of themselves they would be multiples of a segment, and ours are small.
  min_wal_size: '80MB',
  max_wal_size: '1GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Errors of our own statements reach us anyway, and would put customers' words into the log file.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
};

/** The port of the server of this cluster: of one that runs already, or of one started here. It takes connections. */
export async function ensureServer(cluster: Cluster, dataDir: string, settings: Record<string, string>) {
  const logFile = join(dataDir, 'postgres.log');
  const portFile = join(dataDir, 'postgres-port');
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (;;) {
    const running = await findRunning(cluster.folder, START_TIMEOUT_MS);
    if (running) return { port: running.port, started: false };

    const port = await freePort(portFile);
    const failure = await launch(cluster, logFile, { ...DEFAULTS, ...settings, port: String(port) });
    if (failure === null) {
      await writeFile(portFile, `${port}\n`);
      return { port, started: true };
    }
    if (!mayPassSoon(failure) || performance.now() > giveUpAt) {
      throw new Error(
        `PostgreSQL did not start in ${cluster.folder}. The last lines of ${logFile}:\n${lastLines(failure)}\n${advice(failure, cluster)}`,
      );
    }
    await sleep(200);
  }
}

/** Ends the connections and the server, with everything on the disk. A server that is gone already is fine. */
export async function stopServer({ folder, account, binaries }: Cluster) {
  // pg_ctl would signal whatever process has a dead server's pid by now.
  if (!(await findRunning(folder, START_TIMEOUT_MS))) return;
  const options = ['stop', `--pgdata=${folder}`, '--mode=fast', '--wait', '--timeout=120'];
  const { code, output } = await run(binaries.pg_ctl, options, account);
  if (code === 0 || /No such process|does not exist/.test(output)) return;
  throw new Error(`PostgreSQL in ${folder} did not stop:\n${lastLines(output)}`);
}

/** Null when it runs; otherwise what it wrote before it ended. */
async function launch({ folder, account, binaries }: Cluster, logFile: string, settings: Record<string, string>) {
  const before = await readPostmaster(folder);
  await keepShort(logFile);
  const logHandle = await open(logFile, 'a', 0o600);
  const { size } = await logHandle.stat();
  const { program, args } = startCommand(binaries, folder, logFile, settings);
  let server: ReturnType<typeof watch>;
  try {
    // Detached, in its own process group: Ctrl-C in the terminal must reach it through us, after the app has stopped.
    const stdio = ['ignore' as const, logHandle.fd, logHandle.fd];
    server = watch(spawnProgram(program, args, account, { stdio, detached: true }), program);
  } finally {
    await logHandle.close();
  }

  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (server.failure) throw server.failure;
    const now = await readPostmaster(folder);
    // A killed server's file says "ready" as well.
    const isNew = now && (now.pid !== before?.pid || now.startedAt !== before.startedAt);
    if (isNew && now.status === 'ready') return null;
    // pg_ctl ends well when the server runs; the server itself never ends well.
    if (server.exitCode !== null && (server.exitCode !== 0 || process.platform !== 'win32')) break;
    if (performance.now() > giveUpAt) {
      throw new Error(`PostgreSQL in ${folder} still repairs itself after a crash. Leave it running and start again.`);
    }
    await sleep(POLL_MS);
  }
  return (await readFile(logFile)).subarray(size).toString();
}

/** How a child ended. To be called in the same breath as its start: one that fails at once is gone a moment later. */
function watch(child: ChildProcess, program: string) {
  const state: { exitCode: number | null; failure: Error | null } = { exitCode: null, failure: null };
  child.once('error', (error) => (state.failure = cannotRun(program, error)));
  child.once('exit', (code) => (state.exitCode = code ?? 1));
  child.unref();
  return state;
}

/**
 * The server itself, so that it is our child and no shell sees a path or a value. On Windows only pg_ctl can start it
 * from an administrator's account.
 */
function startCommand(
  { postgres, pg_ctl }: Cluster['binaries'],
  folder: string,
  logFile: string,
  settings: Record<string, string>,
) {
  const values = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  if (process.platform !== 'win32') {
    return { program: postgres, args: ['-D', folder, ...values.flatMap((value) => ['-c', value])] };
  }
  const options = values.map((value) => `-c "${value}"`).join(' ');
  return { program: pg_ctl, args: ['start', '-w', '-D', folder, '-l', logFile, '-o', options] };
}

/** The last one if it is still free, so that other programs find the database where it was. */
async function freePort(portFile: string): Promise<number> {
  const last = Number(await readFile(portFile, 'utf8').catch(() => '0'));
  return (await listenOnce(last)) ?? (await listenOnce(0)) ?? Promise.reject(new Error('no port is free on 127.0.0.1'));
}

function listenOnce(port: number) {
  return new Promise<number | null>((resolve) => {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return resolve(null);
    // Pools that look for the database at its last port would keep the server from closing.
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address ? address.port : null;
      server.close(() => resolve(chosen));
    });
  });
}

/** The port was taken in between, processes of a killed server are on their way out, or another server on its way in. */
const mayPassSoon = (output: string) =>
  /Address already in use|could not create any TCP|pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(
    output,
  );

function advice(output: string, { folder }: Cluster) {
  if (/database files are incompatible/.test(output)) {
    return `It was made by another major version: dump it with that version, move ${folder} away and restore the dump.`;
  }
  if (/No space left/.test(output)) return 'Make room on the disk and start again; nothing is lost.';
  if (/could not map anonymous shared memory|Cannot allocate memory/.test(output)) {
    return 'There is not enough memory for it: free some, or set DATABASE_URL to use another PostgreSQL.';
  }
  return `Put back a backup of ${folder}; or, if its content is not needed, move it away to start empty.`;
}

async function keepShort(logFile: string) {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_KEPT_BYTES) await rename(logFile, `${logFile}.1`);
}
