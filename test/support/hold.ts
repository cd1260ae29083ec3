import { Client } from 'pg';
import { expect } from 'vitest';
import { until } from './world.ts';

export interface Hold {
  /** Resolves once somebody waits for what is held. */
  isWaitedFor(): Promise<void>;
  release(): Promise<void>;
}

/** Holds what `sql` locks, as the owner, until it is let go. */
export async function hold(ownerUrl: string, sql: string): Promise<Hold> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('begin');
  await client.query(sql);
  return {
    isWaitedFor: () =>
      until(async () => {
        const { rowCount } = await client.query(
          'select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))',
        );
        expect(rowCount).toBeGreaterThan(0);
      }),
    async release() {
      await client.query('rollback');
      await client.end();
    },
  };
}
