import { stemmer } from '../../language/stems.ts';
import { stopWords } from '../../language/stop-words.ts';
import { words } from '../../language/words.ts';
import { keywordList } from '../../language/keywords.ts';
import type { Faq } from '../match.ts';

/**
 * A FAQ, taken apart as the matcher does. Words are numbers, ascending and each once: folded words without their endings are
 * above zero, stop words below. There are twenty thousand of these at a time, and what they hold the collector must move.
 */
export interface Entry {
  faq: Faq;
  question: readonly number[];
  /** Keywords of the same words are one object, also in several FAQs. */
  keywords: readonly Keyword[];
}

export interface Keyword {
  /** As the first FAQ writes it that has it. */
  written: string;
  words: readonly number[];
  key: string;
  /** FAQs that have it as a keyword. */
  count: number;
}

export interface Reader {
  read(faq: Faq): Entry;
  /** The words for these numbers, without their endings; stop words as they are. */
  spell(numbers: readonly number[]): string[];
  /** All different keywords so far. */
  keywords(): Iterable<Keyword>;
}

/** Reads FAQs of a language; for a language that nobody knows, words are taken as they are and none is a stop word. */
export function createReader(language: string): Reader {
  const stem = stemmer(language);
  const stops = stopWords(language);
  const numbers = new Map<string, number>();
  const stopNumbers = new Map<string, number>();
  const keywords = new Map<string, Keyword>();

  function numberOf(word: string): number {
    // A stop word keeps its ending: without it, "notes" would be one, like "not".
    const isStop = stops.has(word);
    const [known, spelled] = isStop ? [stopNumbers, word] : [numbers, stem(word)];
    const number = known.get(spelled) ?? (isStop ? -1 - known.size : 1 + known.size);
    known.set(spelled, number);
    return number;
  }

  const read = (text: string) =>
    [...new Set(words(text, language).map(numberOf))].toSorted((one, other) => one - other);

  function keywordOf(written: string): Keyword {
    const found = read(written);
    const key = keyOf(found);
    const known = keywords.get(key);
    if (known) return known;
    const keyword = { written, words: found, key, count: 0 };
    keywords.set(key, keyword);
    return keyword;
  }

  return {
    read(faq) {
      const own = [...new Set(keywordList(faq.keywords).map(keywordOf))];
      for (const keyword of own) keyword.count++;
      return { faq, question: read(faq.question), keywords: own };
    },
    spell(given) {
      const [telling, stop] = [[...numbers.keys()], [...stopNumbers.keys()]];
      return given.map((number) => (number > 0 ? telling[number - 1] : stop[-1 - number]) ?? '');
    },
    keywords: () => keywords.values(),
  };
}

/** The same for the same words. */
export const keyOf = (numbers: readonly number[]) => numbers.join(' ');

export const isTelling = (word: number) => word > 0;

/** Whether all of the first, ascending as the second, are in the second. */
export const isWithin = (some: readonly number[], all: readonly number[]) => countShared(some, all) === some.length;

/** How many numbers two ascending lists share. */
export function countShared(one: readonly number[], other: readonly number[]): number {
  let shared = 0;
  eachShared(one, other, () => shared++);
  return shared;
}

/** Calls back with each number that two ascending lists share. */
export function eachShared(one: readonly number[], other: readonly number[], found: (word: number) => void): void {
  let at = 0;
  for (const word of one) {
    while (at < other.length && (other[at] ?? 0) < word) at++;
    if (other[at] === word) found(word);
  }
}
