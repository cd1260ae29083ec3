import { createLanguageMatcher, type SpokenFaq } from './by-language.ts';
import type { Match } from './match.ts';

/** What is said of a FAQ. */
export interface FaqText {
  question: string;
  answer: string;
  /** Null for one that is for everybody, whatever language they write. */
  language: string | null;
}

/** A tenant's FAQs, ready to be matched. */
export interface TenantFaqs {
  match: (text: string) => Match;
  /** Null for a FAQ that is not the tenant's or not active. */
  find: (faqId: string) => FaqText | null;
  /** Puts a FAQ in, or instead of the one with its id. */
  put: (faq: SpokenFaq) => void;
  remove: (faqId: string) => void;
  /** About how much memory they take. */
  readonly bytes: number;
}

/** `language` is the tenant's own. */
export function createTenantFaqs(language: string): TenantFaqs {
  const matcher = createLanguageMatcher({ language, faqs: [] });
  const texts = new Map<string, FaqText>();
  let letters = 0;

  function remove(faqId: string): void {
    const text = texts.get(faqId);
    if (!text) return;
    letters -= text.question.length + text.answer.length;
    texts.delete(faqId);
    matcher.remove(faqId);
  }

  return {
    match: matcher.match,
    find: (faqId) => texts.get(faqId) ?? null,
    put(faq) {
      remove(faq.id);
      if (!faq.isActive) return;
      const { question, answer, language: its } = faq;
      letters += question.length + answer.length;
      texts.set(faq.id, { question, answer, language: its });
      matcher.put(faq);
    },
    remove,
    get bytes() {
      return matcher.bytes() + 2 * letters;
    },
  };
}
