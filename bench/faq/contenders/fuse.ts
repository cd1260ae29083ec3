import Fuse from 'fuse.js';
import { activeOf, NOTHING, toConfidence, type BenchMatcher, type Business } from './contender.ts';
import { tokenizer } from './tokens.ts';

export const label = 'Fuse.js';

/** Fuse's own token search: each word fuzzily, weighted by rarity. A stemmer makes it worse: its fuzziness is one. */
export function createMatcher(business: Business): BenchMatcher {
  const words = tokenizer(business.language);
  const fuse = new Fuse(activeOf(business), {
    keys: [
      { name: 'question', weight: 1 },
      { name: 'keywords', weight: 1 },
      { name: 'answer', weight: 0.2 },
    ],
    includeScore: true,
    ignoreLocation: true,
    ignoreDiacritics: true,
    ignoreFieldNorm: true,
    useTokenSearch: true,
    tokenize: words,
    threshold: 0.2,
  });
  return {
    match(text) {
      const [best, second] = fuse.search(text, { limit: 2 });
      if (!best) return NOTHING;
      // Its score is a distance: 0 is a perfect match, 1 is none.
      const scores = { best: 1 - (best.score ?? 1), second: 1 - (second?.score ?? 1), words: 1 };
      return { faqId: best.item.id, confidence: toConfidence(scores, SCALE) };
    },
  };
}

const SCALE = { perWords: 0, rivalry: 0.5, even: 0.213, steepness: 2 };
