import { stemmer } from '../language/stems.ts';
import { stopWords } from '../language/stop-words.ts';
import { words } from '../language/words.ts';
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

/** The forms of one word, and where they stand. */
export interface Term {
  /** Positions in `FaqIndex.entries`, ascending, and for each how good the best field is that has the word. */
  positions: number[];
  fields: number[];
  /** What it counts: a word of few FAQs tells more than a word of many, and a stop word next to nothing. */
  weight: number;
}

export interface Entry {
  faq: Faq;
  keywords: { written: string; terms: Set<Term> }[];
  question: Set<Term>;
}

export interface FaqIndex {
  language: string;
  /** The active FAQs, those that win a draw first. */
  entries: Entry[];
  terms: Map<string, Term>;
  stem(word: string): string;
  isStopWord(word: string): boolean;
  typos: Typos;
  /** What a word counts that no FAQ has. */
  unknownWeight: number;
}

/** How much a word counts that a FAQ has there. */
export const FIELD = { keyword: 1, question: 0.9, answer: 0.2 };
/** Enough to tell "who are you" from "how are you", and too little to answer anything else by. */
export const STOP_WORD = 0.25;
const UNKNOWN = 0.7;

export function buildIndex(language: string, faqs: readonly Faq[]): FaqIndex {
  const stem = stemmer(language);
  const stops = stopWords(language);
  const terms = new Map<string, Term>();
  const typos = createTypos();

  function add(text: string, position: number, field: number): Set<Term> {
    const found = new Set<Term>();
    for (const word of words(text, language)) {
      const stemmed = stem(word);
      let term = terms.get(stemmed);
      if (!term) {
        term = { positions: [], fields: [], weight: stops.has(word) ? STOP_WORD : 1 };
        terms.set(stemmed, term);
      }
      typos.add(word);
      found.add(term);
      // Fields are added best first, so the first one that has the word is the one that counts.
      if (term.positions.at(-1) !== position) {
        term.positions.push(position);
        term.fields.push(field);
      }
    }
    return found;
  }

  const entries = faqs
    .filter((faq) => faq.isActive)
    .toSorted((one, other) => other.priority - one.priority || (one.id < other.id ? -1 : 1))
    .map((faq, position) => {
      const keywords = keywordsOf(faq).map((written) => ({ written, terms: add(written, position, FIELD.keyword) }));
      const question = add(faq.question, position, FIELD.question);
      add(faq.answer, position, FIELD.answer);
      return { faq, keywords: keywords.filter((keyword) => keyword.terms.size > 0), question };
    });

  const rarity = (count: number) => Math.log(1 + (entries.length + 1) / (count + 0.5));
  for (const term of terms.values()) term.weight *= rarity(term.positions.length);
  const unknownWeight = UNKNOWN * rarity(0);
  return { language, entries, terms, stem, isStopWord: (word) => stops.has(word), typos, unknownWeight };
}

function keywordsOf({ keywords }: Faq): string[] {
  const list = typeof keywords === 'string' ? keywords.split(SEPARATOR) : keywords;
  return list.map((keyword) => keyword.trim()).filter((keyword) => keyword !== '');
}

const SEPARATOR = /[,;\n،、，；]/;
