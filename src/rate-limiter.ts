import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** What is left after one more was taken. */
export interface Taken {
  isAllowed: boolean;
  limit: number;
  remaining: number;
  /** Until the count begins anew. */
  resetMs: number;
}

/** Counts what one key takes in a window of time, over all processes. */
export interface RateLimiter {
  take(key: string, limit: number): Promise<Taken>;
  /** Takes back what was taken last. */
  giveBack(key: string): Promise<void>;
  /** Forgets all that the key has taken. */
  forget(key: string): Promise<void>;
}

export interface RateLimiters {
  /** `name` keeps the counts of one purpose apart from another's. */
  of(name: string, seconds: number): RateLimiter;
  close(): Promise<void>;
}

interface Store {
  redisUrl: string | null;
  /** Of the service's role; the counts are rows of `rate_limits` there when there is no Redis. */
  pool: { query(statement: { name?: string; text: string; values?: unknown[] }): Promise<unknown> };
  onError: (error: Error) => void;
}

/** While the store is away each process counts by itself: nobody is locked out, and nobody gets in without a count. */
export function createRateLimiters({ redisUrl, pool, onError }: Store): RateLimiters {
  const redis = redisUrl ? connect(redisUrl, onError) : null;
  return {
    of(name, seconds) {
      // How many are allowed is for the caller to say, and differs from key to key.
      const common = { keyPrefix: name, points: MOST, duration: seconds };
      const stored = { ...common, insuranceLimiter: new RateLimiterMemory(common) };
      const limiter = redis
        ? new RateLimiterRedis({ ...stored, storeClient: redis, rejectIfRedisNotReady: true })
        : new RateLimiterPostgres({ ...stored, storeClient: pool, ...TABLE });
      return {
        async take(key, limit) {
          const { consumedPoints, msBeforeNext } = await limiter.consume(key).catch(asResult);
          const remaining = Math.max(0, limit - consumedPoints);
          return { isAllowed: consumedPoints <= limit, limit, remaining, resetMs: Math.max(0, msBeforeNext) };
        },
        async giveBack(key) {
          await limiter.reward(key, 1);
        },
        async forget(key) {
          await limiter.delete(key);
        },
      };
    },
    async close() {
      redis?.disconnect();
    },
  };
}

const MOST = 1_000_000_000;
const TABLE = { tableName: 'rate_limits', tableCreated: true, storeType: 'client' };

/** Nobody waits for a counter that is not there. */
const IMPATIENT = { enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 1_000 };

function connect(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, IMPATIENT);
  redis.on('error', onError);
  return redis;
}

/** The library rejects with the same object where a count is over its own limit. */
function asResult(error: unknown): RateLimiterRes {
  if (error instanceof RateLimiterRes) return error;
  throw error;
}
