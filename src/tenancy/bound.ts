import type { EntityManager } from '@mikro-orm/postgresql';
import type { Statement } from './at-once.ts';
import { prepared } from './prepared.ts';

/** The part of the query builder's transaction that runs a finished statement. */
interface Transaction {
  executeQuery(query: {
    sql: string;
    parameters: readonly unknown[];
    query: { kind: 'RawNode'; sqlFragments: string[]; parameters: [] };
    queryId: { queryId: string };
  }): Promise<{ rows: Record<string, unknown>[] }>;
}

/**
 * Runs a statement in the transaction of `em` with its values beside its text. The ORM would write them into the
 * text, character by character, which for a hundred rows of JSON takes longer than to insert them.
 */
export async function runBound(em: EntityManager, [text, values]: Statement): Promise<Record<string, unknown>[]> {
  const transaction = em.getTransactionContext<Transaction>();
  if (!transaction) throw new Error('a bound statement needs a transaction: call it inside withTenant');
  const { text: sql } = prepared(text);
  try {
    const { rows } = await transaction.executeQuery({
      sql,
      parameters: values,
      query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
      queryId: { queryId: 'bound' },
    });
    return rows;
  } catch (error) {
    throw error instanceof Error ? em.getDriver().convertException(error) : error;
  }
}

/**
 * One statement that does what several do, if none of them has to see what another one has changed. `last` begins with
 * `with`, as it may change rows by several parts itself; its rows are those of the whole.
 */
export function together(
  statements: readonly Statement[],
  last: Statement = ['with nothing as (select 1) select', []],
) {
  const parts = statements.map(([text], n) => `part${n} as (${text}),\n`);
  const [lastText, lastValues] = last;
  const text = lastText.replace(/^\s*with /, `with ${parts.join('')}`);
  return [text, [...statements.flatMap(([, values]) => values), ...lastValues]] as const satisfies Statement;
}
