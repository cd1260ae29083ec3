import { isTelling, type Entry, type Keyword } from './entry.ts';
import { MOST_IDS, MOST_SHOWN, note, quote, shorten, type AllFound, type EvidenceOf } from './finding.ts';
import { countWords } from './like-questions.ts';

/** A keyword is too common from this share of the FAQs on, and from this number on: of three FAQs, all may have it. */
export const COMMON_SHARE = 0.25;
export const COMMON_COUNT = 4;

/** FAQs without keywords, and those whose question has no word that tells what it is about. */
export function* findEmpty(entries: readonly Entry[], found: AllFound): Generator<undefined, void, undefined> {
  for (const { faq, question: words, keywords } of entries) {
    yield;
    const question = shorten(faq.question);
    if (keywords.length === 0) {
      note(found.no_keywords, 'no_keywords', () => ({
        faqIds: [faq.id],
        advice: `${quote(question)} has no keywords. Add the words that your customers use when they ask for it.`,
        evidence: { question },
      }));
    }
    if (!words.some(isTelling)) {
      note(found.no_telling_word, 'no_telling_word', () => ({
        faqIds: [faq.id],
        advice:
          `${quote(question)} has no word that tells what it is about. ` +
          'Write the question as a customer would ask it, with the thing it is about.',
        evidence: { question },
      }));
    }
  }
}

/** Keywords that tell no FAQ from the others: many FAQs have them, or they are words that any message has. */
export function* findCommonKeywords(
  entries: readonly Entry[],
  keywords: Iterable<Keyword>,
  { common_keyword: found }: AllFound,
): Generator<undefined, void, undefined> {
  const counts = yield* countFaqs(entries);
  const common = new Map<Keyword, string[]>();
  for (const keyword of keywords) {
    yield;
    const [word = 0] = keyword.words;
    const faqCount = keyword.words.length === 1 ? (counts.get(word) ?? 0) : keyword.count;
    const share = faqCount / entries.length;
    const why = reasonOf(keyword.words, faqCount, share);
    if (!why) continue;
    const written = shorten(keyword.written);
    const faqIds: string[] = [];
    if (common.size < MOST_SHOWN) common.set(keyword, faqIds);
    note(found, 'common_keyword', () => ({
      faqIds,
      advice: adviceOf(written, why, faqCount, entries.length),
      evidence: { keyword: written, why, faqCount, share: Math.round(share * 1000) / 1000 },
    }));
  }
  for (const { faq, keywords: own } of entries) {
    yield;
    for (const keyword of own) {
      const faqIds = common.get(keyword);
      if (faqIds && faqIds.length < MOST_IDS) faqIds.push(faq.id);
    }
  }
}

/** How many FAQs have a word in the question, or as a keyword. */
function* countFaqs(entries: readonly Entry[]): Generator<undefined, Map<number, number>, undefined> {
  const counts = yield* countWords(entries);
  for (const { question, keywords } of entries) {
    yield;
    for (const { words } of keywords) {
      const [word = 0] = words;
      if (words.length === 1 && !question.includes(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

type Why = EvidenceOf['common_keyword']['why'];

function reasonOf(words: readonly number[], faqCount: number, share: number): Why | null {
  if (words.length === 0) return 'no_words';
  if (!words.some(isTelling)) return 'only_stop_words';
  return faqCount >= COMMON_COUNT && share >= COMMON_SHARE ? 'in_many_faqs' : null;
}

function adviceOf(written: string, why: Why, faqCount: number, all: number): string {
  const keyword = `The keyword ${quote(written)}`;
  if (why === 'no_words') return `${keyword} has no word that could match. Replace it by a word, or delete it.`;
  if (why === 'only_stop_words') {
    return `${keyword} is only of words that any message may have. Add the word that it is about, or delete it.`;
  }
  return (
    `${keyword} is in ${faqCount} of your ${all} FAQs and cannot tell them apart. ` +
    'Make it more precise, such as two words that stand together, or delete it.'
  );
}
