import { createPostgresBackend, Queue, type Job, type JobType } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { JobName } from '../../src/queue/contracts.ts';
import type { TestDatabase } from './database.ts';
import { redisOfThisFile } from './world.ts';

/** What lies in the queue, seen from outside and changed by nobody but `empty`. */
export interface QueueView {
  jobs(name: JobName, ...states: JobType[]): Promise<Job[]>;
  /** Everything in it is gone, as after a flush. */
  empty(): Promise<void>;
}

/** A look into the queue of a test file, whichever store it is in. It begins empty. */
export function useQueueView(database: () => TestDatabase): QueueView {
  const redisUrl = redisOfThisFile()['REDIS_URL'];
  const seen = new Map<JobName, Pick<Queue, 'getJobs'>>();
  let redis: Redis | undefined;
  let pool: pg.Pool | undefined;

  beforeAll(async () => {
    if (redisUrl) redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
    else pool = new pg.Pool({ connectionString: database().ownerUrl, max: 2, options: '-c search_path=bullmq' });
    pool?.on('error', () => undefined);
    await empty();
  });
  afterAll(async () => {
    redis?.disconnect();
    await pool?.end();
  });

  async function empty(): Promise<void> {
    await redis?.flushdb();
    await pool?.query('delete from bullmq.job');
  }

  function queue(name: JobName): Pick<Queue, 'getJobs'> {
    const known = seen.get(name);
    if (known) return known;
    const made = redis
      ? new Queue(name, { connection: redis })
      : new Queue(name, { connection: pool ?? {} }, createPostgresBackend);
    seen.set(name, made);
    return made;
  }

  return { empty, jobs: (name, ...states) => queue(name).getJobs(states) };
}
