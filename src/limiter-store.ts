import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

interface Rule {
  /** Begins its keys: no two rules have the same. */
  name: string;
  /** So many in so many seconds. */
  points: number;
  seconds: number;
  /** Whoever asks for more waits so long from then on. Default: until the seconds are over. */
  blockSeconds?: number;
}

export interface Taken {
  isAllowed: boolean;
  /** Points that are left. */
  left: number;
  /** Milliseconds until the points are whole again, or until one who has to wait may try again. */
  resetMs: number;
}

export interface Limiter {
  /** Takes points of `key`; in one step, however many ask at once. */
  take(key: string, points?: number): Promise<Taken>;
  /** What `take` would find, without taking. */
  look(key: string): Promise<Taken>;
  /** Gives points back. */
  giveBack(key: string, points?: number): Promise<void>;
  forget(key: string): Promise<void>;
}

/** Counters that all processes share. */
export interface LimiterStore {
  limiter(rule: Rule): Limiter;
  close(): Promise<void>;
}

/**
 * In Redis where there is one, otherwise in the table `rate_limits`. While the store is away each process counts for
 * itself: nobody is let off, and nobody locked out.
 */
export function createLimiterStore({ redisUrl, pool, onError }: Options): LimiterStore {
  const redis = redisUrl ? new Redis(redisUrl, IMPATIENT) : null;
  redis?.on('error', onError);
  return {
    limiter(rule) {
      const { name: keyPrefix, points, seconds: duration, blockSeconds: blockDuration = 0 } = rule;
      const own = { keyPrefix, points, duration, blockDuration };
      const shared = { ...own, insuranceLimiter: new RateLimiterMemory(own) };
      return redis
        ? asLimiter(new RateLimiterRedis({ ...shared, storeClient: redis }), points)
        : asLimiter(
            new RateLimiterPostgres({
              ...shared,
              storeClient: pool,
              storeType: 'pool',
              tableName: 'rate_limits',
              tableCreated: true,
            }),
            points,
          );
    },
    async close() {
      redis?.disconnect();
    },
  };
}

/** Nobody waits for a counter that is not there. */
const IMPATIENT = { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1_000 };

interface Options {
  redisUrl: string | null;
  /** A pool of `pg`, or what can be asked like one. */
  pool: { query(statement: { name?: string; text: string; values?: unknown[] }): Promise<unknown> };
  onError: (error: Error) => void;
}

function asLimiter(limiter: RateLimiterRedis | RateLimiterPostgres, most: number): Limiter {
  return {
    async take(key, points = 1) {
      try {
        return read(await limiter.consume(key, points), true);
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return read(refused, false);
        throw refused;
      }
    },
    async look(key) {
      const found = await limiter.get(key);
      return found ? read(found, found.consumedPoints <= most) : { isAllowed: true, left: most, resetMs: 0 };
    },
    giveBack: async (key, points = 1) => void (await limiter.reward(key, points)),
    forget: async (key) => void (await limiter.delete(key)),
  };
}

const read = ({ remainingPoints, msBeforeNext }: RateLimiterRes, isAllowed: boolean): Taken => ({
  isAllowed,
  left: remainingPoints,
  resetMs: Math.max(0, msBeforeNext),
});
