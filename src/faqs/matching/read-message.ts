import { words } from '../../language/words.ts';
import type { FaqIndex } from './faq-index.ts';
import { gramBetween, gramsOf } from './grams.ts';
import { nextMatch, scratch } from './scratch.ts';

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
  /** The FAQs that have it: `FaqIndex.postings`. */
  postings: readonly number[];
}

/** What is known of a message before any FAQ is looked at. Valid until the next message is read, by whomever. */
export interface Message {
  words: Word[];
  /** Sums of weights: of the words that tell something, of those of them that no FAQ has, of stop words, of pieces. */
  telling: number;
  unknown: number;
  stops: number;
  grams: number;
  /** How many words that tell something no FAQ has. */
  unknownWords: number;
}

/** More different words than these make no question clearer, and each one costs time. */
const MOST_WORDS = 64;
/** Words whose reading is remembered; people use the same ones again and again. */
const MOST_REMEMBERED = 5_000;
const LONGEST_REMEMBERED = 40;

export interface MessageReader {
  read: (text: string) => Message;
  /** What a word counts that is in so many questions or keyword lists. */
  rarity: (count: number) => number;
}

export function createMessageReader(index: FaqIndex): MessageReader {
  let remembered = new Map<string, Word>();
  let version = index.version;
  let rarities = new Float64Array(0);
  const rarity = (count: number) => rarities[count] ?? 0;

  /** Every weight depends on how many FAQs there are and have a word, so a change forgets them all. */
  function followIndex(): void {
    if (version === index.version && rarities.length > 0) return;
    version = index.version;
    remembered = new Map();
    rarities = Float64Array.from({ length: index.size + 1 }, (_, count) =>
      Math.log(1 + (index.size + 1) / (count + 0.5)),
    );
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
    const word: Word = {
      written,
      term: term ?? -1,
      likeness,
      weight,
      isStopWord,
      grams: gramsOf(written),
      postings: index.postings[term ?? -1] ?? [],
    };
    if (written.length <= LONGEST_REMEMBERED) {
      if (remembered.size >= MOST_REMEMBERED) remembered = new Map();
      remembered.set(written, word);
    }
    return word;
  }

  function takeGram(message: Message, gram: number): void {
    if (scratch.gramSeen[gram] === scratch.match) return;
    const weight = rarity(index.gramCounts[gram] ?? 0);
    scratch.gramSeen[gram] = scratch.match;
    scratch.gramWeight[gram] = weight;
    message.grams += weight;
  }

  function take(message: Message, word: Word): void {
    message.words.push(word);
    if (word.isStopWord) {
      message.stops += word.weight;
      return;
    }
    const { grams } = word;
    for (let at = 0; at < grams.length; at++) takeGram(message, grams[at] ?? 0);
    message.telling += word.weight;
    if (word.term >= 0) return;
    message.unknown += word.weight;
    message.unknownWords += 1;
  }

  function read(text: string): Message {
    followIndex();
    const match = nextMatch(index.postings.length, index.entries.length);
    const { termSeen, termPlace } = scratch;
    const message: Message = { words: [], telling: 0, unknown: 0, stops: 0, grams: 0, unknownWords: 0 };
    const unknown = new Set<string>();
    let before = '';
    for (const written of words(text, index.language)) {
      const word = look(written);
      const between = gramBetween(before, written);
      if (between !== null) takeGram(message, between);
      before = written;
      if (word.term < 0) {
        if (unknown.has(written)) continue;
        unknown.add(written);
      } else {
        if (termSeen[word.term] === match) continue;
        termSeen[word.term] = match;
        termPlace[word.term] = message.words.length;
      }
      take(message, word);
      if (message.words.length === MOST_WORDS) break;
    }
    return message;
  }

  return { read, rarity };
}

/** A word that only FAQs had which are gone is no known word any more. */
const inUse = (index: FaqIndex, term: number | undefined) =>
  term !== undefined && (index.postings[term]?.length ?? 0) > 0 ? term : undefined;
