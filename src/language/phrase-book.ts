import { spell } from './spell.ts';
import { withoutParticles } from './templates.ts';

export interface PhraseBook<Mark> {
  phrases: Map<string, Mark>;
  /** Words that phrases begin with. */
  firstWords: Set<string>;
  /** As in `LanguagePhrases`: where given, a phrase is also found with particles before it. */
  particles?: RegExp;
}

/** A phrase book out of lists divided by commas or lines. Where a phrase is in two lists, the later one counts. */
export function phraseBook<Mark>(language: string, lists: [Mark, string][], particles?: RegExp): PhraseBook<Mark> {
  const phrases = new Map<string, Mark>();
  for (const [mark, list] of lists) {
    for (const phrase of list.split(/[,\n]/)) {
      const key = wordsOf(spell(phrase, language)).join(' ');
      if (key !== '') phrases.set(key, mark);
    }
  }
  return { phrases, firstWords: new Set([...phrases.keys()].map((phrase) => phrase.split(' ', 1).join())), particles };
}

/**
 * Reads a spelled message as a row of known phrases. `rest` tells whether something else was said, too; then the
 * marks are those of the phrases before it.
 */
export function readPhrases<Mark>(spelled: string[], book: PhraseBook<Mark>): { marks: Set<Mark>; rest: boolean } {
  const said = wordsOf(spelled);
  if (said.length > LONGEST_MESSAGE) return { marks: leadingMarks(said, book), rest: true };
  // From behind: the marks of what is left from each word on, or undefined where that cannot be read to the end.
  const readable: (Set<Mark> | undefined)[] = Array.from({ length: said.length });
  readable.push(new Set());
  for (let at = said.length - 1; at >= 0; at--) {
    for (let length = Math.min(LONGEST_PHRASE, said.length - at); length > 0; length--) {
      const after = readable[at + length];
      const mark = after && look(said, at, length, book);
      if (!after || mark === undefined) continue;
      readable[at] = new Set([mark, ...after]);
      break;
    }
  }
  const all = readable[0];
  return all ? { marks: all, rest: false } : { marks: leadingMarks(said, book), rest: true };
}

function leadingMarks<Mark>(said: string[], book: PhraseBook<Mark>): Set<Mark> {
  const marks = new Set<Mark>();
  for (let at = 0, length = LONGEST_PHRASE; at < said.length && length > 0; length--) {
    const mark = look(said, at, length, book);
    if (mark === undefined) continue;
    marks.add(mark);
    at += length;
    length = LONGEST_PHRASE + 1;
  }
  return marks;
}

function look<Mark>(said: string[], at: number, length: number, { phrases, firstWords, particles }: PhraseBook<Mark>) {
  if (!particles && !firstWords.has(said[at] ?? '')) return undefined;
  const found = phrases.get(said.slice(at, at + length).join(' '));
  if (found !== undefined || !particles) return found;
  for (const bare of withoutParticles(said[at] ?? '', particles)) {
    const mark = phrases.get([bare, ...said.slice(at + 1, at + length)].join(' '));
    if (mark !== undefined) return mark;
  }
  return undefined;
}

/** `yesss` and `nooo` are yes and no, so letters that belong double are made single on both sides. */
const wordsOf = (spelled: string[]) =>
  spelled.filter((word) => word !== ',').map((word) => word.replace(REPEATED, '$1'));

const REPEATED = /(\p{L})\1+/gu;
/** In words, or characters of Chinese and Japanese. */
const LONGEST_PHRASE = 14;
const LONGEST_MESSAGE = 40;
