import { words } from '../language/words.ts';
import type { FaqIndex } from './faq-index.ts';
import { gramBetween, GRAMS, gramsOf } from './grams.ts';

/** A different word of a message. */
export interface Word {
  written: string;
  /** Id of the known word that it stands for; -1 when no FAQ has anything like it. */
  term: number;
  /** Less than 1 where the known word is only similar. */
  likeness: number;
  /** What it counts: a word of few FAQs tells more than a word of many. */
  weight: number;
  isStopWord: boolean;
  grams: Uint16Array;
}

/** What is known of a message before any FAQ is looked at. Valid until the reader reads the next one. */
export interface Message {
  words: Word[];
  /** The word that stands for this id, if any. */
  wordOf(term: number): Word | undefined;
  hasGram(gram: number): boolean;
  weightOf(term: number): number;
  gramWeight(gram: number): number;
  /** Sums of weights: of the words that tell something, of those that no FAQ has, and of all pieces and the unknown ones. */
  telling: number;
  unknown: number;
  grams: number;
  unknownGrams: number;
  tellingWords: number;
}

/** More different words than these make no question clearer, and each one costs time. */
const MOST_WORDS = 64;
/** Words whose reading is remembered; people use the same ones again and again. */
const MOST_REMEMBERED = 5_000;
const LONGEST_REMEMBERED = 40;

export function createMessageReader(index: FaqIndex): (text: string) => Message {
  let remembered = new Map<string, Word>();
  let version = index.version;
  let rarities = new Float64Array(0);
  let serial = 0;
  let seenTerms = new Int32Array(0);
  let places = new Int32Array(0);
  const seenGrams = new Int32Array(GRAMS);

  const rarity = (count: number) => rarities[count] ?? 0;
  const gramWeight = (gram: number) => rarity(index.gramCounts[gram] ?? 0);

  /** Every weight depends on how many FAQs there are and have a word, so a change forgets them all. */
  function followIndex(): void {
    if (version === index.version && rarities.length > 0) return;
    version = index.version;
    remembered = new Map();
    rarities = Float64Array.from({ length: index.size + 1 }, (_, count) => Math.log(1 + (index.size + 1) / (count + 0.5)));
    if (seenTerms.length < index.postings.length) {
      seenTerms = new Int32Array(index.postings.length * 2);
      places = new Int32Array(index.postings.length * 2);
    }
  }

  function look(written: string): Word {
    const before = remembered.get(written);
    if (before) return before;
    const isStopWord = index.isStopWord(written);
    let term = inUse(index, index.termOf(written));
    let likeness = 1;
    if (term === undefined && !isStopWord) {
      const similar = index.typos.find(written, (word) => index.counts[index.termOf(word) ?? -1] ?? 0);
      term = similar ? inUse(index, index.termOf(similar.word)) : undefined;
      if (similar) likeness = similar.likeness;
    }
    const weight = rarity(term === undefined ? 0 : (index.counts[term] ?? 0));
    const word = { written, term: term ?? -1, likeness, weight, isStopWord, grams: gramsOf(written) };
    if (written.length <= LONGEST_REMEMBERED) {
      if (remembered.size >= MOST_REMEMBERED) remembered = new Map();
      remembered.set(written, word);
    }
    return word;
  }

  return (text) => {
    followIndex();
    serial += 1;
    const mine = serial;
    const found: Word[] = [];
    const message: Message = {
      words: found,
      wordOf: (term) => (seenTerms[term] === mine ? found[places[term] ?? -1] : undefined),
      hasGram: (gram) => seenGrams[gram] === mine,
      weightOf: (term) => rarity(index.counts[term] ?? 0),
      gramWeight,
      telling: 0,
      unknown: 0,
      grams: 0,
      unknownGrams: 0,
      tellingWords: 0,
    };
    function takeGram(gram: number): void {
      if (seenGrams[gram] === mine) return;
      seenGrams[gram] = mine;
      const weight = gramWeight(gram);
      message.grams += weight;
      if (index.gramCounts[gram] === 0) message.unknownGrams += weight;
    }
    const unknown = new Set<string>();
    let before = '';
    for (const written of words(text, index.language)) {
      const word = look(written);
      const between = gramBetween(before, written);
      if (between !== null) takeGram(between);
      before = written;
      if (word.term >= 0 ? seenTerms[word.term] === mine : unknown.has(written)) continue;
      if (word.term >= 0) {
        seenTerms[word.term] = mine;
        places[word.term] = found.length;
      } else unknown.add(written);
      found.push(word);
      if (!word.isStopWord) {
        for (const gram of word.grams) takeGram(gram);
        message.telling += word.weight;
        message.tellingWords += 1;
        if (word.term < 0) message.unknown += word.weight;
      }
      if (found.length === MOST_WORDS) break;
    }
    return message;
  };
}

/** A word that only FAQs had which are gone is no known word any more. */
const inUse = (index: FaqIndex, term: number | undefined) =>
  term !== undefined && (index.postings[term]?.length ?? 0) > 0 ? term : undefined;
