/** What a finding of each kind is founded on. */
export interface EvidenceOf {
  /** Likeness is 1 where the words are the same; words that are no stop words count four times as much. */
  duplicate_question: { questions: string[]; likeness: number; faqCount: number };
  duplicate_keywords: { keywords: string[]; faqCount: number };
  /** Which FAQ gets the question as it is written, and each keyword; null where no FAQ gets it. */
  never_wins: {
    question: { text: string; beatenBy: string | null };
    keywords: { keyword: string; beatenBy: string | null }[];
    keywordCount: number;
  };
  /** `faqCount` FAQs have it in question or keywords, which is `share` (0..1) of all. */
  common_keyword: {
    keyword: string;
    why: 'in_many_faqs' | 'only_stop_words' | 'no_words';
    faqCount: number;
    share: number;
  };
  /** The specific FAQ has all words of the general one's question, and these as well. */
  specific_below_general: {
    general: { faqId: string; priority: number };
    specific: { faqId: string; priority: number };
    moreWords: string[];
    sharedKeywords: string[];
  };
  conflicting_answers: { questions: string[]; answers: string[]; priority: number; likeness: number; faqCount: number };
  no_keywords: { question: string };
  no_telling_word: { question: string };
}

export type FindingKind = keyof EvidenceOf;

export interface Finding<Kind extends FindingKind = FindingKind> {
  kind: Kind;
  /** The FAQs to look at, at most 50; the evidence has their number. */
  faqIds: string[];
  /** What is wrong and what to do, for somebody who runs a shop. */
  advice: string;
  evidence: EvidenceOf[Kind];
}

/** All that were found, and the first 200 of them. */
export interface Found<Kind extends FindingKind> {
  total: number;
  shown: Finding<Kind>[];
}

export type AllFound = { [Kind in FindingKind]: Found<Kind> };

export const MOST_SHOWN = 200;
export const MOST_IDS = 50;
/** Questions, answers and keywords that are quoted in one finding, and characters (UTF-16) of each. */
export const MOST_QUOTED = 10;
const LONGEST_QUOTE = 80;

export const nothingFound = (): AllFound => ({
  duplicate_question: { total: 0, shown: [] },
  duplicate_keywords: { total: 0, shown: [] },
  never_wins: { total: 0, shown: [] },
  common_keyword: { total: 0, shown: [] },
  specific_below_general: { total: 0, shown: [] },
  conflicting_answers: { total: 0, shown: [] },
  no_keywords: { total: 0, shown: [] },
  no_telling_word: { total: 0, shown: [] },
});

/** Counts a finding, and makes it only where it is shown. */
export function note<Kind extends FindingKind>(
  found: Found<Kind>,
  kind: Kind,
  make: () => Omit<Finding<Kind>, 'kind'>,
): void {
  found.total++;
  if (found.shown.length >= MOST_SHOWN) return;
  found.shown.push({ kind, ...make() });
}

/** The beginning of a text on one line, no surrogate pair cut in two. */
export function shorten(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST_QUOTE)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= LONGEST_QUOTE) return line.toWellFormed();
  return `${line.slice(0, LONGEST_QUOTE - 1).replace(/[\ud800-\udbff]$/, '')}…`.toWellFormed();
}

export const quote = (text: string) => `“${shorten(text)}”`;

/** `“a”, “b”, “c” and 4 more`. */
export function quoteSome(texts: readonly string[], count = texts.length): string {
  const some = texts.slice(0, 3).map(quote);
  if (count > some.length) return `${some.join(', ')} and ${count - some.length} more`;
  return some.length > 1 ? `${some.slice(0, -1).join(', ')} and ${some.at(-1)}` : (some[0] ?? '');
}
