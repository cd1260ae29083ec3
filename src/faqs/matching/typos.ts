/**
 * Finds known words like one that is not known: one edit away (a letter missing, too many or another one, or two
 * neighbours swapped), or with a long common beginning. Every word is filed under itself and each of its forms with one
 * letter left out; words one edit apart meet under one of them, so a search looks up as many forms as the word has
 * letters, however many words are known.
 */
export interface Typos {
  add(word: string): void;
  /** The likest known word, and how sure it is that it is meant, 0..1. `frequency` decides between equals. */
  find(word: string, frequency: (word: string) => number): { word: string; likeness: number } | null;
}

export function createTypos(): Typos {
  const known = new Set<string>();
  const byForm = new Map<string, string[]>();
  const byBeginning = new Map<string, string[]>();
  return {
    add(word) {
      if (!mayBeMisspelt(word) || known.has(word)) return;
      known.add(word);
      for (const form of forms(word)) file(byForm, form, word);
      if (word.length > BEGINNING) file(byBeginning, word.slice(0, BEGINNING), word);
    },
    find(word, frequency) {
      if (!mayBeMisspelt(word)) return null;
      return misspelt(word, byForm, frequency) ?? begun(word, byBeginning);
    },
  };
}

const SHORTEST = 4;
const LONGEST = 24;
const BEGINNING = 4;
const MOST_PER_FORM = 16;
const MOST_PER_BEGINNING = 64;

/** In short words one letter makes another word, very long ones are no words, and digits are meant. */
const mayBeMisspelt = (word: string) => word.length >= SHORTEST && word.length <= LONGEST && !DIGIT.test(word);
const DIGIT = /\d/;

function file(index: Map<string, string[]>, key: string, word: string): void {
  const words = index.get(key);
  if (!words) index.set(key, [word]);
  else if (words.length < (key.length === BEGINNING ? MOST_PER_BEGINNING : MOST_PER_FORM)) words.push(word);
}

/** People seldom miss the first letter, and rather swap or mistype a letter than leave one out. */
function misspelt(word: string, byForm: Map<string, string[]>, frequency: (word: string) => number) {
  let best: string | null = null;
  let bestScore = 0;
  for (const form of forms(word)) {
    for (const other of byForm.get(form) ?? []) {
      const score =
        (other[0] === word[0] ? 1 : 0) +
        (other.length === word.length ? 0.2 : 0) +
        Math.min(frequency(other), 50) / 1_000;
      if (score > bestScore && isOneEdit(word, other)) [best, bestScore] = [other, score];
    }
  }
  if (best === null || (word.length === SHORTEST && bestScore < 1)) return null;
  return { word: best, likeness: best[0] === word[0] ? 0.9 : 0.7 };
}

/** Another form or a compound of a known word: most of the longer one is their common beginning, or all of the shorter. */
function begun(word: string, byBeginning: Map<string, string[]>) {
  if (word.length <= BEGINNING) return null;
  let best: string | null = null;
  let bestShare = 0;
  for (const other of byBeginning.get(word.slice(0, BEGINNING)) ?? []) {
    let common = BEGINNING;
    while (common < word.length && word[common] === other[common]) common++;
    const share = common / Math.max(word.length, other.length);
    const isWhole = common === Math.min(word.length, other.length);
    if ((share >= 0.6 || isWhole) && share > bestShare) [best, bestShare] = [other, share];
  }
  return best === null ? null : { word: best, likeness: 0.3 + 0.5 * bestShare };
}

function* forms(word: string): Generator<string> {
  yield word;
  for (let at = 0; at < word.length; at++) yield word.slice(0, at) + word.slice(at + 1);
}

/** For words that share a form: what lies between their common beginning and their common end is one edit. */
function isOneEdit(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  return (left.length <= 1 && right.length <= 1) || (left.length === 2 && left[0] === right[1] && left[1] === right[0]);
}
