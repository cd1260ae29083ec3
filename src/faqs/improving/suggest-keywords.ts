import { createPauses } from './pauses.ts';
import { rankKeywords } from './rank-keywords.ts';
import { tellingWordsOf } from './telling-words.ts';

/** What of a FAQ is compared. */
export interface Keyed {
  question: string;
  keywords: readonly string[];
}

export interface KeywordSuggestion {
  /** Folded, in the form in which it was written most often. */
  keyword: string;
  /** Messages that say it. */
  messages: number;
  /** Other FAQs whose question or keywords have it too. */
  otherFaqs: number;
}

const MOST_SUGGESTED = 10;
const MESSAGE = 20;

/**
 * Words of messages that this FAQ answers and that its question and keywords lack, at most 10; those that tell it apart
 * from the other FAQs, and that many of the messages say, first. Yields whenever others should be let run.
 */
export function* suggestKeywords(
  faq: Keyed,
  others: Iterable<Keyed>,
  messages: readonly string[],
  language: string,
): Generator<undefined, KeywordSuggestion[]> {
  const isPauseDue = createPauses();
  const inOthers = new Map<string, number>();
  let total = 0;
  for (const other of others) {
    total += 1;
    for (const stem of stemsOf(other, language)) inOthers.set(stem, (inOthers.get(stem) ?? 0) + 1);
    if (isPauseDue(MESSAGE)) yield;
  }
  const own = stemsOf(faq, language);
  const said: Map<string, string>[] = [];
  for (const message of messages) {
    said.push(new Map([...tellingWordsOf(message, language)].filter(([stem]) => !own.has(stem))));
    if (isPauseDue(MESSAGE)) yield;
  }
  const ranked = rankKeywords(said, {
    othersOf: (stem) => inOthers.get(stem) ?? 0,
    total,
    leastShare: 0.05,
  });
  return ranked
    .slice(0, MOST_SUGGESTED)
    .map(({ keyword, messages: count, others: otherFaqs }) => ({ keyword, messages: count, otherFaqs }));
}

function stemsOf({ question, keywords }: Keyed, language: string): Set<string> {
  return new Set([question, ...keywords].flatMap((text) => [...tellingWordsOf(text, language).keys()]));
}
