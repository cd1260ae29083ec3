import { asks, splitQuestions } from '../language/split-questions.ts';
import { READ_LENGTH } from '../language/words.ts';
import type { Match } from './match.ts';
import type { FaqText, TenantFaqs } from './tenant-faqs.ts';

type Searched = Pick<TenantFaqs, 'match' | 'find'>;

/** A FAQ that may be the answer. */
export interface KnownFaq extends FaqText {
  faqId: string;
  /** 0 to 1: how likely it is the right one. */
  confidence: number;
}

/** What a text asks for, as far as the FAQs know. */
export interface Asked {
  /** Best FAQ for the whole text, however unsure. */
  match: KnownFaq | null;
  /** The next best. */
  runnerUp: KnownFaq | null;
  /** Best FAQ for each question of a text that has several, in their order; empty where it has one. */
  parts: KnownFaq[];
  /** The contact chose `match` out of what was offered. */
  isPicked: boolean;
  /** What speaks for `match`; null where there is none, or where the contact's choice does. */
  evidence: Match['evidence'] | null;
}

/** The FAQs that a line chooses out of an offer; none where it is no choice. */
type PickOf = (line: string) => readonly string[];

/** Nobody asks more at once; what has more sentences tells a story. */
const MOST_PARTS = 16;

/**
 * Matches a text, and each of its questions where it has several. `pickOf` is given where the contact was
 * offered some: what a line chooses is sure, whatever its words.
 */
export function ask(matcher: Searched, text: string, pickOf: PickOf | null): Asked {
  if (text === '') return { match: null, runnerUp: null, parts: [], isPicked: false, evidence: null };
  const picked = pickOf && findPick(matcher, text, pickOf);
  if (picked) return { ...picked, runnerUp: null, isPicked: true, evidence: null };
  const { faqId, confidence, evidence } = matcher.match(text);
  const parts = questions(text);
  const { runnerUp } = evidence;
  return {
    match: known(matcher, faqId, confidence),
    runnerUp: runnerUp && known(matcher, runnerUp.faqId, runnerUp.confidence),
    parts: parts.length > 1 ? parts.map((part) => bestOf(matcher, part)).filter((faq) => faq !== null) : [],
    isPicked: false,
    evidence,
  };
}

/** The first line that is a choice, and all else that was asked with it. */
function findPick(matcher: Searched, text: string, pickOf: PickOf) {
  const lines = text
    .slice(0, READ_LENGTH)
    .split('\n')
    .map((line) => ({
      line,
      picks: pickOf(line)
        .map((faqId) => known(matcher, faqId, 1))
        .filter((faq) => faq !== null),
    }));
  const match = lines.find(({ picks }) => picks.length > 0)?.picks[0];
  if (!match) return null;
  const said = lines.flatMap(({ line, picks }): (KnownFaq | string)[] => (picks.length > 0 ? picks : questions(line)));
  const parts = said.slice(0, MOST_PARTS).map((one) => (typeof one === 'string' ? bestOf(matcher, one) : one));
  return { match, parts: parts.filter((faq) => faq !== null) };
}

function bestOf(matcher: Searched, part: string): KnownFaq | null {
  const { faqId, confidence } = matcher.match(part);
  return known(matcher, faqId, confidence);
}

/** In a line that asks, what it tells besides is no question of its own: "I lost my card, how do I block it?" */
const questions = (text: string) =>
  text
    .slice(0, READ_LENGTH)
    .split('\n')
    .flatMap((line) => {
      const parts = splitQuestions(line).map((part) => part.trim());
      const asking = parts.filter(asks);
      return asking.length > 0 ? asking : parts;
    })
    .filter(Boolean)
    .slice(0, MOST_PARTS);

function known(matcher: Searched, faqId: string | null, confidence: number): KnownFaq | null {
  const text = faqId === null ? null : matcher.find(faqId);
  return faqId === null || text === null ? null : { ...text, faqId, confidence };
}
