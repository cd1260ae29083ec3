import type { Deps } from '../src/deps.ts';
import type { DueWork } from '../src/tenancy/as-system.ts';
import { claimantsInRows, freeClaims, livingClaimants } from '../src/tenancy/free-claims.ts';

/** A claimant of whom nothing is seen for so long is dead: whoever merely lost his connection has another one by then. */
const ABSENT_MS = 5_000;
/** How often all that is being sent is read, for claimants that came and went unseen. */
const READ_EVERY_MS = 15_000;

/**
 * Gives a function that frees what dead processes had claimed, and gives what is to be woken for. To be called every
 * few seconds; `now` is in milliseconds, of any clock that only goes forward.
 */
export function createFreeAbandoned({ orm }: Pick<Deps, 'orm'>): (now: number) => Promise<DueWork[]> {
  let seen: number[] = [];
  let readAt = -Infinity;
  const absentSince = new Map<number, number>();

  return async (now) => {
    const living = new Set(await livingClaimants(orm));
    if (now - readAt >= READ_EVERY_MS) {
      seen = [...seen, ...(await claimantsInRows(orm))];
      readAt = now;
    }
    for (const number of seen) if (!absentSince.has(number)) absentSince.set(number, now);
    for (const number of living) absentSince.delete(number);
    seen = [...living];
    const gone = [...absentSince].filter(([, since]) => now - since >= ABSENT_MS).map(([number]) => number);
    if (gone.length === 0) return [];
    const freed = await freeClaims(orm, gone);
    for (const number of gone) absentSince.delete(number);
    return freed;
  };
}
