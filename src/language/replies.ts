import { baseLanguage } from './base.ts';
import { phrases } from './phrases/index.ts';
import { en } from './phrases/en.ts';
import type { Replies } from './phrases/language-phrases.ts';

export type ReplyKey = keyof Replies;

/**
 * What the bot itself says, in the contact's language, or in English where we do not speak it. `language` may be a
 * tag like `pt-BR`. `options` are the titles that `clarifyBetween` offers; without any it is the same as `clarify`.
 */
export function say(key: ReplyKey, language: string, options: string[] = []): string {
  const code = baseLanguage(language);
  const spoken = phrases.get(code);
  const { says } = spoken ?? en;
  if (key !== 'clarifyBetween') return says[key];
  if (options.length === 0) return says.clarify;
  // A function, because a title may hold `$&`.
  return says.clarifyBetween.replace('{options}', () => either(options, spoken ? code : 'en'));
}

/** `“Hours”, “Prices”, or “Parking”`, the way the language writes it. */
function either(titles: string[], language: string): string {
  const [open, close] = quotes[language] ?? ['“', '”'];
  const quoted = titles.map((title) => `${open}${title.trim()}${close}`);
  return new Intl.ListFormat(language, { type: 'disjunction' }).format(quoted);
}

const quotes: Record<string, [string, string]> = {
  es: ['«', '»'],
  fr: ['« ', ' »'],
  de: ['„', '“'],
  it: ['«', '»'],
  ru: ['«', '»'],
  uk: ['«', '»'],
  pl: ['„', '”'],
  ar: ['«', '»'],
  he: ['"', '"'],
  ja: ['「', '」'],
};
