import type { Handler } from '../entities/conversation.ts';
import type { Thresholds } from '../tenancy/settings.ts';

/** All that is known about a turn when it is decided. */
export interface TurnFacts {
  handler: Handler;
  /** The newest message is older than automation may answer, or the contact cannot be written to. */
  isStale: boolean;
  asksForHuman: boolean;
  /** How the turn answers the offer of a human; only read while one is open. */
  consent: 'yes' | 'no' | 'unclear';
  isFrustrated: boolean;
  /** The contact said the very same before and was answered. */
  isRepeated: boolean;
  /** Best FAQ, however unsure. */
  match: { faqId: string; answer: string; confidence: number } | null;
  handoverMode: 'ask' | 'immediate';
  thresholds: Thresholds;
  hasAgent: boolean;
  /** An agent is thinking about an earlier turn. */
  isAgentBusy: boolean;
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
  | 'agent_request';

export type Outcome =
  | { type: 'silent' }
  | { type: 'wait' }
  | { type: 'answer'; text: string; faqId: string | null; agentId: string | null }
  | { type: 'ask_agent' }
  | { type: 'clarify'; text: string | null }
  | { type: 'offer_human'; category: ReasonCategory; isAgain: boolean }
  | { type: 'hand_over'; category: ReasonCategory; text: string | null }
  | { type: 'decline_human' };

export interface Verdict {
  outcome: Outcome;
  /** Which rule decided; the first that applied. */
  path: 'human' | 'stale' | 'consent' | 'request' | 'limit' | 'escalation' | 'faq' | 'agent' | 'miss';
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
  const { thresholds, match } = facts;
  const verdict = (path: Verdict['path'], outcome: Outcome, reason: string): Verdict => ({
    outcome,
    path,
    reason,
    escalation: escalationOf(facts, false),
  });

  if (facts.handler === 'human') return verdict('human', { type: 'silent' }, 'a manager has this conversation');
  if (facts.handler === 'queued') return verdict('human', { type: 'silent' }, 'the contact waits for a manager');
  if (facts.handler === 'closed') return verdict('human', { type: 'silent' }, 'the conversation is closed');
  if (facts.isStale) return verdict('stale', { type: 'silent' }, 'the message is too old to be answered by itself');

  const isSure = match !== null && match.confidence >= thresholds.faq_confidence;
  if (facts.handler === 'awaiting_consent') {
    const answered = answerToOffer(facts, isSure);
    if (answered) return verdict('consent', ...answered);
  }
  if (facts.asksForHuman) {
    return verdict('request', handOver('customer_request'), 'the contact asked for a human');
  }
  if (facts.botReplyCount >= thresholds.max_responses) {
    const reason = `automation has answered ${facts.botReplyCount} times in a row (max_responses)`;
    return verdict('limit', needHuman(facts, 'max_responses', true), reason);
  }
  if (escalationOf(facts, false) >= thresholds.escalation_threshold) {
    return verdict('escalation', needHuman(facts, 'sentiment'), 'the contact is upset or repeats the question');
  }
  if (match && isSure) {
    const reason = `a FAQ matches with confidence ${match.confidence.toFixed(2)} (faq_confidence ${thresholds.faq_confidence})`;
    return verdict('faq', { type: 'answer', text: match.answer, faqId: match.faqId, agentId: null }, reason);
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
    return {
      outcome: { type: 'clarify', text: null },
      path: 'miss',
      reason: `${best}; asked to say it in other words`,
      escalation,
    };
  }
  const category = facts.match ? 'low_confidence' : 'missing_knowledge';
  const reason = `${best}, signs that a human is needed reach ${escalation.toFixed(2)} (escalation_threshold ${facts.thresholds.escalation_threshold})`;
  return { outcome: needHuman(facts, category), path: 'miss', reason, escalation };
}

/** A human is needed: how, is the tenant's choice. After a "no" the contact is not asked again for a while. */
export function needHuman(facts: TurnFacts, category: ReasonCategory, isFinal = false): Outcome {
  if (facts.handoverMode === 'immediate') return handOver(category);
  if (facts.consentQuietTurns > 0 && !isFinal) return { type: 'clarify', text: null };
  return { type: 'offer_human', category, isAgain: false };
}

const handOver = (category: ReasonCategory): Outcome => ({ type: 'hand_over', category, text: null });

function answerToOffer(facts: TurnFacts, isSure: boolean): [Outcome, string] | null {
  if (facts.consent === 'yes' || facts.asksForHuman) {
    return [handOver('customer_request'), 'the contact wants a human'];
  }
  if (facts.consent === 'no') return [{ type: 'decline_human' }, 'the contact does not want a human'];
  // A question that we can answer is a better reply to the offer than the offer again.
  if (isSure) return null;
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
