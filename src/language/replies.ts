import { baseLanguage } from './base.ts';
import { phrases } from './phrases/index.ts';
import { en } from './phrases/en.ts';
import type { Replies } from './phrases/language-phrases.ts';

type TimedKey = 'askHandoverLater' | 'handedOverLater';
export type ReplyKey = Exclude<keyof Replies, TimedKey>;

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

/** The same, with a time of day as the clock in `timezone` shows it. */
export function sayWhen(key: TimedKey, language: string, at: Date, timezone: string): string {
  const code = baseLanguage(language);
  const spoken = phrases.get(code);
  const when = new Intl.DateTimeFormat(spoken ? code : 'en', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: timezone,
  });
  return (spoken ?? en).says[key].replace('{when}', () => when.format(at));
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
