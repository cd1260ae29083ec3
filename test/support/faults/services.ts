import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit, killNow } from './exit.ts';
import { reservePort } from './stores.ts';

const root = join(import.meta.dirname, '../../..');
const READY = /Frontdesk is running on|Frontdesk worker is running/;
const KEPT_OUTPUT = 4_000_000;

interface ServiceOptions {
  name: string;
  env: Record<string, string>;
  /** Starts it again when it ends by itself before it was ready, as a supervisor does while the database is away. */
  isSupervised?: boolean;
  /** Whom it runs as; only root may say so. */
  user?: { uid: number; gid: number };
}

/** One `node src/main.ts`, which may be killed and started again any number of times. */
export interface Service {
  name: string;
  /** Starts it, without waiting. */
  start(): void;
  ready(): Promise<void>;
  kill(): Promise<void>;
  /** Asks it to stop; gives its exit code and how long it took. */
  terminate(): Promise<{ code: number | null; ms: number }>;
  /** Resolves with the code when it ends by itself. */
  ended(): Promise<number | null>;
  output(): string;
  /** Ends that nobody asked for after it was ready: crashes. */
  crashes: (number | string)[];
  /** Starts that failed before it was ready: allowed while a store is away. */
  failedStarts: number;
  /** The longest that it took to be ready. */
  slowestStartMs: number;
}

export function createService({ name, env, isSupervised = false, user }: ServiceOptions): Service {
  let child: ChildProcess | null = null;
  let isWanted = false;
  const state = { isReady: false };
  let output = '';

  function start(): void {
    isWanted = true;
    state.isReady = false;
    const startedAt = performance.now();
    const started = spawn(process.execPath, ['src/main.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    });
    child = started;
    const forget = atExit(() => killNow(started.pid));
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
      if (child !== started || !READY.test(chunk.toString())) return;
      state.isReady = true;
      service.slowestStartMs = Math.max(service.slowestStartMs, performance.now() - startedAt);
    };
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    started.once('exit', (code, signal) => void onExit(started, code ?? signal ?? 'unknown', forget));
  }

  async function onExit(gone: ChildProcess, how: number | string, forgetIt: () => void): Promise<void> {
    forgetIt();
    if (gone !== child || !isWanted) return;
    if (state.isReady) service.crashes.push(how);
    else service.failedStarts += 1;
    if (!isSupervised) return;
    await sleep(300);
    if (gone === child && isWanted) start();
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    isWanted = false;
    state.isReady = false;
    const ending = child;
    if (!ending) return null;
    if (ending.exitCode === null && ending.signalCode === null) {
      const gone = once(ending, 'exit');
      ending.kill(signal);
      await gone;
    }
    return ending.exitCode;
  }

  const service: Service = {
    name,
    start,
    async ready() {
      const giveUpAt = performance.now() + 60_000;
      while (!state.isReady) {
        const hasFailed = !isSupervised && child !== null && child.exitCode !== null;
        if (hasFailed || performance.now() > giveUpAt) throw new Error(`${name} did not start:\n${output}`);
        await sleep(20);
      }
    },
    kill: async () => void (await end('SIGKILL')),
    async terminate() {
      const started = performance.now();
      const code = await end('SIGTERM');
      return { code, ms: performance.now() - started };
    },
    async ended() {
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child?.exitCode ?? null;
    },
    output: () => output,
    crashes: [],
    failedStarts: 0,
    slowestStartMs: 0,
  };
  return service;
}

interface FleetOptions {
  databaseUrl: string;
  key: string;
  platformUrl: string;
  redisUrl?: string;
  env?: Record<string, string>;
}

/** What every process of one installation is started with. */
export function installationEnv({
  databaseUrl,
  key,
  platformUrl,
  redisUrl,
  env,
}: FleetOptions): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    FRONTDESK_KEY: key,
    TELEGRAM_API_BASE: platformUrl,
    OUTBOUND_ALLOW: '127.0.0.0/8',
    LOG_LEVEL: 'warn',
    SWEEP_INTERVAL_MS: '500',
    DEMO: 'false',
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    ...env,
  };
}

export interface Web extends Service {
  url: string;
  port: number;
}

/** A web process with a port of its own, which it keeps over its lives. */
export async function createWeb(name: string, env: Record<string, string>, isSupervised = false): Promise<Web> {
  const port = await reservePort();
  const service = createService({ name, env: { ...env, ROLE: 'web', PORT: String(port) }, isSupervised });
  return Object.assign(service, { port, url: `http://127.0.0.1:${port}` });
}

export const createWorker = (name: string, env: Record<string, string>, isSupervised = false): Service =>
  createService({ name, env: { ...env, ROLE: 'worker' }, isSupervised });
