import { createPostgresBackend, Queue, Worker, type Job } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import pg from 'pg';

interface BackendOptions {
  /** Null: the queue lives in the same PostgreSQL. */
  redisUrl: string | null;
  databaseUrl: string;
  onError: (error: Error) => void;
  /** Told at each connection whose Redis would drop jobs when its memory is full; gets its `maxmemory-policy`. */
  onEviction?: (policy: string) => void;
  /** How long a store may say nothing before its connection is given up; longer than a worker waits there for a job. */
  silentMs?: number;
}

const SILENT_MS = 20_000;

export interface NewJob {
  name: string;
  data: unknown;
  opts: { delay?: number };
}

/** What we use of a BullMQ queue, whichever backend types it. */
export interface JobQueue {
  add(jobs: NewJob[]): Promise<unknown>;
  /** Jobs that wait or are being done. */
  count(): Promise<number>;
  close(): Promise<void>;
}

export interface JobWorker {
  /** Waits for the jobs at hand, unless forced. */
  close(force?: boolean): Promise<void>;
}

/** Where jobs wait: Redis or PostgreSQL. Nothing outside this folder knows which. */
export interface QueueBackend {
  kind: 'redis' | 'postgres';
  queue(name: string): JobQueue;
  worker(name: string, concurrency: number, process: (job: Job) => Promise<void>): JobWorker;
  /**
   * Resolves once all parts made so far can work. Rejects when one cannot and never will: a part that does not reach
   * PostgreSQL at its birth fails for ever after (bullmq 6.7), and its process must be started again.
   */
  ready(): Promise<void>;
  close(): Promise<void>;
}

// Jobs are wake-ups: a second try costs nothing, and finished ones say nothing that the rows do not.
const defaultJobOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { count: 1000, age: 7 * 24 * 3600 },
};
const workerOptions = {
  lockDuration: 15_000,
  stalledInterval: 10_000,
  maxStalledCount: 3,
  drainDelay: 5,
  // After an outage of the store; BullMQ would look again only every 15 s.
  runRetryDelay: 500,
};

export function createQueueBackend(options: BackendOptions): QueueBackend {
  return options.redisUrl ? onRedis(options.redisUrl, options) : onPostgres(options);
}

// A queue that greets Redis before its first job would stay broken when Redis is away at that moment.
const ASK_NOTHING_FIRST = { skipWaitingForReady: true, skipVersionCheck: true, skipMetasUpdate: true };

function onRedis(url: string, { onError, onEviction, silentMs = SILENT_MS }: BackendOptions): QueueBackend {
  // A webhook must never wait for Redis: without a connection, adding fails at once and the sweep catches up.
  const producer = open(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, socketTimeout: silentMs }, onError);
  producer.on('ready', () => {
    evictionPolicy(producer).then((policy) => policy && onEviction?.(policy), onError);
  });
  const consumers: Redis[] = [];
  return {
    kind: 'redis',
    queue: (name) =>
      jobQueue(watched(new Queue(name, { connection: producer, defaultJobOptions, ...ASK_NOTHING_FIRST }), onError)),
    worker(name, concurrency, process) {
      const connection = open(url, { maxRetriesPerRequest: null, socketTimeout: silentMs }, onError);
      consumers.push(connection);
      return watched(new Worker(name, process, { connection, concurrency, ...workerOptions }), onError);
    },
    ready: async () => undefined,
    async close() {
      for (const connection of [producer, ...consumers]) connection.disconnect();
    },
  };
}

/** What Redis throws away when its memory is full; null where that is nothing, or not said. Asked so that managed ones answer. */
async function evictionPolicy(redis: Redis): Promise<string | null> {
  const [, policy] = /^maxmemory_policy:([\w-]+)/m.exec(await redis.info('memory')) ?? [];
  return policy === undefined || policy === 'noeviction' ? null : policy;
}

/** On PostgreSQL bullmq makes two tables for each call in bulk (6.7): up to here jobs are cheaper one by one. */
const MOST_ALONE = 8;

function onPostgres({ databaseUrl, onError, silentMs = SILENT_MS }: BackendOptions): QueueBackend {
  const pools: pg.Pool[] = [];
  const parts: { waitUntilReady(): Promise<unknown> }[] = [];
  const made = <T extends (typeof parts)[number]>(part: T): T => {
    parts.push(part);
    return part;
  };
  // Each worker holds one connection for LISTEN besides those that move jobs.
  const openPool = (max: number) => {
    const pool = new pg.Pool({
      connectionString: databaseUrl,
      max,
      keepAlive: true,
      // A job that is lost in a crash is found by the sweep, and one that is done twice does no harm.
      options: '-c search_path=bullmq -c synchronous_commit=off',
      connectionTimeoutMillis: Math.min(5_000, silentMs),
      query_timeout: silentMs,
    });
    pool.on('error', onError);
    // Of a connection that is in use, its user hears by himself; unheard, the event would end the process.
    pool.on('connect', (client) => client.on('error', () => undefined));
    pools.push(pool);
    return pool;
  };
  const producer = openPool(3);
  return {
    kind: 'postgres',
    queue: (name) =>
      jobQueue(
        made(watched(new Queue(name, { connection: producer, defaultJobOptions }, createPostgresBackend), onError)),
        MOST_ALONE,
      ),
    worker: (name, concurrency, process) =>
      made(
        watched(
          new Worker(name, process, { connection: openPool(4), concurrency, ...workerOptions }, createPostgresBackend),
          onError,
        ),
      ),
    async ready() {
      await Promise.all(parts.map((part) => part.waitUntilReady()));
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

/** Up to `mostAlone` jobs are added one by one, more of them in bulk. */
function jobQueue(queue: Pick<Queue, 'add' | 'addBulk' | 'getJobCountByTypes' | 'close'>, mostAlone = 1): JobQueue {
  return {
    add: (jobs) =>
      jobs.length > mostAlone
        ? queue.addBulk(jobs)
        : Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts))),
    count: () => queue.getJobCountByTypes('waiting', 'active'),
    close: () => queue.close(),
  };
}

function open(url: string, options: RedisOptions, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { ...options, retryStrategy: (tries) => Math.min(tries * 100, 2_000) });
  redis.on('error', onError);
  return redis;
}

function watched<T extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
  part: T,
  onError: (error: Error) => void,
): T {
  part.on('error', onError);
  return part;
}
