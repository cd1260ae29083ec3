import type { Faq } from '../../src/faqs/match.ts';

/** An active FAQ without keywords and answer, but for what is given. */
export const makeFaq = (given: Pick<Faq, 'id' | 'question'> & Partial<Faq>): Faq => ({
  keywords: '',
  answer: '',
  priority: 1,
  isActive: true,
  ...given,
});
