import { READ_LENGTH, words } from '../language/words.ts';
import { buildIndex, STOP_WORD, type Faq, type FaqIndex, type Term } from './faq-index.ts';

export type { Faq } from './faq-index.ts';

export interface Match {
  /** The best candidate, however weak; null when no active FAQ has anything of the message. */
  faqId: string | null;
  /** 0 to 1; from about 0.5 on an answer is more likely right than not. */
  confidence: number;
  evidence: {
    /** Keywords of the FAQ that are in the message with all their words, as the business wrote them. */
    matchedKeywords: string[];
    /** Folded words of the message that the FAQ has and has not, stop words left out. */
    matchedWords: string[];
    unmatchedWords: string[];
    runnerUp: { faqId: string; confidence: number } | null;
    /** The message was longer than what is read of one. */
    cut: boolean;
  };
}

export interface Matcher {
  match(text: string): Match;
}

/**
 * Finds the FAQ that a message asks for, by its words alone. The work of one match grows with the message and with
 * the number of FAQs that share a telling word with it, not with the number of FAQs. Same input, same answer.
 */
export function createMatcher({ language, faqs }: { language: string; faqs: readonly Faq[] }): Matcher {
  const index = buildIndex(language, faqs);
  const sums = new Float64Array(index.entries.length);
  return {
    match(text) {
      const message = readMessage(index, text);
      const judged = candidates(index, message, sums)
        .map((position) => judge(index, message, position))
        .filter(({ score }) => score > 0);
      judged.sort((one, other) => other.score - one.score || one.position - other.position);
      return toMatch(index, message, judged, text.length > READ_LENGTH);
    },
  };
}

/** A typo is most often what it looks like. */
const TYPO = 0.85;
/** FAQs that are looked at closely after the first sum. */
const CANDIDATES = 16;
/** More different words than these make no question clearer, and each one costs time. */
const MOST_WORDS = 64;
/** The score at which an answer is as likely right as wrong, measured over many businesses. */
const EVEN_SCORE = 0.27;
/** More than any other score: nothing goes before the very question. */
const EXACT = 2;

/** A different word of the message, and the term that it stands for. */
interface Word {
  written: string;
  term: Term | null;
  weight: number;
  /** Less than 1 where the term is only similar. */
  likeness: number;
  isStopWord: boolean;
}

function readMessage(index: FaqIndex, text: string): Word[] {
  const found = new Map<string, Word>();
  for (const written of words(text, index.language)) {
    const stem = index.stem(written);
    if (found.has(stem)) continue;
    const exact = index.terms.get(stem);
    const similar = exact ? undefined : index.typos.find(written);
    const term = exact ?? (similar === undefined ? undefined : index.terms.get(index.stem(similar))) ?? null;
    const isStopWord = index.isStopWord(written);
    const weight = term?.weight ?? index.unknownWeight * (isStopWord ? STOP_WORD : 1);
    found.set(stem, { written, term, weight, likeness: exact ? 1 : TYPO, isStopWord });
    if (found.size === MOST_WORDS) break;
  }
  return [...found.values()];
}

/** Positions of the FAQs that have most of the message. `sums` is all zero before and after. */
function candidates(index: FaqIndex, message: Word[], sums: Float64Array): number[] {
  // Stop words and words of more than half of the FAQs hardly tell them apart, and their lists are the long ones.
  const known = message.filter(({ term }) => term);
  const telling = known.filter(
    ({ term, isStopWord }) => !isStopWord && (term?.positions.length ?? 0) * 2 <= index.entries.length,
  );
  const touched: number[] = [];
  for (const { term, weight, likeness } of telling.length > 0 ? telling : known) {
    if (!term) continue;
    const { positions, fields } = term;
    for (let at = 0; at < positions.length; at++) {
      const position = positions[at] ?? 0;
      const sum = sums[position] ?? 0;
      if (sum === 0) touched.push(position);
      sums[position] = sum + weight * likeness * (fields[at] ?? 0);
    }
  }
  const best = highest(touched, sums);
  for (const position of touched) sums[position] = 0;
  return best;
}

