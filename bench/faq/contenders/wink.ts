import createEngine from 'wink-bm25-text-search';
import { activeOf, NOTHING, toConfidence, type BenchMatcher, type Business, type Scale } from './contender.ts';
import { stemmer, tokenizer } from './tokens.ts';

export const label = 'wink-BM25';

export const createMatcher = (business: Business) => winkMatcher(business, new Set(), SCALE);

/** BM25 over weighted fields, words stemmed by Snowball. Stop words only count where there is nothing else. */
export function winkMatcher(business: Business, stopWords: ReadonlySet<string>, scale: Scale): BenchMatcher {
  const words = tokenizer(business.language);
  const stem = stemmer(business.language);
  const engine = createEngine();
  engine.defineConfig({ fldWeights: { question: 1, keywords: 1.5, answer: 0.3 }, bm25Params: { k1: 3 } });
  let wordCount = 0;
  const stems = (text: string) => {
    const all = words(text);
    const telling = all.filter((word) => !stopWords.has(word));
    const found = (telling.length > 0 ? telling : all).map(stem);
    wordCount = found.length;
    return found;
  };
  engine.definePrepTasks([stems]);
  for (const { id, question, keywords, answer } of activeOf(business)) {
    engine.addDoc({ question, keywords, answer }, id);
  }
  engine.consolidate();
  return {
    match(text) {
      const [best, second] = engine.search(text, 2);
      if (!best) return NOTHING;
      const scores = { best: best[1], second: second?.[1] ?? 0, words: wordCount };
      return { faqId: best[0], confidence: toConfidence(scores, scale) };
    },
  };
}

const SCALE = { perWords: 0.5, rivalry: 0.5, even: 2.08, steepness: 3 };
