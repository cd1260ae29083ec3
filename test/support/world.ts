import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, inject, vi } from 'vitest';
import { startWorkers } from '../../jobs/main.ts';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createDeps, type Deps } from '../../src/deps.ts';
import { listen } from '../../src/listen.ts';
import { createLogger } from '../../src/logger.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { mailsTo, openEars, setEars } from './ears.ts';
import { startFakePlatform, type FakePlatform } from './fake-platform.ts';
import { findLeaks } from './find-leaks.ts';

export interface World {
  deps: Deps;
  url: string;
  platform: FakePlatform;
  database: TestDatabase;
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}

interface Wishes {
  workers?: boolean;
  env?: Record<string, string>;
  /** Gets every line that the service would log, down to debug. */
  onLog?: (line: string) => void;
  /** Default: one of its own, copied from the template. */
  database?: TestDatabase;
}

/** Seals the secrets of every world. */
export const KEY = Buffer.alloc(32, 7).toString('base64');

/**
 * The real service in this process: real PostgreSQL as the restricted role, real queue (Redis in the redis lane), a
 * real port. Only the platforms are stood for, by a server of ours.
 */
export async function startWorld({ workers = true, env = {}, ...wishes }: Wishes = {}): Promise<World> {
  const database = wishes.database ?? (await createDatabase());
  const ears = database.ears ?? openEars();
  const platform = await startFakePlatform(ears);
  const config = readConfig({
    TELEGRAM_API_BASE: platform.url,
    WHATSAPP_API_BASE: platform.url,
    OUTBOUND_ALLOW: '127.0.0.0/8',
    SWEEP_INTERVAL_MS: '200',
    STRANGERS_PER_MINUTE: '1000000',
    ...redisOfThisFile(),
    ...env,
  });
  const log = createLogger(process.env['TEST_LOG'] ?? 'debug', {
    write(line: string) {
      ears.lines.push(line);
      wishes.onLog?.(line);
      if (process.env['TEST_LOG']) process.stdout.write(line);
    },
  });
  const server = createServer();
  const port = await listen(server, 0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const keys = createKeyRing(KEY);
  const deps = await createDeps({ config, log, keys, databaseUrl: database.url, publicUrl: url });
  setEars(deps, ears);
  const answer = createApp(deps, { checkResponses: true }).callback();
  server.on('request', (request, response) => {
    ears.overhear(request, response);
    void answer(request, response);
  });
  let running = workers ? startWorkers(deps) : null;
  const stopWorkers = async () => {
    await running?.stop();
    running = null;
  };
  return {
    deps,
    url,
    platform,
    database,
    stopWorkers,
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await stopWorkers();
      await deps.close();
      await platform.close();
      for (const { to, text } of mailsTo.get(config.smtp?.url ?? '') ?? []) ears.mailed(to, text);
      try {
        if (database.ears) expectNoLeaks(await findLeaks(ears, database, keys));
      } finally {
        await database.drop();
      }
    },
  };
}

function expectNoLeaks(leaks: string[]): void {
  if (leaks.length > 0)
    throw new Error(`what only one tenant may know was told to others:\n${leaks.slice(0, 20).join('\n')}`);
}

/** The world of a test file, there as long as its tests run. */
export function useWorld(wishes: Wishes = {}): World {
  let started: World | undefined;
  beforeAll(async () => {
    started = await startWorld(wishes);
  });
  afterAll(() => started?.close());
  const world = () => {
    if (!started) throw new Error('the world is there only while tests run');
    return started;
  };
  return {
    get deps() {
      return world().deps;
    },
    get url() {
      return world().url;
    },
    get platform() {
      return world().platform;
    },
    get database() {
      return world().database;
    },
    stopWorkers: () => world().stopWorkers(),
    close: () => world().close(),
  };
}

/** Looks again until `check` holds: for what the service does in its own time. */
export const until = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 25 });

/** Where this file's jobs wait; nothing where they wait in PostgreSQL. */
export function redisOfThisFile(): Record<string, string> {
  const url = inject('redisUrl');
  return url ? { REDIS_URL: `${url}/${redisDatabase()}` } : {};
}

const files: string[] = [];

/**
 * One for each file: a worker that another file has left behind would take this one's jobs, and find nothing to do. Of
 * the databases that there are each process has a block, which its files go through in turns.
 */
function redisDatabase(): number {
  const file = expect.getState().testPath ?? '';
  if (!files.includes(file)) files.push(file);
  const block = Number(process.env['VITEST_POOL_ID'] ?? 1) - 1;
  return block * REDIS_BLOCK + (files.indexOf(file) % REDIS_BLOCK);
}

const REDIS_BLOCK = 64;
