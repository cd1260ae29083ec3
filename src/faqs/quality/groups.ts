import type { Entry } from './entry.ts';

export interface Groups {
  /** The first of each key, in the order given. */
  firsts: Entry[];
  /** Those with a key that others have too, in the order in which the second one came. */
  groups: Entry[][];
}

/** The FAQs by a key, without those that have an empty one. */
export function* groupBy(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): Generator<undefined, Groups, undefined> {
  const firsts = new Map<string, Entry>();
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    yield;
    const key = keyOf(entry);
    const first = firsts.get(key);
    if (key === '') continue;
    if (!first) firsts.set(key, entry);
    else if (!groups.get(key)?.push(entry)) groups.set(key, [first, entry]);
  }
  return { firsts: [...firsts.values()], groups: [...groups.values()] };
}
