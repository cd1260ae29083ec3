import type { BenchFaq } from '../data.ts';

/** What a contender takes for the answer; null when it has nothing at all. */
export interface Guess {
  faqId: string | null;
  /** 0 to 1. The best candidate is named even when this is low: the threshold is not the contender's business. */
  confidence: number;
}

export interface BenchMatcher {
  match(text: string): Guess | Promise<Guess>;
  close?(): Promise<void>;
}

/** One business with one language, an ISO 639-1 code. Inactive FAQs are among them and must never be named. */
export interface Business {
  language: string;
  faqs: readonly BenchFaq[];
}

/** A module of this folder. */
export interface Contender {
  label: string;
  createMatcher(business: Business): BenchMatcher | Promise<BenchMatcher>;
  /** CPU seconds that it has spent outside this process until now. */
  foreignCpuSeconds?(): Promise<number>;
  /** What it holds is in another process, so this one's heap says nothing. */
  isForeign?: boolean;
  /** Ends what `createMatcher` started for all matchers together. */
  stop?(): Promise<void>;
}

export const NOTHING: Guess = { faqId: null, confidence: 0 };

/** What a library's scores tell of how sure it is. */
export interface Scores {
  best: number;
  /** The runner-up's; 0 when there is none. */
  second: number;
  /** Of the message: most scores are sums over its words, and a long message is not a surer one. */
  words: number;
}

/** How scores become a confidence; fitted a little for each contender, on the development data. */
export interface Scale {
  /** The score is divided by the number of words to this power. */
  perWords: number;
  /** How much a runner-up that is as good takes away, 0 to 1. */
  rivalry: number;
  /** The score whose confidence is 0.5. */
  even: number;
  steepness: number;
}

/** From 0 over 0.5 at the even score towards 1. */
export function toConfidence({ best, second, words }: Scores, { perWords, rivalry, even, steepness }: Scale): number {
  if (best <= 0) return 0;
  const score = (best / Math.max(1, words) ** perWords) * (1 - (rivalry * second) / best);
  return score ** steepness / (score ** steepness + even ** steepness);
}

/** The active FAQs, those first that win between equals. */
export const activeOf = ({ faqs }: Business) =>
  faqs.filter((faq) => faq.is_active).toSorted((one, other) => other.priority - one.priority);
