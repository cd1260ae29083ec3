import MiniSearch from 'minisearch';
import { activeOf, NOTHING, toConfidence, type BenchMatcher, type Business } from './contender.ts';
import { stemmer, tokenizer } from './tokens.ts';

export const label = 'MiniSearch';

/** BM25+ over boosted fields, words stemmed by Snowball, typos by edit distance. */
export function createMatcher(business: Business): BenchMatcher {
  const words = tokenizer(business.language);
  const search = new MiniSearch({
    fields: ['question', 'keywords', 'answer'],
    tokenize: words,
    processTerm: stemmer(business.language),
    searchOptions: {
      boost: { question: 1, keywords: 2, answer: 0.1 },
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { fuzzy: 0.2, prefix: 0 },
    },
  });
  search.addAll(activeOf(business));
  return {
    match(text) {
      const [best, second] = search.search(text);
      if (!best) return NOTHING;
      const scores = { best: best.score, second: second?.score ?? 0, words: words(text).length };
      return { faqId: String(best.id), confidence: toConfidence(scores, SCALE) };
    },
  };
}

const SCALE = { perWords: 1, rivalry: 0.5, even: 6.3, steepness: 1.5 };
