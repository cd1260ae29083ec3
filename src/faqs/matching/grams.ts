/**
 * Pieces of words, as numbers: four letters each, with the word's edges, so that forms and misspellings of a word share
 * most of theirs. A Chinese or Japanese character says as much as a word elsewhere: there each character is a piece, and
 * each pair.
 */
export const GRAMS = 1 << 14;

export function gramsOf(word: string): Uint16Array {
  const found = new Set<number>();
  if (IDEOGRAPHIC.test(word)) {
    for (let at = 0; at < word.length; at++) {
      found.add(hashOf(word, at, at + 1));
      if (at > 0) found.add(hashOf(word, at - 1, at + 1));
    }
  } else {
    const edged = `^${word.slice(0, LONGEST)}$`;
    if (edged.length < SIZE) found.add(hashOf(edged, 0, edged.length));
    for (let at = 0; at + SIZE <= edged.length; at++) found.add(hashOf(edged, at, at + SIZE));
  }
  return Uint16Array.from(found);
}

/** The pair that two neighbouring words make where nothing is written between words; null elsewhere. */
export function gramBetween(left: string, right: string): number | null {
  if (!IDEOGRAPHIC.test(left) || !IDEOGRAPHIC.test(right)) return null;
  return hashOf(left.slice(-1) + right.charAt(0), 0, 2);
}

const SIZE = 4;
/** No word is longer; what is, has no end. */
const LONGEST = 40;
const IDEOGRAPHIC = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

/** FNV-1a, folded to 14 bits: two pieces that share a number cost next to nothing, a table of all pieces would. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (GRAMS - 1);
}
