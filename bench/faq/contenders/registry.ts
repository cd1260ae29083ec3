import type { Contender } from './contender.ts';
import * as flexsearch from './flexsearch.ts';
import * as fuse from './fuse.ts';
import * as minisearch from './minisearch.ts';
import * as ours from './ours.ts';
import * as postgres from './postgres.ts';
import * as winkFast from './wink-fast.ts';
import * as wink from './wink.ts';

/** In the order of the table. */
const contenders = { ours, minisearch, wink, 'wink-fast': winkFast, fuse, flexsearch, postgres } satisfies Record<
  string,
  Contender
>;

export const contenderNames = Object.keys(contenders);

/** Throws with the known names when there is no such contender. */
export function contender(name: string): Contender {
  const found = new Map<string, Contender>(Object.entries(contenders)).get(name);
  if (!found) throw new Error(`no contender is called "${name}"; there are ${contenderNames.join(', ')}`);
  return found;
}
