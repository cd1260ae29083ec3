import { createMatcher, type Faq, type Match } from './match.ts';

export interface TenantFaq extends Faq {
  language: string | null;
}

/** A tenant's FAQs, ready to be matched. */
export interface TenantFaqs {
  match: (text: string) => Match;
  /** Null for a FAQ that is not the tenant's or not active. */
  answerOf: (faqId: string) => string | null;
  questionOf: (faqId: string) => string | null;
  /** Puts a FAQ in, or instead of the one with its id. */
  put: (faq: TenantFaq) => void;
  remove: (faqId: string) => void;
  /** About how much memory they take. */
  readonly bytes: number;
}

export function createTenantFaqs(language: string): TenantFaqs {
  const matcher = createMatcher({ language, faqs: [] });
  const texts = new Map<string, { question: string; answer: string }>();
  let letters = 0;

  function remove(faqId: string): void {
    const text = texts.get(faqId);
    if (!text) return;
    letters -= text.question.length + text.answer.length;
    texts.delete(faqId);
    matcher.remove(faqId);
  }

  return {
    match: (text) => matcher.match(text),
    answerOf: (faqId) => texts.get(faqId)?.answer ?? null,
    questionOf: (faqId) => texts.get(faqId)?.question ?? null,
    put(faq) {
      remove(faq.id);
      if (!faq.isActive) return;
      const { question, answer } = faq;
      letters += question.length + answer.length;
      texts.set(faq.id, { question, answer });
      matcher.put(faq);
    },
    remove,
    get bytes() {
      return matcher.bytes() + 2 * letters;
    },
  };
}
