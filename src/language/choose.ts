import { baseLanguage } from './base.ts';

interface Hints {
  /** What the business speaks. */
  tenant: string;
  /** What the platform says of the contact; often the language of the phone, not of the message. */
  contact: string | null;
  text: string;
}

const SCRIPTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\p{Script=Cyrillic}/u, ['ru', 'uk', 'bg', 'sr', 'be', 'mk', 'kk']],
  [/\p{Script=Arabic}/u, ['ar', 'fa', 'ur']],
  [/\p{Script=Hebrew}/u, ['he', 'yi']],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, ['ja']],
  [/\p{Script=Han}/u, ['zh', 'ja']],
  [/\p{Script=Hangul}/u, ['ko']],
  [/\p{Script=Devanagari}/u, ['hi', 'mr', 'ne']],
  [/\p{Script=Greek}/u, ['el']],
  [/\p{Script=Thai}/u, ['th']],
];

/**
 * The language to speak to a contact, ISO 639-1: the business's own, unless the message is written in a script that
 * this language does not use; then the contact's, or the script's most common one.
 */
export function chooseLanguage({ tenant, contact, text }: Hints): string {
  const own = baseLanguage(tenant);
  const written = SCRIPTS.find(([script]) => script.test(text))?.[1];
  const fits = (language: string) =>
    written ? written.includes(language) : !SCRIPTS.some(([, languages]) => languages.includes(language));
  if (fits(own) || !/\p{L}/u.test(text)) return own;
  const theirs = contact === null ? null : baseLanguage(contact);
  if (theirs !== null && fits(theirs)) return theirs;
  return written?.[0] ?? 'en';
}
