import { Index } from 'flexsearch';
import { activeOf, NOTHING, toConfidence, type BenchMatcher, type Business } from './contender.ts';
import { stemmer, tokenizer } from './tokens.ts';

export const label = 'FlexSearch';

/**
 * FlexSearch finds and has no scores, so one index for each field, asked word by word: a FAQ's score is the rarity of
 * the words that it is found by. That is better than FlexSearch's own order. Words are stemmed by Snowball.
 */
export function createMatcher(business: Business): BenchMatcher {
  const words = tokenizer(business.language);
  const stem = stemmer(business.language);
  const faqs = activeOf(business);
  const fields = FIELDS.map(({ name, boost }) => {
    const index = new Index({ tokenize: 'strict', encode: (text) => words(text).map(stem) });
    for (const [position, faq] of faqs.entries()) index.add(position, faq[name]);
    return { index, boost };
  });
  return {
    match(text) {
      const asked = words(text);
      const scores = new Map<number, number>();
      for (const word of new Set(asked)) {
        for (const { index, boost } of fields) {
          const found = index.search(word, { limit: faqs.length });
          const weight = boost * Math.log(1 + faqs.length / found.length);
          for (const id of found) scores.set(Number(id), (scores.get(Number(id)) ?? 0) + weight);
        }
      }
      let best = { position: -1, score: 0 };
      let second = 0;
      for (const [position, score] of scores) {
        if (score > best.score) {
          second = best.score;
          best = { position, score };
        } else if (score > second) second = score;
      }
      const faqId = faqs[best.position]?.id;
      if (faqId === undefined) return NOTHING;
      return { faqId, confidence: toConfidence({ best: best.score, second, words: asked.length }, SCALE) };
    },
  };
}

const FIELDS = [
  { name: 'question', boost: 0.4 },
  { name: 'keywords', boost: 0.5 },
  { name: 'answer', boost: 0.2 },
] as const;
const SCALE = { perWords: 0.5, rivalry: 0.5, even: 1.25, steepness: 2 };