/** The positions with the highest sums, the smaller position first where they are equal. */
function highest(positions: number[], sums: Float64Array): number[] {
  const best: number[] = [];
  for (const position of positions) {
    const sum = sums[position] ?? 0;
    const isBehind = (other: number) => (sums[other] ?? 0) < sum || (sums[other] === sum && other > position);
    let at = best.length;
    while (at > 0 && isBehind(best[at - 1] ?? 0)) at--;
    if (at < CANDIDATES) best.splice(at, 0, position);
    if (best.length > CANDIDATES) best.pop();
  }
  return best;
}

interface Judged {
  position: number;
  score: number;
  keywords: string[];
  has: boolean[];
}

/** How much of the message the FAQ has, and how much of the FAQ's question and keywords the message has. */
function judge(index: FaqIndex, message: Word[], position: number): Judged {
  const entry = index.entries[position];
  const shared = new Set<Term>();
  let whole = 0;
  let covered = 0;
  const has = message.map(({ term, weight, likeness }) => {
    const field = term ? fieldOf(term, position) : 0;
    whole += weight;
    covered += weight * likeness * field;
    if (term && field > 0) shared.add(term);
    return field > 0;
  });
  const keywords = entry?.keywords.filter(({ terms }) => isSubset(terms, shared)) ?? [];
  const hit = keywords.reduce((sum, { terms }) => sum + weightOf(terms), 0);
  const isKeyword = 1 - Math.exp(-hit / (index.unknownWeight || 1));
  const question = entry ? [...entry.question] : [];
  const asked = weightOf(question.filter((term) => shared.has(term))) / (weightOf(question) || 1);
  // "Do you have" begins many a question and asks for nothing: stop words alone have to be the whole of it.
  const sense = message.some(({ isStopWord }, at) => has[at] && !isStopWord) ? 1 : asked;
  const isExact = asked === 1 && message.length === question.length && message.every(({ likeness }) => likeness === 1);
  const score = isExact ? EXACT : (sense * covered * (0.6 + 0.3 * asked + 0.8 * isKeyword)) / (whole || 1);
  return { position, score, keywords: keywords.map(({ written }) => written), has };
}

function toMatch(index: FaqIndex, message: Word[], [best, second]: Judged[], cut: boolean): Match {
  const rival = best && second ? second.score / best.score : 0;
  const faqOf = (judged: Judged | undefined) => judged && index.entries[judged.position]?.faq;
  const runnerUp = faqOf(second);
  const telling = message.map(({ written, isStopWord }, at) => ({
    written,
    isStopWord,
    isMatched: best?.has[at] ?? false,
  }));
  const written = (isMatched: boolean) =>
    telling.filter((word) => !word.isStopWord && word.isMatched === isMatched).map((word) => word.written);
  return {
    faqId: faqOf(best)?.id ?? null,
    // A runner-up that is about as good makes it likely that the best one is the wrong one.
    confidence: best ? toConfidence(best.score * (1 - 0.3 * rival * rival)) : 0,
    evidence: {
      matchedKeywords: best?.keywords ?? [],
      matchedWords: written(true),
      unmatchedWords: written(false),
      runnerUp: runnerUp && second ? { faqId: runnerUp.id, confidence: toConfidence(second.score) } : null,
      cut,
    },
  };
}

/** From 0 over 0.5 at the even score to 1. */
function toConfidence(score: number): number {
  const square = Math.min(score, 1) ** 2;
  return ((1 + EVEN_SCORE ** 2) * square) / (square + EVEN_SCORE ** 2);
}

/** How good the best field of a FAQ is that has the term; 0 when none has. */
function fieldOf({ positions, fields }: Term, position: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return positions[low] === position ? (fields[low] ?? 0) : 0;
}

const isSubset = (terms: Set<Term>, of: Set<Term>) => [...terms].every((term) => of.has(term));

function weightOf(terms: Iterable<Term>): number {
  let sum = 0;
  for (const { weight } of terms) sum += weight;
  return sum;
}
