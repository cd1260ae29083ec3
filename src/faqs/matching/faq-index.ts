import { stemmer } from '../../language/stems.ts';
import { stopWords } from '../../language/stop-words.ts';
import { words } from '../../language/words.ts';
import { gramBetween, GRAMS, gramsOf } from './grams.ts';
import { keywordList } from '../../language/keywords.ts';
import { createSideBySide, type SideBySide } from './side-by-side.ts';
import { createTypos, type Typos } from './typos.ts';

export interface Faq {
  id: string;
  question: string;
  answer: string;
  /** As a business writes them, "refund, money back", or already taken apart. */
  keywords: string | readonly string[];
  /** Decides between equals only, higher first. */
  priority: number;
  isActive: boolean;
}

/** Where a FAQ has a word. */
export const FIELD = { keyword: 1, question: 2, answer: 4 } as const;
/** Of an occurrence: above the bits of its fields. */
const RANK_SHIFT = 3;
const MOST_RANK = 255;

/** A FAQ as numbers. */
export interface Entry {
  id: string;
  priority: number;
  /** Ids of its words, each once, and for each the bits of `occurrence`. */
  terms: Int32Array;
  occurrences: Uint16Array;
  /** Its keywords as written, and the word ids of each, one keyword after another. */
  keywords: string[];
  keywordTerms: Int32Array;
  keywordEnds: Uint16Array;
  /** Pieces of its question and keywords. */
  grams: Uint16Array;
  /** Different words of its question, and what they count together in the index of that version. */
  questionLength: number;
  questionWeight: number;
  weighedIn: number;
}

/** A known word: `term` is what it has in common with its other forms. */
interface Known {
  term: number;
  isStopWord: boolean;
  grams: Uint16Array;
}

export interface FaqIndex {
  readonly language: string;
  /** Active FAQs. */
  size: number;
  entries: (Entry | undefined)[];
  /** About how much memory it takes. */
  bytes: number;
  /** Counts changes; whoever remembers something of the index compares it. */
  version: number;
  terms: Map<string, number>;
  /** By word id: the FAQs that have it, each as position * 8 + fields. */
  postings: number[][];
  /** By word id: in how many questions or keyword lists it is; by piece likewise. */
  counts: number[];
  gramCounts: Uint16Array;
  isStopTerm: boolean[];
  typos: Typos;
  isStopWord: (word: string) => boolean;
  /** Id of a word, in whichever form. */
  termOf: (word: string) => number | undefined;
  /** Puts a FAQ in, instead of the one with its id. One that is not active only leaves. */
  put: (faq: Faq) => void;
  remove: (id: string) => void;
}

export const isIn = (occurrence: number, field: number) => (occurrence & field) !== 0;
/** The place of the first keyword that has the word; a business writes first what matters most. */
export const rankOf = (occurrence: number) => occurrence >> RANK_SHIFT;

/** Work for one FAQ does not depend on how many there are, so that a change of one is not a new index. */
export function createFaqIndex(language: string): FaqIndex {
  const stem = stemmer(language);
  const stops = stopWords(language);
  const known = new Map<string, Known>();
  const positions = new Map<string, number>();
  const free: number[] = [];
  const lists = createSideBySide();

  function learn(word: string): Known {
    const before = known.get(word);
    if (before) return before;
    const stemmed = stem(word);
    const isStopWord = stops.has(word);
    let term = index.terms.get(stemmed);
    if (term === undefined) {
      term = index.postings.push([]) - 1;
      index.terms.set(stemmed, term);
      index.counts.push(0);
      index.isStopTerm.push(isStopWord);
    }
    index.typos.add(word);
    index.bytes += WORD_BYTES + word.length * LETTER_BYTES;
    const now = { term, isStopWord, grams: gramsOf(word) };
    known.set(word, now);
    return now;
  }

  function remove(id: string): void {
    const position = positions.get(id);
    const entry = position === undefined ? undefined : index.entries[position];
    if (position === undefined || !entry) return;
    positions.delete(id);
    free.push(position);
    index.entries[position] = undefined;
    index.size -= 1;
    index.bytes -= bytesOf(entry);
    index.version += 1;
    count(index, entry, -1);
    for (const term of entry.terms) {
      const postings = index.postings[term] ?? [];
      const at = postings.findIndex((posting) => posting >> 3 === position);
      if (at >= 0) postings.splice(at, 1);
    }
  }

  function put(faq: Faq): void {
    remove(faq.id);
    if (!faq.isActive) return;
    const entry = read(faq, language, learn, lists);
    const position = free.pop() ?? index.entries.length;
    index.entries[position] = entry;
    positions.set(faq.id, position);
    index.size += 1;
    index.bytes += bytesOf(entry);
    index.version += 1;
    count(index, entry, 1);
    for (let at = 0; at < entry.terms.length; at++) {
      index.postings[entry.terms[at] ?? 0]?.push(position * 8 + ((entry.occurrences[at] ?? 0) & 7));
    }
  }

  const index: FaqIndex = {
    language,
    size: 0,
    bytes: EMPTY_BYTES,
    entries: [],
    version: 0,
    terms: new Map(),
    postings: [],
    counts: [],
    gramCounts: new Uint16Array(GRAMS),
    isStopTerm: [],
    typos: createTypos(),
    isStopWord: (word) => stops.has(word),
    termOf: (word) => known.get(word)?.term ?? index.terms.get(stem(word)),
    put,
    remove,
  };
  return index;
}

