import { READ_LENGTH } from '../language/words.ts';
import { confidenceOf } from './matching/confidence.ts';
import { createFaqIndex, FIELD, isIn, type Entry, type Faq, type FaqIndex } from './matching/faq-index.ts';
import { DOUBT, EVIDENCE, readDoubt, readEvidence, STOP_WORD } from './matching/features.ts';
import { createMessageReader, type Message, type Word } from './matching/read-message.ts';
import { MOST_CANDIDATES, scratch } from './matching/scratch.ts';
import { WEIGHTS } from './matching/weights.ts';

export type { Faq } from './matching/faq-index.ts';

export interface Match {
  /** The best candidate, however weak; null when no active FAQ has anything of the message. */
  faqId: string | null;
  /** The probability that this FAQ is the right answer, 0 to 1: of answers with 0.8, four in five are right. */
  confidence: number;
  evidence: {
    /** Keywords of the FAQ that are in the message with all their words, as the business wrote them. */
    matchedKeywords: string[];
    /** Folded words of the message that the FAQ has and has not, stop words left out. */
    matchedWords: string[];
    unmatchedWords: string[];
    /** Words taken for similar ones of the FAQ: misspelt, or another form. */
    similarWords: string[];
    /** What spoke for the FAQ, and for none being right, in logits: together they make the confidence. */
    reasons: { [what: string]: number };
    doubts: { [what: string]: number };
    runnerUp: { faqId: string; confidence: number } | null;
    /** The message was longer than what is read of one. */
    cut: boolean;
  };
}

export interface Matcher {
  match: (text: string) => Match;
  /** Puts a FAQ in, or instead of the one with its id; one that is not active leaves. */
  put: (faq: Faq) => void;
  remove: (faqId: string) => void;
  /** About how much memory it takes. */
  bytes: () => number;
}

/**
 * Finds the FAQ that a message asks for, by its words alone. The confidence comes from one model for all tenants: each
 * candidate has a score, "none of them" has one too, and their softmax is the probability that each is right. Its weights
 * are in `weights.ts`. The work of one match grows with the message and with the number of FAQs that share a telling word
 * with it, not with the number of FAQs. Same input, same answer.
 */
export function createMatcher({ language, faqs }: { language: string; faqs: Iterable<Faq> }): Matcher {
  const index = createFaqIndex(language);
  for (const faq of faqs) index.put(faq);
  return { match: createMatch(index), put: index.put, remove: index.remove, bytes: () => index.bytes };
}

/** The best and its runner-up are looked at in any case. */
const SHOWN = 2;
/** What reaches less of the highest first sum than this is not. */
const WORTH_A_LOOK = 0.65;
/** Entries of word lists that one match goes through; the longest lists, of words that say least, come last. */
const MOST_POSTINGS = 500;
/** What a FAQ counts in the first sum that has a word there, by the bits of its fields. */
const FIRST_LOOK = Float64Array.from({ length: 8 }, (_, bits) =>
  isIn(bits, FIELD.keyword) ? 1 : isIn(bits, FIELD.question) ? 0.9 : isIn(bits, FIELD.answer) ? 0.2 : 0,
);

interface Judged {
  entry: Entry;
  score: number;
  evidence: number[];
}

/** Evidence is put into words only where somebody reads it: that takes as long as the match. */
class Found implements Match {
  readonly faqId: string | null;
  readonly confidence: number;
  readonly #evidence: () => Match['evidence'];

  constructor(faqId: string | null, confidence: number, evidence: () => Match['evidence']) {
    this.faqId = faqId;
    this.confidence = confidence;
    this.#evidence = evidence;
  }

  get evidence(): Match['evidence'] {
    return this.#evidence();
  }

  toJSON(): Match {
    return { faqId: this.faqId, confidence: this.confidence, evidence: this.evidence };
  }
}

/** A matcher over an index that may change. */
function createMatch(index: FaqIndex): (text: string) => Match {
  const find = createFinder(index);
  return (text) => {
    const { message, judged } = find(text);
    const doubt = NO_DOUBT.slice();
    readDoubt(index, message, judged, doubt);
    const none = weigh(doubt, WEIGHTS.doubt);
    const [best, second] = judged;
    const top = Math.max(none, best?.score ?? none);
    let sum = Math.exp(none - top);
    for (const { score } of judged) sum += Math.exp(score - top);
    const probability = (score: number) => Math.exp(score - top) / sum;
    const reasons = best?.evidence.slice();
    const { words } = message;
    const confidence = best ? confidenceOf(probability(best.score), probability(none)) : 0;
    return new Found(best?.entry.id ?? null, confidence, () => ({
      ...explain(words, best?.entry ?? null),
      reasons: reasons ? named(EVIDENCE, reasons, WEIGHTS.evidence) : {},
      doubts: named(DOUBT, doubt, WEIGHTS.doubt),
      runnerUp: second ? { faqId: second.entry.id, confidence: probability(second.score) } : null,
      cut: text.length > READ_LENGTH,
    }));
  };
}

