import type { Handler } from '../entities/conversation.ts';
import type { KnownFaq } from '../faqs/ask.ts';
import type { Thresholds } from '../tenancy/settings.ts';

/** All that is known about a turn when it is decided. */
export interface TurnFacts {
  handler: Handler;
  /** Nobody is to answer: the newest message is older than any that comes late, or the contact cannot be written to. */
  isStale: boolean;
  /** The newest message is older than automation may answer. */
  isLate: boolean;
  /** It waits for a manager, and the contact, who is here now, knows nothing of that. */
  isUntold: boolean;
  /** The tenant is suspended or deleted: automation waits until it is active again. */
  isSuspended: boolean;
  asksForHuman: boolean;
  /** How the turn answers the offer of a human; only read while one is open. */
  consent: 'yes' | 'no' | 'unclear';
  isFrustrated: boolean;
  /** The contact said the very same before and was answered. */
  isRepeated: boolean;
  /** Best FAQ for the whole turn, however unsure, and the next best. */
  match: KnownFaq | null;
  runnerUp: KnownFaq | null;
  /** Best FAQ for each question of a turn that asks several, in their order. */
  parts: KnownFaq[];
  /** The contact chose `match` out of those that were offered. */
  isPicked: boolean;
  handoverMode: 'ask' | 'immediate';
  thresholds: Thresholds;
  hasAgent: boolean;
  /** An agent is thinking about an earlier turn. */
  isAgentBusy: boolean;
  /** Automatic replies within the last hour, whatever a "no" or a silence made of the other counts. */
  repliesThisHour: number;
  botReplyCount: number;
  missedCount: number;
  consentAskedCount: number;
  consentQuietTurns: number;
}

/** Why a human is needed, as counted in reports. */
export type ReasonCategory =
  | 'customer_request'
  | 'missing_knowledge'
  | 'low_confidence'
  | 'sentiment'
  | 'max_responses'
  | 'response_timeout'
  | 'tool_failure'
  | 'agent_request'
  | 'too_old';

export type Outcome =
  | { type: 'silent' }
  | { type: 'wait' }
  /** `isCut`: there are more sure answers than are given at once, and the contact is asked to ask for them again. */
  | { type: 'answer'; text: string; faqs: KnownFaq[]; agentId: string | null; isCut: boolean }
  | { type: 'ask_agent' }
  /** With FAQs to choose from, or in an agent's words, or in ours. */
  | { type: 'clarify'; text: string | null; offered: KnownFaq[] }
  | { type: 'offer_human'; category: ReasonCategory; isAgain: boolean }
  | { type: 'hand_over'; category: ReasonCategory; text: string | null }
  /** It was handed over without a word, and the contact is here again. */
  | { type: 'tell_waiting' }
  | { type: 'decline_human' };

export interface Verdict {
  outcome: Outcome;
  /** Which rule decided; the first that applied. */
  path:
    | 'human'
    | 'stale'
    | 'suspended'
    | 'consent'
    | 'request'
    | 'limit'
    | 'escalation'
    | 'faq'
    | 'agent'
    | 'miss'
    /** It could not be decided: `give-up-turn.ts`. */
    | 'failed';
  /** One sentence for the manager who asks why. */
  reason: string;
  /** Signs that a human is needed, 0..1. */
  escalation: number;
}

/**
 * What to do with a turn: the product in one page. The first rule that applies decides. Pure: the same facts give
 * the same verdict, so a decision can be explained, and tried again under other settings.
 */
