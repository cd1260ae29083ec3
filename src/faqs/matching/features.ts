import { FIELD, isIn, rankOf, type Entry, type FaqIndex } from './faq-index.ts';
import type { Message } from './read-message.ts';
import { scratch } from './scratch.ts';

/**
 * What speaks for a FAQ as the answer to a message, and what against; each a number of about 0 to 10. All but the last
 * only grow with what the two have in common.
 */
export const EVIDENCE = [
  'stop words in question',
  'share of the message',
  'words in common',
  'share of the question',
  'share of the keywords',
  'first keywords',
  'whole keywords',
  'pieces of words',
  'words of the answer',
  'the very question',
  'length of the FAQ',
] as const;

/** What speaks for no FAQ being the answer, whichever is the best. */
export const DOUBT = [
  'always',
  'share of unknown words',
  'number of FAQs',
  'words',
  'unknown words',
  'nothing that tells',
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
  let stopQuestion = 0;
  let stops = 0;
  let covered = 0;
  let inCommon = 0;
  let ranked = 0;
  let answer = 0;
  let asked = 0;
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] ?? 0;
    if (termSeen[term] !== match) continue;
    const word = message.words[termPlace[term] ?? 0];
    if (!word) continue;
    const occurrence = occurrences[at] ?? 0;
    const isQuestion = isIn(occurrence, FIELD.question);
    const isKeyword = isIn(occurrence, FIELD.keyword);
    const weight = word.weight * word.likeness;
    if (isQuestion) asked += weight;
    if (word.isStopWord) {
      if (isQuestion || isKeyword) stops += weight;
      if (isQuestion) stopQuestion += weight;
    } else if (isKeyword || isQuestion) {
      covered += weight;
      inCommon += 1;
      if (isKeyword) ranked += weight / (1 + rankOf(occurrence) / 3);
    } else answer += weight;
  }
  const hit = readKeywords(message, entry);
  let pieces = 0;
  for (let at = 0; at < grams.length; at++) {
    const gram = grams[at] ?? 0;
    if (gramSeen[gram] === match) pieces += gramWeight[gram] ?? 0;
  }

  const shareOfQuestion = asked / (questionWeight(index, rarity, entry) || 1);
  into[0] = stopQuestion;
  into[1] = (covered + STOP_WORD * stops) / (message.telling + STOP_WORD * message.stops || 1);
  into[2] = Math.log1p(inCommon);
  into[3] = shareOfQuestion;
  into[4] = hit.count / (entry.keywords.length || 1);
  into[5] = ranked;
  into[6] = Math.log1p(hit.weight);
  into[7] = Math.sqrt(pieces / (message.grams || 1));
  into[8] = answer / (message.telling || 1);
  into[9] = shareOfQuestion > 0.999 && message.words.length === entry.questionLength ? 1 : 0;
  into[10] = Math.log1p(terms.length);
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

/**
 * Writes the doubt of a message into `into`, in the order of DOUBT. A message tells something if it has a word that is no
 * stop word, or a keyword of a candidate: a business that writes "hello" as a keyword means it.
 */
export function readDoubt(
  index: FaqIndex,
  message: Message,
  candidates: readonly { evidence: readonly number[] }[],
  into: number[],
): void {
  const isTelling = message.telling > 0 || candidates.some(({ evidence }) => (evidence[WHOLE_KEYWORDS] ?? 0) > 0);
  into[0] = 1;
  into[1] = message.unknown / (message.telling || 1);
  into[2] = Math.log(index.size || 1);
  into[3] = Math.log(message.words.length || 1);
  into[4] = Math.log1p(message.unknownWords);
  into[5] = isTelling ? 0 : 1;
}

const WHOLE_KEYWORDS = EVIDENCE.indexOf('whole keywords');

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
