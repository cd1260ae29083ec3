import { Client } from 'pg';
import { expect, onTestFinished } from 'vitest';
import { until } from './world.ts';

export interface Hold {
  /** Resolves once somebody, or so many, wait for what is held, or for each other. */
  isWaitedFor(many?: number): Promise<void>;
  release(): Promise<void>;
}

/** Holds what `sql` locks, as the owner, until it is let go. */
export async function hold(ownerUrl: string, sql: string): Promise<Hold> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('begin');
  await client.query(sql);
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await client.query('rollback');
    await client.end();
  };
  // A test that fails meanwhile leaves nothing held for the ones behind it.
  onTestFinished(release);
  return {
    isWaitedFor: (many = 1) =>
      until(async () => {
        // Within a transaction PostgreSQL goes on showing who was there when it was first asked.
        await client.query('select pg_stat_clear_snapshot()');
        const { rowCount } = await client.query(
          `with recursive waiting as (
             select pid from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))
             union select a.pid from pg_stat_activity a join waiting w on w.pid = any (pg_blocking_pids(a.pid)))
           select from waiting`,
        );
        expect(rowCount).toBeGreaterThanOrEqual(many);
      }),
    release,
  };
}