/** The candidates for a message, the best first. What it gives is valid until it is called again. */
export function createFinder(index: FaqIndex): (text: string) => { message: Message; judged: Judged[] } {
  const { read, rarity } = createMessageReader(index);
  const evidences = Array.from({ length: MOST_CANDIDATES }, () => zeros(EVIDENCE.length));
  return (text) => {
    const message = read(text);
    const judged: Judged[] = [];
    for (const entry of candidates(index, message)) {
      const evidence = evidences[judged.length];
      if (!evidence) break;
      readEvidence(index, rarity, message, entry, evidence);
      judged.push({ entry, evidence, score: weigh(evidence, WEIGHTS.evidence) });
    }
    if (judged.length > 1) judged.sort(bestFirst);
    return { message, judged };
  };
}

/** Of equals the higher priority goes first, then the smaller id: never the order in which FAQs came in. */
const bestFirst = (one: Judged, other: Judged) =>
  other.score - one.score || other.entry.priority - one.entry.priority || (one.entry.id < other.entry.id ? -1 : 1);

/** The FAQs that have most of a message, by a sum that costs little. */
function candidates(index: FaqIndex, { words }: Message): Entry[] {
  const { sums, touched } = scratch;
  let count = 0;
  let left = MOST_POSTINGS;
  for (const { postings, weight, likeness, isStopWord } of rarestFirst(words)) {
    if (postings.length > left && count >= MOST_CANDIDATES) break;
    left -= postings.length;
    const value = weight * likeness * (isStopWord ? STOP_WORD : 1);
    for (let at = 0; at < postings.length; at++) {
      const posting = postings[at] ?? 0;
      const position = posting >> 3;
      const sum = sums[position] ?? 0;
      if (sum === 0) touched[count++] = position;
      sums[position] = sum + value * (FIRST_LOOK[posting & 7] ?? 0);
    }
  }
  const best = highest(count, index.entries);
  for (let at = 0; at < count; at++) sums[touched[at] ?? 0] = 0;
  return best;
}

/** In any order where all of their lists can be gone through. */
function rarestFirst(words: Word[]): Word[] {
  let all = 0;
  for (const { postings } of words) all += postings.length;
  return all <= MOST_POSTINGS ? words : words.toSorted((one, other) => one.postings.length - other.postings.length);
}

function highest(count: number, entries: (Entry | undefined)[]): Entry[] {
  const { sums, touched, best } = scratch;
  let most = 0;
  for (let at = 0; at < count; at++) {
    const sum = sums[touched[at] ?? 0] ?? 0;
    if (sum > most) most = sum;
  }
  const enough = most * WORTH_A_LOOK;
  let found = 0;
  for (let at = 0; at < count; at++) {
    const position = touched[at] ?? 0;
    const sum = sums[position] ?? 0;
    if (sum < enough && found >= SHOWN && sum < (sums[best[SHOWN - 1] ?? 0] ?? 0)) continue;
    let place = found;
    while (place > 0 && isBehind(best[place - 1] ?? 0, position, sums, entries)) place--;
    if (place === MOST_CANDIDATES) continue;
    if (found < MOST_CANDIDATES) found++;
    for (let behind = found - 1; behind > place; behind--) best[behind] = best[behind - 1] ?? 0;
    best[place] = position;
  }
  const chosen: Entry[] = [];
  for (let at = 0; at < found; at++) {
    const position = best[at] ?? 0;
    const entry = entries[position];
    if (entry && (at < SHOWN || (sums[position] ?? 0) >= enough)) chosen.push(entry);
  }
  return chosen;
}

/** As `bestFirst`, by the first sum. */
function isBehind(one: number, other: number, sums: Float64Array, entries: (Entry | undefined)[]): boolean {
  const difference = (sums[one] ?? 0) - (sums[other] ?? 0);
  if (difference !== 0) return difference < 0;
  const [left, right] = [entries[one], entries[other]];
  if (!left || !right) return false;
  return left.priority === right.priority ? left.id > right.id : left.priority < right.priority;
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);
/** Copied for each match: that is several times faster than making a typed array of so few numbers. */
const NO_DOUBT = zeros(DOUBT.length);

function weigh(values: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? 0) * (weights[at] ?? 0);
  return sum;
}

function explain(words: readonly Word[], entry: Entry | null) {
  const matchedWords: string[] = [];
  const unmatchedWords: string[] = [];
  const similarWords: string[] = [];
  for (const { written, term, likeness, isStopWord } of words) {
    if (isStopWord) continue;
    if (!entry?.terms.includes(term)) unmatchedWords.push(written);
    else (likeness === 1 ? matchedWords : similarWords).push(written);
  }
  const said = new Set(words.map(({ term }) => term));
  const isSaid = (_: string, at: number) => {
    const terms = entry?.keywordTerms.subarray(entry.keywordEnds[at - 1] ?? 0, entry.keywordEnds[at]);
    return terms?.every((term) => said.has(term)) ?? false;
  };
  return { matchedKeywords: entry?.keywords.filter(isSaid) ?? [], matchedWords, unmatchedWords, similarWords };
}

/** What counted, in logits, with its name; what counted nothing is left out. */
function named(
  names: readonly string[],
  values: readonly number[],
  weights: readonly number[],
): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [at, name] of names.entries()) {
    const adds = (values[at] ?? 0) * (weights[at] ?? 0);
    if (adds !== 0) all[name] = Math.round(adds * 1_000) / 1_000;
  }
  return all;
}
