import { chooseLanguage } from './choose.ts';
import { stopWords } from './stop-words.ts';
import { words } from './words.ts';

export interface Reading {
  /** Those of the given languages that the text may be in, the likeliest first; never empty if any was given. */
  plausible: string[];
  /** The text as a reader of one of the languages sees it: without the little words and scripts of the others. */
  asSeenIn: (language: string) => string;
}

/** More words than these make a language no clearer. */
const MOST_WORDS = 64;
/** One word more is chance, or a name; two are a sign. */
const CLEAR_LEAD = 2;

/**
 * Which of a few languages (base codes, the usual one first) a text is in, by its script and its little words ("the",
 * "und", "что"). What holds for one word only, or for two languages about alike, leaves both plausible: short messages
 * and those that mix languages do. Linear in the text, which is read as far as `words` reads it.
 */
export function readLanguages(text: string, languages: readonly string[]): Reading {
  const usual = languages[0] ?? '';
  const read = words(text, usual);
  const known = new Map<string, ReadonlySet<string>>();
  for (const word of read.slice(0, MOST_WORDS)) {
    if (!known.has(word)) known.set(word, languagesOf(word, languages));
  }
  const counts = (language: string) => [...known.values()].filter((those) => those.has(language)).length;
  const byCount = new Map(languages.map((language) => [language, counts(language)]));
  const likeliestFirst = languages.toSorted((one, other) => (byCount.get(other) ?? 0) - (byCount.get(one) ?? 0));
  const best = likeliestFirst[0] ?? usual;
  return {
    plausible: likeliestFirst.filter((language) => !isClearlyAhead(known, best, language)),
    asSeenIn(language) {
      const isForeign = (word: string) => !(known.get(word)?.has(language) ?? true);
      // As it was written, where nothing has to go: punctuation may mean something to whoever reads it.
      return read.some(isForeign) ? read.filter((word) => !isForeign(word)).join(' ') : text;
    },
  };
}

/** Those in which it is a little word; otherwise those that are written with such letters. */
function languagesOf(word: string, languages: readonly string[]): ReadonlySet<string> {
  const little = languages.filter((language) => stopWords(language).has(word));
  if (little.length > 0) return new Set(little);
  const fits = (language: string) => chooseLanguage({ tenant: language, contact: null, text: word }) === language;
  const written = languages.filter(fits);
  return new Set(written.length > 0 ? written : languages);
}

function isClearlyAhead(known: Map<string, ReadonlySet<string>>, one: string, other: string): boolean {
  let [ahead, behind] = [0, 0];
  for (const those of known.values()) {
    if (those.has(one) && !those.has(other)) ahead += 1;
    if (those.has(other) && !those.has(one)) behind += 1;
  }
  return ahead >= CLEAR_LEAD && ahead >= 3 * behind;
}