export function decide(facts: TurnFacts): Verdict {
  const { thresholds } = facts;
  const verdict = (path: Verdict['path'], outcome: Outcome, reason: string): Verdict => ({
    outcome,
    path,
    reason,
    escalation: escalationOf(facts, false),
  });

  if (facts.handler === 'human') return verdict('human', { type: 'silent' }, 'a manager has this conversation');
  const waits: Outcome = { type: facts.isUntold ? 'tell_waiting' : 'silent' };
  if (facts.handler === 'queued') return verdict('human', waits, 'the contact waits for a manager');
  if (facts.handler === 'closed') return verdict('human', { type: 'silent' }, 'the conversation is closed');
  // Somebody who did not want a human does not wait for one.
  const isForNobody = facts.isStale || (facts.isLate && facts.consent === 'no');
  if (isForNobody) return verdict('stale', { type: 'silent' }, 'nobody waits for an answer to this any more');
  if (facts.isSuspended) return verdict('suspended', { type: 'wait' }, 'the tenant is suspended');
  if (facts.isLate) return verdict('stale', handOver('too_old'), 'it came too late for automation (answer_max_age)');

  const loop = inLoop(facts);
  if (loop)
    return verdict('limit', loop, `${facts.repliesThisHour} automatic replies within an hour: two machines talk`);

  const sure = sureFaqs(facts);
  const isOverLimit = facts.botReplyCount >= thresholds.max_responses;
  const isEscalated = escalationOf(facts, false) >= thresholds.escalation_threshold;
  if (facts.handler === 'awaiting_consent') {
    const mayAnswer = sure.length > 0 && !isOverLimit && !isEscalated;
    const answered = answerToOffer(facts, mayAnswer);
    if (answered) return verdict('consent', ...answered);
  }
  if (facts.asksForHuman) return verdict('request', handOver('customer_request'), 'the contact asked for a human');
  if (isOverLimit) {
    const reason = `automation has answered ${facts.botReplyCount} times in a row (max_responses)`;
    return verdict('limit', needHuman(facts, 'max_responses', true), reason);
  }
  if (isEscalated) {
    return verdict('escalation', needHuman(facts, 'sentiment'), 'the contact is upset or repeats the question');
  }
  if (sure.length > 0) {
    const faqs = surest(sure);
    const text = faqs.map(({ answer }) => answer).join('\n\n');
    const isCut = faqs.length < sure.length;
    return verdict('faq', { type: 'answer', text, faqs, agentId: null, isCut }, whySure(facts, faqs, sure.length));
  }
  if (facts.isAgentBusy) return verdict('agent', { type: 'wait' }, 'the agent is still answering the turn before');
  if (facts.hasAgent) return verdict('agent', { type: 'ask_agent' }, 'no FAQ is sure enough, the agent is asked');
  return missed(facts);
}

/** Automation has nothing to say: ask again in other words, or find a human. */
export function missed(facts: TurnFacts): Verdict {
  const escalation = escalationOf(facts, true);
  const best = facts.match ? `the best FAQ reaches ${facts.match.confidence.toFixed(2)}` : 'no FAQ matches';
  if (escalation < facts.thresholds.escalation_threshold) {
    const outcome = clarify(facts);
    const [, next] = outcome.offered;
    const reason = next
      ? `${best} and the next one ${next.confidence.toFixed(2)}; asked which of the two is meant`
      : `${best}; asked to say it in other words`;
    return { outcome, path: 'miss', reason, escalation };
  }
  const category = facts.match ? 'low_confidence' : 'missing_knowledge';
  const reason = `${best}, signs that a human is needed reach ${escalation.toFixed(2)} (escalation_threshold ${facts.thresholds.escalation_threshold})`;
  return { outcome: needHuman(facts, category), path: 'miss', reason, escalation };
}

/** A human is needed: how, is the tenant's choice. After a "no" the contact is not asked again for a while. */
export function needHuman(facts: TurnFacts, category: ReasonCategory, isFinal = false): Outcome {
  if (facts.handoverMode === 'immediate') return handOver(category);
  if (facts.consentQuietTurns > 0 && !isFinal) return clarify(facts);
  return { type: 'offer_human', category, isAgain: false };
}

/** No person reads more automatic replies within an hour; where `max_responses` is higher, that many. */
const MOST_AN_HOUR = 60;

/**
 * What stops two machines. `max_responses` does not: it is counted afresh when an offer of a human is not taken, and a
 * machine takes none. Where nobody is there, and the conversation comes back, nothing is said any more.
 */
