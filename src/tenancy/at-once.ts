import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool, QueryResult } from 'pg';

/** SQL with `?` for each value. */
export type Statement = readonly [sql: string, values: readonly unknown[]];

/**
 * Ids for `= any (?::uuid[])`. The planner counts them, and so looks each up by its key whatever it knows of the
 * table; ids that come out of JSON are a guess to it.
 */
export const uuidList = (ids: readonly string[]) => `{${ids.join()}}`;

/**
 * Runs statements for one tenant in one transaction and one round trip; gives the rows of each.
 *
 * For the few places where nothing has to be looked at between the statements and where `withTenant` would spend most
 * of its time on the way to the database: begin, context, statement, commit. Sent together they are one implicit
 * transaction, and the tenant is set for no longer than that.
 */
export async function atOnce(
  orm: MikroORM,
  pool: Pool,
  tenantId: string,
  statements: readonly Statement[],
): Promise<Record<string, unknown>[][]> {
  const platform = orm.em.getPlatform();
  const all: Statement[] = [[`select set_config('app.tenant_id', ?, true)`, [tenantId]], ...statements];
  const sql = all.map(([text, values]) => platform.formatQuery(text, [...values])).join(';\n');
  const answer: QueryResult | QueryResult[] = await pool.query(sql);
  return [answer]
    .flat()
    .slice(1)
    .map((result: QueryResult<Record<string, unknown>>) => result.rows);
}
