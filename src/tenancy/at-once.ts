import type { Pool } from 'pg';
import { prepared } from './prepared.ts';

/** SQL with `?` for each value. */
export type Statement = readonly [sql: string, values: readonly unknown[]];

/**
 * Ids for `= any (?::uuid[])`. The planner counts them, and so looks each up by its key whatever it knows of the
 * table; ids that come out of JSON are a guess to it.
 */
export const uuidList = (ids: readonly string[]) => `{${ids.join()}}`;

/**
 * Runs statements for one tenant in one transaction and one round trip; gives the rows of each. Each is planned once
 * for a connection, not once for a call: planning takes longer than a few rows do.
 *
 * For the few places where nothing has to be looked at between the statements and where `withTenant` would spend most
 * of its time on the way to the database: begin, context, statement, commit. Needs a pool whose connections pipeline.
 */
export async function atOnce(
  pool: Pool,
  tenantId: string,
  statements: readonly Statement[],
): Promise<Record<string, unknown>[][]> {
  const client = await pool.connect();
  const named = new Set<string>();
  const run = ([sql, values]: Statement) => {
    const { name, text } = prepared(sql);
    // A connection knows a name when it has answered, so a statement that comes twice at once goes without.
    const query = named.has(name) ? { text } : { name, text };
    named.add(name);
    return client.query<Record<string, unknown>>({ ...query, values: [...values] });
  };
  const ends = await Promise.allSettled([
    client.query('begin'),
    ...[contextOf(tenantId), ...statements].map(run),
    client.query('commit'),
  ]);
  const failure = ends.find((end) => end.status === 'rejected');
  // Whatever state a failure left the connection in, nobody is to meet it.
  client.release(failure !== undefined);
  if (failure) throw failure.reason;
  return ends.slice(2, -1).map((end) => (end.status === 'fulfilled' ? end.value.rows : []));
}

const contextOf = (tenantId: string): Statement => [`select set_config('app.tenant_id', ?, true)`, [tenantId]];
