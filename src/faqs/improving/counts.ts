/** In how many messages each stem stands. */
export interface Counts {
  add: (stems: Iterable<string>, times: number) => void;
  /** 1 for a stem that was not counted. */
  of: (stem: string) => number;
  /** Messages altogether. */
  total: () => number;
  /** The rarer, the more it tells. */
  rarityOf: (stem: string) => number;
  /** What it counts where messages are compared. */
  weightOf: (stem: string) => number;
}

/**
 * A word that stands in one message only cannot tell what two have in common: names and typing errors would hold alike
 * messages apart.
 */
const LONELY = 0.1;

/** Of no message yet. */
export function createCounts(): Counts {
  const counts = new Map<string, number>();
  let total = 0;
  const of = (stem: string) => counts.get(stem) ?? 1;
  const rarityOf = (stem: string) => Math.log(1 + total / of(stem));
  return {
    add(stems, times) {
      for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + times);
      total += times;
    },
    of,
    total: () => total,
    rarityOf,
    weightOf: (stem) => rarityOf(stem) * (of(stem) === 1 ? LONELY : 1),
  };
}
