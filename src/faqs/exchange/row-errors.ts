/** What is wrong with one row of a file. */
export interface RowError {
  row: number;
  /** Null where it is the whole row. */
  column: string | null;
  message: string;
}

export interface RowErrors {
  total: number;
  shown: RowError[];
}

const MOST_SHOWN = 1_000;

/** Counts all that is wrong, and keeps the first 1,000. */
export function addError(errors: RowErrors, error: RowError): void {
  errors.total += 1;
  if (errors.shown.length < MOST_SHOWN) errors.shown.push(error);
}
