import { stemmer } from '../../language/stems.ts';
import { stopWords } from '../../language/stop-words.ts';
import { words } from '../../language/words.ts';

/** The words of a text that say what it is about: stem -> the folded word as it was written first. */
export type TellingWords = ReadonlyMap<string, string>;

/** More different words than these make a message no clearer, and each one costs time. */
const MOST_WORDS = 32;

/** Reads the telling words of texts: stop words and bare numbers left out, the first 32 different ones kept. */
export function tellingWordsOf(text: string, language: string): TellingWords {
  const { stem, stops } = readerOf(language);
  const found = new Map<string, string>();
  for (const word of words(text, language)) {
    if (stops.has(word) || NUMBER.test(word)) continue;
    const stemmed = stem(word);
    if (!found.has(stemmed)) found.set(stemmed, word);
    if (found.size === MOST_WORDS) break;
  }
  return found;
}

interface Reader {
  stem: (word: string) => string;
  stops: Set<string>;
}

function readerOf(language: string): Reader {
  let reader = readers.get(language);
  if (!reader) {
    reader = { stem: stemmer(language), stops: stopWords(language) };
    // Tenants write codes as they like; those that were met are few, but nothing holds them to it.
    if (readers.size === MOST_READERS) readers.clear();
    readers.set(language, reader);
  }
  return reader;
}

const readers = new Map<string, Reader>();
const MOST_READERS = 100;
const NUMBER = /^\p{N}+$/u;
