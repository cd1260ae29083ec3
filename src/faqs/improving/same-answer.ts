import { words } from '../../language/words.ts';

/** Words from which on an answer is so much of its own that it is known inside of other words. */
const OWN_WORDS = 4;
/** Share of both texts' words that they have in common, from which on one is the other in slightly other words. */
const VERY_LIKE = 0.8;

/**
 * Tells whether a text gives a FAQ's answer: the same words, or, where the answer has four different words or more,
 * those among others, or nearly all of them. "Yes" is the answer of a text that says nothing else. Case, accents and
 * punctuation do not count.
 */
export function createAnswerTest(answer: string, language: string): (text: string) => boolean {
  const own = words(answer, language);
  const ownSet = new Set(own);
  const ownText = ` ${own.join(' ')} `;
  return (text) => {
    if (own.length === 0) return text.trim() === answer.trim();
    const said = words(text, language);
    const saidText = ` ${said.join(' ')} `;
    if (saidText === ownText) return true;
    if (ownSet.size < OWN_WORDS) return false;
    if (saidText.includes(ownText)) return true;
    const saidSet = new Set(said);
    let shared = 0;
    for (const word of saidSet) if (ownSet.has(word)) shared += 1;
    return (2 * shared) / (saidSet.size + ownSet.size) >= VERY_LIKE;
  };
}
