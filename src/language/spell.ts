import { elides, fold, READ_LENGTH } from './words.ts';

/**
 * A text as templates and phrase books read it: folded words, every Chinese and Japanese character a word of its own,
 * and a `,` wherever a clause ends, so also last. `["im", "not", "sure", ",", "help", ",", ","]`
 */
export function spell(text: string, language: string): string[] {
  const apart = elides(language);
  const spelled: string[] = [];
  for (const [token] of fold(text.slice(0, READ_LENGTH)).matchAll(TOKEN)) {
    if (!WORD.test(token)) spelled.push(',');
    else if (!token.includes("'")) spelled.push(token);
    else if (apart) spelled.push(...token.split("'"));
    else spelled.push(token.replaceAll("'", ''));
  }
  spelled.push(',');
  return spelled;
}

const WORD = /^[\p{L}\p{M}\p{N}]/u;
const ideograph = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30fc]`;
const letter = String.raw`[[\p{L}\p{M}\p{N}]--${ideograph}]`;
const TOKEN = new RegExp(`${ideograph}|${letter}+(?:'${letter}+)*|[.,;:!?…。、،؛؟।\n—–]`, 'gv');
