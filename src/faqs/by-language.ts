import { baseLanguage } from '../language/base.ts';
import { readLanguages } from '../language/detect.ts';
import { READ_LENGTH } from '../language/words.ts';
import { createMatcher, type Faq, type Match, type Matcher } from './match.ts';

export interface SpokenFaq extends Faq {
  /** A tag such as `es` or `pt-BR`; null for one that is for everybody, whatever language they write. */
  language: string | null;
}

/** An answer in another language than the message's is better than none, but only if it is that much surer. */
const FOREIGN = 0.5;
/** Where several languages are plausible, the likeliest of them goes before those that are about as sure. */
const ALSO_PLAUSIBLE = 0.8;

export interface LanguageMatcher extends Omit<Matcher, 'put'> {
  put: (faq: SpokenFaq) => void;
}

/**
 * A matcher for FAQs in one language or several, each with an index of its own, in which the FAQs without a language
 * compete too. FAQs of the message's language go first; where the language is not clear, the surest of all languages
 * wins. `language` is the tenant's own, in which the FAQs without one are taken to be written.
 */
export function createLanguageMatcher({
  language,
  faqs,
}: {
  language: string;
  faqs: Iterable<SpokenFaq>;
}): LanguageMatcher {
  const own = baseLanguage(language);
  const matchers = new Map<string, Matcher>();
  /** By FAQ: the language whose index is there because of it; and by language, how many those are. */
  const spoken = new Map<string, string>();
  const counts = new Map<string, number>();
  const forEverybody = new Map<string, SpokenFaq>();
  let languages: string[] = [];

  function put(faq: SpokenFaq): void {
    remove(faq.id);
    if (!faq.isActive) return;
    const code = codeOf(faq);
    if (code === '') forEverybody.set(faq.id, faq);
    spoken.set(faq.id, code || own);
    counts.set(code || own, (counts.get(code || own) ?? 0) + 1);
    const its = matcherOf(code || own);
    for (const matcher of code === '' ? matchers.values() : [its]) matcher.put(faq);
  }

  function remove(faqId: string): void {
    const code = spoken.get(faqId);
    if (code === undefined) return;
    spoken.delete(faqId);
    forEverybody.delete(faqId);
    for (const matcher of matchers.values()) matcher.remove(faqId);
    const left = (counts.get(code) ?? 0) - 1;
    counts.set(code, left);
    if (left > 0) return;
    matchers.delete(code);
    sortLanguages();
  }

  function matcherOf(code: string): Matcher {
    const known = matchers.get(code);
    if (known) return known;
    const made = createMatcher({ language: code === own ? language : code, faqs: forEverybody.values() });
    matchers.set(code, made);
    sortLanguages();
    return made;
  }

  /** The tenant's own first: it is the likeliest where nothing else tells. */
  function sortLanguages(): void {
    languages = [...matchers.keys()].toSorted(
      (one, other) => Number(other === own) - Number(one === own) || (one < other ? -1 : 1),
    );
  }

  for (const faq of faqs) put(faq);
  return {
    match(text) {
      const [only = own] = languages;
      if (languages.length > 1) return matchInAll(text, languages, matchers);
      return (matchers.get(only) ?? createMatcher({ language, faqs: [] })).match(text);
    },
    put,
    remove,
    bytes: () => [...matchers.values()].reduce((sum, matcher) => sum + matcher.bytes(), 0),
  };
}

/** Empty for a FAQ without a language. */
const codeOf = (faq: SpokenFaq) => baseLanguage(faq.language ?? '');

function matchInAll(text: string, languages: readonly string[], matchers: Map<string, Matcher>): Match {
  const { plausible, asSeenIn } = readLanguages(text, languages);
  let best: { match: Match; weight: number } | undefined;
  for (const code of [...plausible, ...languages.filter((other) => !plausible.includes(other))]) {
    const match = matchers.get(code)?.match(asSeenIn(code));
    if (!match) continue;
    const rank = plausible.indexOf(code);
    const weight = match.confidence * (rank === 0 ? 1 : rank > 0 ? ALSO_PLAUSIBLE : FOREIGN);
    if (!best || weight > best.weight) best = { match, weight };
  }
  if (!best) throw new Error('a tenant with FAQs in several languages has an index for each');
  const { faqId, confidence, evidence } = best.match;
  return { faqId, confidence, evidence: { ...evidence, cut: evidence.cut || text.length > READ_LENGTH } };
}
