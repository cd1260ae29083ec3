import crypto from 'node:crypto';
import type { Pool } from 'pg';
import { whileReplaced } from './replace-crypto.ts';

export interface Work {
  /** Passwords that were hashed, which is what takes time. */
  passwords: number;
  /** The most of them at once. */
  atOnce: number;
  /** Connections that were taken from the pool. */
  queries: number;
}

/**
 * Runs `work` while a function of Node's crypto is another one for everybody who imports it. Gives how many connections
 * were taken from the pool.
 */
export async function countQueries<Name extends 'scrypt' | 'createHmac'>(
  pool: Pool,
  name: Name,
  counted: (typeof crypto)[Name],
  work: () => Promise<unknown>,
): Promise<number> {
  let queries = 0;
  const onAcquire = () => void (queries += 1);
  pool.on('acquire', onAcquire);
  try {
    await whileReplaced(name, counted, work);
  } finally {
    pool.off('acquire', onAcquire);
  }
  return queries;
}

/** What `work` costs: counted, because time tells little on a busy machine. */
export async function countWork(pool: Pool, work: () => Promise<unknown>): Promise<Work> {
  const done: Work = { passwords: 0, atOnce: 0, queries: 0 };
  const real = crypto.scrypt;
  let running = 0;
  const counted: typeof crypto.scrypt = (...given: unknown[]) => {
    done.passwords += 1;
    done.atOnce = Math.max(done.atOnce, (running += 1));
    const callback = given.pop();
    const onKey = (...result: unknown[]) => {
      running -= 1;
      if (typeof callback === 'function') Reflect.apply(callback, undefined, result);
    };
    Reflect.apply(real, crypto, [...given, onKey]);
  };
  done.queries = await countQueries(pool, 'scrypt', counted, work);
  return done;
}