/** Measured: the tables of an index, a word with its forms in the table of typos, a FAQ, one of its words. */
const EMPTY_BYTES = 40_000;
const WORD_BYTES = 400;
const LETTER_BYTES = 100;
const ENTRY_BYTES = 1_200;
const TERM_BYTES = 20;

const bytesOf = ({ terms, grams }: Entry) =>
  ENTRY_BYTES + TERM_BYTES * terms.length + grams.BYTES_PER_ELEMENT * grams.length;

function count(index: FaqIndex, { terms, occurrences, grams }: Entry, change: 1 | -1): void {
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] ?? 0;
    if (isIn(occurrences[at] ?? 0, FIELD.keyword | FIELD.question)) {
      index.counts[term] = (index.counts[term] ?? 0) + change;
    }
  }
  for (let at = 0; at < grams.length; at++) {
    const gram = grams[at] ?? 0;
    index.gramCounts[gram] = (index.gramCounts[gram] ?? 0) + change;
  }
}

/** Of the FAQ that is read just now; a Set of its hundreds of pieces takes half the time of building an index. */
const isAdded = new Uint8Array(GRAMS);

function addOnce(grams: number[], gram: number): void {
  if (isAdded[gram] === 1) return;
  isAdded[gram] = 1;
  grams.push(gram);
}

function read(faq: Faq, language: string, learn: (word: string) => Known, lists: SideBySide): Entry {
  const occurrences = new Map<number, number>();
  const grams: number[] = [];
  const note = (term: number, bits: number) => occurrences.set(term, (occurrences.get(term) ?? 0) | bits);

  function wordsOf(text: string): Known[] {
    let before = '';
    return words(text, language).map((word) => {
      const found = learn(word);
      const between = gramBetween(before, word);
      if (between !== null) addOnce(grams, between);
      if (!found.isStopWord) for (let at = 0; at < found.grams.length; at++) addOnce(grams, found.grams[at] ?? 0);
      before = word;
      return found;
    });
  }

  const keywords: string[] = [];
  const keywordTerms: number[] = [];
  const keywordEnds: number[] = [];
  for (const written of keywordList(faq.keywords)) {
    const found = wordsOf(written);
    if (found.length === 0) continue;
    for (const { term } of found) {
      const isNew = !isIn(occurrences.get(term) ?? 0, FIELD.keyword);
      const rank = isNew ? Math.min(keywords.length, MOST_RANK) << RANK_SHIFT : 0;
      note(term, FIELD.keyword | rank);
      keywordTerms.push(term);
    }
    keywords.push(written);
    keywordEnds.push(keywordTerms.length);
  }
  for (const { term } of wordsOf(faq.question)) note(term, FIELD.question);
  // Of an answer only what tells something is kept: its other words are in every answer.
  for (const word of words(faq.answer, language)) {
    const { term, isStopWord } = learn(word);
    if (!isStopWord) note(term, FIELD.answer);
  }
  for (const gram of grams) isAdded[gram] = 0;
  const bits = [...occurrences.values()];
  return {
    id: faq.id,
    priority: faq.priority,
    terms: lists.ints([...occurrences.keys()]),
    occurrences: lists.shorts(bits),
    keywords,
    keywordTerms: lists.ints(keywordTerms),
    keywordEnds: lists.shorts(keywordEnds),
    grams: lists.shorts(grams),
    questionLength: bits.filter((of) => isIn(of, FIELD.question)).length,
    questionWeight: 0,
    weighedIn: -1,
  };
}
