/**
 * Finds known words that are one edit away: a letter missing, too many or another one, or two neighbours swapped.
 * Every word is filed under itself and under each of its forms with one letter left out; words one edit apart meet
 * under one of them, so a search looks up as many forms as the word has letters, however many words are known.
 */
export interface Typos {
  add(word: string): void;
  /** The word added first, of those that are one edit away. */
  find(word: string): string | undefined;
}

export function createTypos(): Typos {
  const known = new Set<string>();
  const filed = new Map<string, string[]>();
  return {
    add(word) {
      if (!isLongEnough(word) || known.has(word)) return;
      known.add(word);
      for (const form of forms(word)) {
        const words = filed.get(form);
        if (!words) filed.set(form, [word]);
        else if (words.length < MOST_PER_FORM) words.push(word);
      }
    },
    find(word) {
      if (!isLongEnough(word)) return undefined;
      for (const form of forms(word)) {
        const found = filed.get(form)?.find((other) => isOneEdit(word, other));
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** In short words one letter makes another word, very long ones are no words, and digits are meant. */
const isLongEnough = (word: string) => word.length >= 5 && word.length <= 24 && !DIGIT.test(word);

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

const DIGIT = /\d/;
const MOST_PER_FORM = 8;
