/** Repeatable chance: the same seed gives the same numbers, so that a failed drill can be run again. */
export interface Chance {
  seed: number;
  /** From `least` up to, but not including, `most`. */
  between(least: number, most: number): number;
  happens(share: number): boolean;
  oneOf<T>(choices: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
}

/** FAULT_SEED in the environment overrides `fallback`. */
export function chanceFrom(fallback: number): Chance {
  const seed = Number(process.env['FAULT_SEED'] ?? fallback);
  if (!Number.isSafeInteger(seed)) throw new Error('FAULT_SEED must be a whole number');
  return chanceOf(seed);
}

/** A second one with its own seed, where two parts of a drill must not disturb each other's numbers. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + next() * (most - least);
  return {
    seed,
    between,
    happens: (share) => next() < share,
    oneOf(choices) {
      const chosen = choices[Math.floor(next() * choices.length)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
    shuffled: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .toSorted((one, other) => one.place - other.place)
        .map(({ item }) => item),
  };
}
