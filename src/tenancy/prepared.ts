/** A statement with a name: the server reads and plans it once for each connection, not once for each call. */
interface Prepared {
  name: string;
  text: string;
}

/** As many as our code has statements; values never are part of a text. */
const known = new Map<string, Prepared>();

/** Takes SQL with `?` for each value, or with `$1`, `$2` as the server reads it. */
export function prepared(sql: string): Prepared {
  let statement = known.get(sql);
  if (!statement) {
    let given = 0;
    statement = { name: `s${known.size + 1}`, text: sql.replaceAll('?', () => `$${++given}`) };
    known.set(sql, statement);
  }
  return statement;
}
