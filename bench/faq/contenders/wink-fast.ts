import { stopWords } from '../../../src/language/stop-words.ts';
import type { Business } from './contender.ts';
import { winkMatcher } from './wink.ts';

export const label = 'wink-BM25, no stop words';

/** Without stop words it is worse at small talk, and many times as fast. */
export const createMatcher = (business: Business) => winkMatcher(business, stopWords(business.language), SCALE);

const SCALE = { perWords: 0.5, rivalry: 0.5, even: 2.5, steepness: 3 };