function inLoop({ repliesThisHour, thresholds }: TurnFacts): Outcome | null {
  const most = Math.max(MOST_AN_HOUR, thresholds.max_responses);
  if (repliesThisHour < most) return null;
  return repliesThisHour === most ? handOver('max_responses') : { type: 'silent' };
}

const handOver = (category: ReasonCategory): Outcome => ({ type: 'hand_over', category, text: null });

const MOST_ANSWERS = 3;

/**
 * FAQs that are sure enough to answer: one for each question of the turn, where at least two different ones are; otherwise
 * the one for the whole turn. One that is sure for the whole has to be among them, or it is one question in many sentences.
 */
function sureFaqs({ match, parts, thresholds }: TurnFacts): KnownFaq[] {
  const isSure = (faq: KnownFaq) => faq.confidence >= thresholds.faq_confidence;
  const whole = match && isSure(match) ? [match] : [];
  const several = [...new Map(parts.filter(isSure).map((faq) => [faq.faqId, faq])).values()];
  const hasWhole = whole.every(({ faqId }) => several.some((faq) => faq.faqId === faqId));
  return several.length > 1 && hasWhole ? several : whole;
}

/** As many as are answered at once, in the order in which they were asked for. */
function surest(sure: KnownFaq[]): KnownFaq[] {
  const best = sure.toSorted((one, other) => other.confidence - one.confidence).slice(0, MOST_ANSWERS);
  return sure.filter((faq) => best.includes(faq));
}

function whySure({ isPicked, thresholds }: TurnFacts, sure: KnownFaq[], of: number): string {
  const confidences = sure.map(({ confidence }) => confidence.toFixed(2)).join(', ');
  const limit = `faq_confidence ${thresholds.faq_confidence}`;
  if (isPicked) return 'the contact chose this FAQ out of those that were offered';
  if (sure.length === 1) return `a FAQ matches with confidence ${confidences} (${limit})`;
  const which = of > sure.length ? `; of ${of} the ${sure.length} surest are answered` : '';
  return `several questions, and a FAQ matches each, with confidence ${confidences} (${limit})${which}`;
}

/**
 * Asks back: which FAQ is meant, where two together are sure enough and neither is far ahead; otherwise for other words.
 */
function clarify({ match, runnerUp, thresholds }: TurnFacts): Extract<Outcome, { type: 'clarify' }> {
  const isClose =
    match !== null &&
    runnerUp !== null &&
    match.question !== runnerUp.question &&
    match.confidence < thresholds.faq_confidence &&
    match.confidence + runnerUp.confidence >= thresholds.faq_confidence &&
    runnerUp.confidence * 2 >= match.confidence;
  return { type: 'clarify', text: null, offered: isClose ? [match, runnerUp] : [] };
}

function answerToOffer(facts: TurnFacts, mayAnswer: boolean): [Outcome, string] | null {
  if (facts.consent === 'yes' || facts.asksForHuman) {
    return [handOver('customer_request'), 'the contact wants a human'];
  }
  if (facts.consent === 'no') return [{ type: 'decline_human' }, 'the contact does not want a human'];
  // A question that automation may answer is a better reply to the offer than the offer again.
  if (mayAnswer) return null;
  if (facts.consentAskedCount < 2) {
    return [
      { type: 'offer_human', category: 'customer_request', isAgain: true },
      'neither yes nor no; asked once more',
    ];
  }
  return facts.thresholds.consent_silence === 'handover'
    ? [handOver('missing_knowledge'), 'neither yes nor no, twice; the tenant hands over then']
    : [{ type: 'decline_human' }, 'neither yes nor no, twice; automation goes on'];
}

/** Independent signs add up as probabilities do. The weights make two misses in a row reach the default 0.8. */
function escalationOf(facts: TurnFacts, isMiss: boolean): number {
  const misses = facts.missedCount + (isMiss ? 1 : 0);
  const calm = (facts.isFrustrated ? 0.3 : 1) * (facts.isRepeated ? 0.5 : 1) * (isMiss ? 0.4 ** misses : 1);
  return 1 - calm;
}
