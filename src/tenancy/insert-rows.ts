import type { Statement } from './at-once.ts';

/**
 * Inserts for many rows of a table: one for each set of columns that rows name, so that a column which is not named
 * gets its default. Property names become column names. Cheaper by far than a placeholder for each value, and all of
 * them can share a round trip.
 */
export function insertStatements(table: string, rows: readonly object[]): Statement[] {
  const groups = Map.groupBy(rows, (row) => Object.keys(row).map(columnOf).join(', '));
  return [...groups].map(([columns, group]) => [
    `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, ?::json)`,
    [JSON.stringify(group.map(toColumns))],
  ]);
}

const toColumns = (row: object) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [columnOf(key), value]));

const columns = new Map<string, string>();

/** Properties are names in our code: there are few of them, and each is turned once. */
export function columnOf(property: string): string {
  const known = columns.get(property);
  if (known) return known;
  const column = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  columns.set(property, column);
  return column;
}
