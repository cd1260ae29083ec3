import { eachShared, isTelling, type Entry } from './entry.ts';

/** From this likeness on, two questions are nearly the same. */
export const NEARLY_THE_SAME = 0.8;
const STOP_WORD = 0.25;
/** Questions looked at under one word, and for one question; only thousands of questions of few words reach it. */
const MOST_PER_WORD = 50;
const MOST_PER_QUESTION = 200;

type Words = readonly number[];

/**
 * Shared words against all words of two questions, 0..1. Stop words count a quarter: "when do you open" is not "where
 * do you open", but "do you have vegan cakes" is nearly "have you got vegan cakes".
 */
export function likenessOf(one: Words, other: Words): number {
  let shared = 0;
  eachShared(one, other, (word) => {
    shared += weightOf(word);
  });
  const all = weigh(one) + weigh(other) - shared;
  return all > 0 ? shared / all : 0;
}

function weigh(words: Words): number {
  let sum = 0;
  for (const word of words) sum += weightOf(word);
  return sum;
}

const weightOf = (word: number) => (isTelling(word) ? 1 : STOP_WORD);

/** In how many questions each word is. */
export function* countWords(entries: readonly Entry[]): Generator<undefined, Map<number, number>, undefined> {
  const counts = new Map<number, number>();
  for (const { question } of entries) {
    yield;
    for (const word of question) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/**
 * Calls `found` for pairs of questions that are nearly the same. Not all pairs are compared: each question is filed
 * under its rarest words, just so many that the others alone could not make it likely enough (a prefix filter), and
 * meets those that share one of these.
 */
export function* findLikeQuestions(
  entries: readonly Entry[],
  found: (one: Entry, other: Entry, likeness: number) => void,
): Generator<undefined, void, undefined> {
  const counts = yield* countWords(entries);
  const filed = new Map<number, Entry[]>();
  for (const entry of entries) {
    yield;
    // Nobody can be met under a word that one question has.
    const rarest = prefixOf(entry.question, counts).filter((word) => (counts.get(word) ?? 0) > 1);
    const met = new Set<Entry>();
    for (const word of rarest) {
      for (const other of filed.get(word) ?? []) if (met.size < MOST_PER_QUESTION) met.add(other);
    }
    for (const other of met) {
      yield;
      const likeness = likenessOf(other.question, entry.question);
      if (likeness >= NEARLY_THE_SAME) found(other, entry, likeness);
    }
    for (const word of rarest) {
      const list = filed.get(word);
      if (!list) filed.set(word, [entry]);
      else if (list.length < MOST_PER_WORD) list.push(entry);
    }
  }
}

/** The rarest words of a question; without one of them, what is shared stays below the likeness. */
function prefixOf(words: Words, counts: ReadonlyMap<number, number>): number[] {
  const ordered = words.toSorted((one, other) => (counts.get(one) ?? 0) - (counts.get(other) ?? 0) || one - other);
  const least = NEARLY_THE_SAME * weigh(words);
  let rest = 0;
  let at = ordered.length;
  while (at > 0) {
    rest += weightOf(ordered[at - 1] ?? 0);
    if (rest >= least) break;
    at--;
  }
  return ordered.slice(0, at);
}
