import { baseLanguage } from '../language/base.ts';
import { distinctLanguages, readLanguages } from '../language/detect.ts';
import { READ_LENGTH } from '../language/words.ts';
import { createMatcher, type Faq, type Match, type Matcher } from './match.ts';

export interface SpokenFaq extends Faq {
  /** A tag such as `es` or `pt-BR`; null for one that is for everybody, whatever language they write. */
  language: string | null;
}

/** An answer in another language than the message's is better than none, but only if it is that much surer. */
const FOREIGN = 0.5;

/**
 * A matcher for FAQs in one language or several, each with an index of its own, in which the FAQs without a language
 * compete too. FAQs of the message's language go first; where the language is not clear, the surest of all languages
 * wins. `language` is the tenant's own, in which the FAQs without one are taken to be written.
 */
export function createLanguageMatcher({ language, faqs }: { language: string; faqs: readonly SpokenFaq[] }): Matcher {
  const own = baseLanguage(language);
  const active = faqs.filter(({ isActive }) => isActive);
  const spoken = distinctLanguages(active.map((faq) => codeOf(faq) || language));
  // The tenant's own first: it is the likeliest where nothing else tells.
  const languages = spoken.toSorted((one, other) => Number(other === own) - Number(one === own));
  const [only = language] = languages;
  if (languages.length <= 1) return createMatcher({ language: only, faqs: active });

  const matchers = new Map<string, Matcher>();
  for (const code of languages) {
    const its = active.filter((faq) => ['', code].includes(codeOf(faq)));
    matchers.set(code, createMatcher({ language: code, faqs: its }));
  }
  return { match: (text) => matchInAll(text, languages, matchers) };
}

/** Empty for a FAQ without a language. */
const codeOf = (faq: SpokenFaq) => baseLanguage(faq.language ?? '');

function matchInAll(text: string, languages: readonly string[], matchers: Map<string, Matcher>): Match {
  const { plausible, asSeenIn } = readLanguages(text, languages);
  let best: { match: Match; weight: number } | undefined;
  for (const code of [...plausible, ...languages.filter((other) => !plausible.includes(other))]) {
    const match = matchers.get(code)?.match(asSeenIn(code));
    if (!match) continue;
    const weight = match.confidence * (plausible.includes(code) ? 1 : FOREIGN);
    if (!best || weight > best.weight) best = { match, weight };
  }
  if (!best) throw new Error('a tenant with FAQs in several languages has an index for each');
  const { evidence } = best.match;
  return { ...best.match, evidence: { ...evidence, cut: evidence.cut || text.length > READ_LENGTH } };
}
