import { GRAMS } from './grams.ts';

/** FAQs that are looked at closely after the first sum. */
export const MOST_CANDIDATES = 8;

/**
 * Working memory of one match, shared by all matchers of a process: a match is never interrupted. What a match has noted
 * is told from what earlier ones left by its number, so nothing has to be wiped.
 */
export const scratch = {
  /** The number of the match that saw a word or a piece last. */
  match: 0,
  termSeen: new Int32Array(1 << 10),
  /** The place of that word in the message. */
  termPlace: new Int32Array(1 << 10),
  gramSeen: new Int32Array(GRAMS),
  gramWeight: new Float32Array(GRAMS),
  /** By position of a FAQ; zero between matches. */
  sums: new Float64Array(1 << 10),
  touched: new Int32Array(1 << 10),
  /** Positions of the FAQs with the highest sums, the highest first. */
  best: new Int32Array(MOST_CANDIDATES),
};

/** Makes room for an index of so many words and FAQs, and gives the next match its number. */
export function nextMatch(terms: number, faqs: number): number {
  if (scratch.termSeen.length < terms) {
    scratch.termSeen = new Int32Array(terms * 2);
    scratch.termPlace = new Int32Array(terms * 2);
  }
  if (scratch.sums.length < faqs) {
    scratch.sums = new Float64Array(faqs * 2);
    scratch.touched = new Int32Array(faqs * 2);
  }
  if (scratch.match === LAST) {
    scratch.termSeen.fill(0);
    scratch.gramSeen.fill(0);
    scratch.match = 0;
  }
  return ++scratch.match;
}

const LAST = 2 ** 31 - 1;
