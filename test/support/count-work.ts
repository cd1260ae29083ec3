import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Pool } from 'pg';

export interface Work {
  /** Passwords that were hashed, which is what takes time. */
  passwords: number;
  /** The most of them at once. */
  atOnce: number;
  /** Connections that were taken from the pool. */
  queries: number;
}

/** What `work` costs: counted, because time tells little on a busy machine. */
export async function countWork(pool: Pool, work: () => Promise<unknown>): Promise<Work> {
  const done: Work = { passwords: 0, atOnce: 0, queries: 0 };
  const onAcquire = () => void (done.queries += 1);
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
  crypto.scrypt = counted;
  syncBuiltinESMExports();
  pool.on('acquire', onAcquire);
  try {
    await work();
  } finally {
    pool.off('acquire', onAcquire);
    crypto.scrypt = real;
    syncBuiltinESMExports();
  }
  return done;
}
