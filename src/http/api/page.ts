import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { parseJson } from '../parse-json.ts';

/** How a list is asked for: the first page, then whatever `next` of the page before says. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
};

/** A page of a list. `next` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable() });

/** The last row's place in the order, so that the next page begins behind it whatever is added meanwhile. */
export const writeCursor = (place: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place that `cursor` names, read by `schema`; null when there is none. A forged one is the caller's mistake. */
export function readCursor<Place>(cursor: string | undefined, schema: z.ZodType<Place>): Place | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(parseJson(Buffer.from(cursor, 'base64url')));
  } catch {
    throw new AppError(
      422,
      'invalid_cursor',
      'cursor: is not one that a list gave; leave it out to begin at the start',
    );
  }
}

/** `rows` were asked for with one more than `limit`, which tells whether there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => Item,
  placeOf: (row: Row) => readonly unknown[],
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(present), next: rows.length > limit && last ? writeCursor(placeOf(last)) : null };
}
