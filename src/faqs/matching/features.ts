import { FIELD, isIn, rankOf, standsAlone, type Entry, type FaqIndex } from './faq-index.ts';
import type { Message } from './read-message.ts';
import { scratch } from './scratch.ts';

/**
 * What speaks for a FAQ as the answer to a message, and what against; each a number of about 0 to 10. All but the last
 * two only grow with what the two have in common.
 */
export const EVIDENCE = [
  'stop words in keywords',
  'stop words in question',
  'words in common',
  'share of the message',
  'share of the question',
  'share of the keywords',
  'first keywords',
  'keywords of one word',
  'whole keywords',
  'pieces of words',
  'words of the answer',
  'the very question',
  'words not in the FAQ',
  'length of the FAQ',
] as const;

/** What speaks for no FAQ being the answer, whichever is the best. */
export const DOUBT = [
  'always',
  'unknown words',
  'words that tell',
  'number of FAQs',
  'unknown pieces of words',
  'stop words',
] as const;

/** What a stop word counts beside another word. */
export const STOP_WORD = 0.25;

/** Writes the evidence for a FAQ into `into`, in the order of EVIDENCE. Straight loops: most of a match is spent here. */
export function readEvidence(
  index: FaqIndex,
  rarity: (count: number) => number,
  message: Message,
  entry: Entry,
  into: number[],
): void {
  const { terms, occurrences, grams } = entry;
  const { match, termSeen, termPlace, gramSeen, gramWeight } = scratch;
  let stopKeyword = 0;
  let stopQuestion = 0;
  let covered = 0;
  let ranked = 0;
  let alone = 0;
  let answer = 0;
  let asked = 0;
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] ?? 0;
    if (termSeen[term] !== match) continue;
    const occurrence = occurrences[at] ?? 0;
    const isQuestion = isIn(occurrence, FIELD.question);
    const word = message.words[termPlace[term] ?? 0];
    if (!word) continue;
    const weight = word.weight * word.likeness;
    if (isQuestion) asked += weight;
    const isKeyword = isIn(occurrence, FIELD.keyword);
    if (word.isStopWord) {
      if (isKeyword) stopKeyword += weight;
      if (isQuestion) stopQuestion += weight;
    } else if (isKeyword || isQuestion) {
      covered += weight;
      if (isKeyword) ranked += weight / (1 + rankOf(occurrence) / 3);
      if (standsAlone(occurrence)) alone += weight;
    } else answer += weight;
  }
  const hit = readKeywords(message, entry);
  let pieces = 0;
  for (let at = 0; at < grams.length; at++) {
    const gram = grams[at] ?? 0;
    if (gramSeen[gram] === match) pieces += gramWeight[gram] ?? 0;
  }

  const shareOfQuestion = asked / (questionWeight(index, rarity, entry) || 1);
  into[0] = stopKeyword;
  into[1] = stopQuestion;
  into[2] = Math.sqrt(covered);
  into[3] = covered / (message.telling || 1);
  into[4] = shareOfQuestion;
  into[5] = hit.count / (entry.keywords.length || 1);
  into[6] = ranked;
  into[7] = alone;
  into[8] = Math.log1p(hit.weight);
  into[9] = Math.sqrt(pieces / (message.grams || 1));
  into[10] = answer / (message.telling || 1);
  into[11] = shareOfQuestion > 0.999 && message.words.length === entry.questionLength ? 1 : 0;
  into[12] = Math.log1p(Math.max(0, message.telling - covered));
  into[13] = Math.log1p(terms.length);
}

/** Changes with the index only, and is asked for with each match. */
function questionWeight(index: FaqIndex, rarity: (count: number) => number, entry: Entry): number {
  if (entry.weighedIn === index.version) return entry.questionWeight;
  let weight = 0;
  for (const [at, term] of entry.terms.entries()) {
    if (isIn(entry.occurrences[at] ?? 0, FIELD.question)) weight += rarity(index.counts[term] ?? 0);
  }
  entry.questionWeight = weight;
  entry.weighedIn = index.version;
  return weight;
}

/** Writes the doubt of a message into `into`, in the order of DOUBT. */
export function readDoubt(index: FaqIndex, message: Message, into: number[]): void {
  const all = message.words.length || 1;
  into[0] = 1;
  into[1] = message.telling > 0 ? message.unknown / message.telling : 1;
  into[2] = message.tellingWords;
  into[3] = Math.log(index.size || 1);
  into[4] = message.unknownGrams / (message.grams || 1);
  into[5] = (message.words.length - message.tellingWords) / all;
}

/** How many keywords the message has with every word, and what they count. */
function readKeywords(message: Message, entry: Entry) {
  const { match, termSeen, termPlace } = scratch;
  let count = 0;
  let sum = 0;
  let start = 0;
  for (let at = 0; at < entry.keywordEnds.length; at++) {
    const end = entry.keywordEnds[at] ?? 0;
    let weight = 0;
    let isWhole = true;
    for (; start < end; start++) {
      const term = entry.keywordTerms[start] ?? 0;
      const word = termSeen[term] === match ? message.words[termPlace[term] ?? 0] : undefined;
      if (!word) isWhole = false;
      else weight += word.weight * word.likeness * (word.isStopWord ? STOP_WORD : 1);
    }
    if (!isWhole) continue;
    count += 1;
    sum += weight;
  }
  return { count, weight: sum };
}
