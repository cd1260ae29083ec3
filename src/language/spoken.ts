import { baseLanguage } from './base.ts';
import { chooseLanguage } from './choose.ts';
import { readLanguages } from './detect.ts';

/**
 * The language to speak to a contact of a business that answers in several: the one of `languages` that the message is
 * clearly in; where that is not clear, the business's own, as `chooseLanguage` has it.
 */
export function spokenLanguage(
  { language, languages }: { language: string; languages: readonly string[] },
  contact: string | null,
  text: string,
): string {
  const own = baseLanguage(language);
  const all = [...new Set([own, ...languages.map(baseLanguage)])];
  if (all.length > 1) {
    const { plausible } = readLanguages(text, all);
    if (plausible[0] !== undefined && !plausible.includes(own)) return plausible[0];
  }
  return chooseLanguage({ tenant: language, contact, text });
}
