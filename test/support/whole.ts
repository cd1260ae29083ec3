import type { Match } from '../../src/faqs/match.ts';

/** A match with its evidence written out, which it is only on demand: two of them can be compared. */
export const whole = ({ faqId, confidence, evidence }: Match) => ({ faqId, confidence, evidence });
