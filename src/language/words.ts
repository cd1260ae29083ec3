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
  const folded = fold(text.slice(0, READ_LENGTH));
  const apart = elides(language);
  const found: string[] = [];
  for (const [run] of folded.matchAll(ASCII.test(folded) ? ASCII_RUN : RUN)) {
    if (SPACELESS.test(run)) {
      for (const part of segmenter(language).segment(run)) if (part.isWordLike) found.push(part.segment);
    } else if (!run.includes("'")) found.push(run);
    else if (apart) found.push(...run.split("'"));
    else found.push(run.replaceAll("'", ''));
  }
  return found;
}

/** Whether an apostrophe stands between two words (`l'heure`, `İstanbul'da`), and not within one. */
export const elides = (language: string) => eliding.has(baseLanguage(language));

const ASCII = /^[\0-\x7f]*$/;
const ASCII_RUN = /[a-z0-9]+(?:'[a-z0-9]+)*/g;
/** Character classes of scripts that write no spaces, and of the other letters and digits. */
const spaceless = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30fc\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]`;
const spaced = String.raw`[[\p{L}\p{M}\p{N}]--${spaceless}]`;
const SPACELESS = new RegExp(spaceless, 'v');
const RUN = new RegExp(`${spaceless}+|${spaced}+(?:'${spaced}+)*`, 'gv');

const APOSTROPHES = /[\u00b4\u0060\u2018\u2019\u02bc\u02b9\uff07]/g;
const MARK_PILES = /(\p{M}{4})\p{M}+/gu;
/**
 * Latin, Greek and Cyrillic accents (not the breve of й, which is a letter of its own), Hebrew points, Arabic vowel
 * signs and tatweel, soft hyphen, zero-width and direction marks, variation selectors, skin tones.
 */
const DROPPED =
  /[\u0300-\u0305\u0307-\u036f]|(?<!и)\u0306|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]|[\u{1f3fb}-\u{1f3ff}]/gu;

/** Letters that one language writes in several ways and that Unicode does not take apart. */
const variants = new Map(
  Object.entries({
    ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ς: 'σ' },
    ...{ ٱ: 'ا', ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' },
    ...Object.fromEntries([...'٠١٢٣٤٥٦٧٨٩'].map((digit, value) => [digit, String(value)])),
    ...Object.fromEntries([...'۰۱۲۳۴۵۶۷۸۹'].map((digit, value) => [digit, String(value)])),
    ...Object.fromEntries([...'०१२३४५६७८९'].map((digit, value) => [digit, String(value)])),
  }),
);
const VARIANTS = /[ßæœøłđðþıςٱىیکة٠-٩۰-۹०-९]/g;

const eliding = new Set(['fr', 'it', 'ca', 'oc', 'tr']);

const segmenters = new Map<string, Intl.Segmenter>();

/** Making a segmenter takes a millisecond; only languages that exist get one of their own, so the map stays small. */
function segmenter(tag: string): Intl.Segmenter {
  const base = baseLanguage(tag);
  const language = LANGUAGE_CODE.test(base) && Intl.Segmenter.supportedLocalesOf(base).length > 0 ? base : 'und';
  let known = segmenters.get(language);
  if (!known) {
    known = new Intl.Segmenter(language, { granularity: 'word' });
    segmenters.set(language, known);
  }
  return known;
}

const LANGUAGE_CODE = /^[a-z]{2,3}$/;
