import { baseLanguage } from './base.ts';

/** What is read of a message, in UTF-16 code units. No one asks a question longer than this. */
export const READ_LENGTH = 10_000;

/**
 * Text with everything taken out that people leave out when they type: case, accents, Arabic and Hebrew vowel
 * signs, wide and styled letters, invisible characters. Two texts that a reader calls the same word fold to the same.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return (
    text
      .replace(APOSTROPHES, "'")
      // Sorting a mountain of combining marks takes quadratic time, and no script needs more than a few.
      .replace(MARK_PILES, '$1')
      // Before and after: some letters have a decomposition in one case only.
      .toLowerCase()
      .normalize('NFKD')
      .toLowerCase()
      .replace(DROPPED, '')
      .replace(VARIANTS, (letter) => variants.get(letter) ?? letter)
      .normalize('NFC')
  );
}

/**
 * The folded words of a text in order, punctuation and emoji left out; at most the first 10,000 code units are read.
 * Scripts without spaces (Chinese, Japanese, Thai, ...) are cut by dictionary. `don't` is one word, but in languages
 * that elide (`l'heure`) the apostrophe ends a word. Any `language` is fine, even one that does not exist.
 */
export function words(text: string, language = ''): string[] {
  const cut = text.length > READ_LENGTH ? text.slice(0, READ_LENGTH) : text;
  if (ASCII.test(cut)) return asciiWords(cut.toLowerCase(), language);
  const apart = elides(language);
  const found: string[] = [];
  for (const [run] of fold(cut).matchAll(RUN)) {
    if (SPACELESS.test(run)) {
      for (const part of segmenter(language).segment(run)) if (part.isWordLike) found.push(part.segment);
    } else takeRun(run, apart, found);
  }
  return found;
}

function takeRun(run: string, apart: boolean, found: string[]): void {
  if (!run.includes("'")) found.push(run);
  else if (apart) found.push(...run.split("'"));
  else found.push(run.replaceAll("'", ''));
}

/** As RUN finds them, several times faster: most of what is read is plain English letters. */
function asciiWords(text: string, language: string): string[] {
  const hasApostrophe = text.includes("'");
  const apart = hasApostrophe && elides(language);
  const found: string[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (isAsciiLetter(code)) {
      if (start < 0) start = at;
    } else if (start >= 0 && !(code === APOSTROPHE && isAsciiLetter(text.charCodeAt(at + 1)))) {
      if (hasApostrophe) takeRun(text.slice(start, at), apart, found);
      else found.push(text.slice(start, at));
      start = -1;
    }
  }
  return found;
}

/** A small letter or a digit. */
const isAsciiLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
const APOSTROPHE = 39;

/** Whether an apostrophe stands between two words (`l'heure`, `İstanbul'da`), and not within one. */
export const elides = (language: string) => eliding.has(baseLanguage(language));

const ASCII = /^[\0-\x7f]*$/;
/** Character classes of scripts that write no spaces, and of the other letters and digits. */
const letters = String.raw`[\p{L}\p{M}\p{N}]`;
const spaceless = String.raw`[${letters}&&[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30fc\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]]`;
const spaced = String.raw`[${letters}--${spaceless}]`;
const SPACELESS = new RegExp(spaceless, 'v');
const RUN = new RegExp(`${spaceless}+|${spaced}+(?:'${spaced}+)*`, 'gv');

const APOSTROPHES = /[\u00b4\u0060\u2018\u2019\u02bc\u02b9\uff07]/g;
const MARK_PILES = /(\p{M}{4})\p{M}+/gu;
const DROPPED = new RegExp(
  [
    // Accents of Latin, Greek and Cyrillic, but not the breve of й, which is a letter of its own.
    String.raw`[\u0300-\u0305\u0307-\u036f]|(?<!и)\u0306`,
    // Points of Hebrew; vowel signs and the tatweel of Arabic.
    String.raw`[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]`,
    String.raw`[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]`,
    // Soft hyphen, joiners, zero-width and direction marks, variation selectors, skin tones.
    String.raw`[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]`,
    String.raw`[\u{1f3fb}-\u{1f3ff}]`,
  ].join('|'),
  'gu',
);

/** Letters and digits that are written in several ways and that Unicode does not take apart; column by column. */
const written = [
  ['øłđðıς', 'olddiσ'],
  ['ٱىیکة', 'اييكه'],
  ['٠١٢٣٤٥٦٧٨٩', '0123456789'],
  ['۰۱۲۳۴۵۶۷۸۹', '0123456789'],
  ['०१२३४५६७८९', '0123456789'],
] as const;
const variants = new Map<string, string>([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['þ', 'th'],
  ...written.flatMap(([from, to]) => Array.from(from, (letter, at): [string, string] => [letter, to.charAt(at)])),
]);
const VARIANTS = /[ßæœøłđðþıςٱىیکة٠-٩۰-۹०-९]/g;

const eliding = new Set(['fr', 'it', 'ca', 'oc', 'tr']);

const segmenters = new Map<string, Intl.Segmenter>();

/** Making a segmenter takes a millisecond. Codes have three letters at most, so the map cannot grow for ever. */
function segmenter(tag: string): Intl.Segmenter {
  const base = baseLanguage(tag);
  const language = LANGUAGE_CODE.test(base) ? base : 'und';
  let known = segmenters.get(language);
  if (!known) {
    known = new Intl.Segmenter(language, { granularity: 'word' });
    segmenters.set(language, known);
  }
  return known;
}

const LANGUAGE_CODE = /^[a-z]{2,3}$/;
