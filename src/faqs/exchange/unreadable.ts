import { AppError } from '../../errors.ts';

/** A file that cannot be read at all, or not from here on: no row of it is taken. */
export const unreadable = (message: string) => new AppError(422, 'unreadable_file', message);

/** UTF-16 code units of one row as it is written; what is longer has lost a quote. */
export const LONGEST_ROW = 512 * 1024;

/** A row as it is written, named as its file's programs do. Either `given` or what is `wrong` with it. */
export type RawRow = { row: number; given: Record<string, unknown> } | { row: number; wrong: string };
