import type { AgentRun } from '../entities/agent-run.ts';
import type { Conversation, Handler } from '../entities/conversation.ts';
import type { Asked, KnownFaq } from '../faqs/ask.ts';
import { newId } from '../id.ts';
import { say as phrase } from '../language/replies.ts';
import { queueForManager, offerHuman, declineHuman, endHandover, tellWaiting } from '../handover/hand-over.ts';
import { notifyAgain } from '../handover/tell-managers.ts';
import { countReply } from './count-reply.ts';
import type { Outcome, TurnFacts, Verdict } from './decide.ts';
import { offerFaqs } from './offer-faqs.ts';
import { changeHands, system } from './ownership.ts';
import { say } from './say.ts';
import type { Turn } from './take-turn.ts';
import type { Unit } from './unit.ts';

interface Basis {
  asked: Asked;
  facts: TurnFacts;
  /** The run whose answer is applied, where an agent gave it. */
  agentRun: AgentRun | null;
}

/** Does what was decided, and records the decision. */
export function applyVerdict(unit: Unit, conversation: Conversation, turn: Turn, verdict: Verdict, basis: Basis): void {
  const before: Handler = conversation.handler;
  const done = act(unit, conversation, turn, verdict);
  const { settings } = unit;
  const { outcome } = verdict;
  const { asked } = basis;
  const answered = outcome.type === 'answer' ? outcome.faqs : [];
  unit.writes.decisions.push({
    tenantId: conversation.tenantId,
    id: newId(),
    conversationId: conversation.id,
    epoch: conversation.epoch,
    firstSeq: turn.firstSeq,
    lastSeq: turn.lastSeq,
    path: verdict.path,
    outcome: outcome.type,
    reason: verdict.reason,
    language: turn.language,
    faqId: answered[0]?.faqId ?? null,
    // A reply with several answers is as sure as the least sure of them.
    confidence: leastSure(answered) ?? asked.match?.confidence ?? null,
    evidence: {
      faq: asked.match && { faqId: asked.match.faqId, ...asked.evidence },
      answered: answered.map(briefly),
      isPicked: asked.isPicked,
      offered: outcome.type === 'clarify' ? outcome.offered.map(briefly) : [],
      escalation: verdict.escalation,
      botReplyCount: conversation.botReplyCount,
      missedCount: conversation.missedCount,
      before: countsOf(basis.facts),
    },
    thresholds: settings.thresholds,
    settingsVersion: settings.version,
    handlerBefore: before,
    handlerAfter: conversation.handler,
    agentRunId: basis.agentRun?.id ?? done.runId ?? null,
    replyMessageId: done.messageId ?? null,
    durationMs: performance.now() - turn.startedAt,
  });
}

/** What cannot be read again from the words: with it the turn can be tried under other settings. */
const countsOf = (facts: TurnFacts): Before => ({
  isRepeated: facts.isRepeated,
  isAgentBusy: facts.isAgentBusy,
  botReplyCount: facts.botReplyCount,
  missedCount: facts.missedCount,
  consentAskedCount: facts.consentAskedCount,
  consentQuietTurns: facts.consentQuietTurns,
});

export type Before = Pick<
  TurnFacts,
  'isRepeated' | 'isAgentBusy' | 'botReplyCount' | 'missedCount' | 'consentAskedCount' | 'consentQuietTurns'
>;

const briefly = ({ faqId, confidence }: KnownFaq) => ({ faqId, confidence });

const leastSure = (faqs: KnownFaq[]) =>
  faqs.length > 0 ? Math.min(...faqs.map(({ confidence }) => confidence)) : undefined;

interface Done {
  messageId?: string;
  runId?: string;
}

function act(unit: Unit, conversation: Conversation, turn: Turn, { outcome, reason }: Verdict): Done {
  const { language } = turn;
  switch (outcome.type) {
    case 'wait':
      return {};
    case 'silent':
      if (conversation.handler === 'human' || conversation.handler === 'queued') notifyAgain(unit, conversation, turn);
      return {};
    case 'tell_waiting':
      notifyAgain(unit, conversation, turn);
      countReply(conversation, unit.now);
      return { messageId: tellWaiting(unit, conversation, language) };
    case 'answer':
      return { messageId: answer(unit, conversation, outcome, reason, language) };
    case 'clarify':
      backToBot(unit, conversation, reason);
      conversation.missedCount += 1;
      countReply(conversation, unit.now);
      if (outcome.offered.length > 0) return { messageId: offerFaqs(unit, conversation, language, outcome.offered) };
      return {
        messageId: say(unit, conversation, {
          sender: { kind: 'system', id: null },
          text: outcome.text ?? phrase('clarify', language),
        }),
      };
    case 'ask_agent':
      backToBot(unit, conversation, reason);
      return { runId: startRun(unit, conversation, turn) };
    case 'offer_human':
      return { messageId: offerHuman(unit, conversation, turn, outcome, reason) };
    case 'decline_human':
      return { messageId: declineHuman(unit, conversation, language, reason) };
    case 'hand_over': {
      const messageId = queueForManager(unit, conversation, { ...outcome, reason, language });
      if (messageId === null) return {};
      countReply(conversation, unit.now);
      return { messageId };
    }
  }
}

function answer(
  unit: Unit,
  conversation: Conversation,
  outcome: Extract<Outcome, { type: 'answer' }>,
  reason: string,
  language: string,
): string {
  backToBot(unit, conversation, reason);
  conversation.missedCount = 0;
  countReply(conversation, unit.now);
  conversation.consentQuietTurns = Math.max(0, conversation.consentQuietTurns - 1);
  unit.writes.faqHits.push(...outcome.faqs.map(({ faqId }) => faqId));
  return say(unit, conversation, {
    sender: { kind: 'agent', id: outcome.agentId },
    text: outcome.isCut ? `${outcome.text}\n\n${phrase('askAgain', language)}` : outcome.text,
    metadata: metadataOf(outcome.faqs.map(({ faqId }) => faqId)),
  });
}

function metadataOf(faqIds: string[]): Record<string, unknown> {
  const [faqId] = faqIds;
  if (faqId === undefined) return {};
  return faqIds.length === 1 ? { faqId } : { faqId, faqIds };
}

/** An offer of a human lapses when the contact goes on with something that automation can answer. */
function backToBot(unit: Unit, conversation: Conversation, reason: string): void {
  if (conversation.handler !== 'awaiting_consent') return;
  changeHands(conversation, 'bot', system, reason, unit.writes);
  endHandover(unit, conversation, { outcome: 'answered' });
}

function startRun(unit: Unit, conversation: Conversation, turn: Turn): string {
  const { settings, now, writes } = unit;
  const id = newId();
  if (!settings.agentId) throw new Error('a turn was given to an agent that the tenant does not have');
  writes.runs.push({
    tenantId: conversation.tenantId,
    id,
    conversationId: conversation.id,
    agentId: settings.agentId,
    epoch: conversation.epoch,
    firstSeq: turn.firstSeq,
    lastSeq: turn.lastSeq,
    deadlineAt: new Date(now.getTime() + settings.thresholds.response_timeout * 1000),
    lateAnswers: [],
  });
  conversation.activeRunId = id;
  writes.wakes.push(['run-agent', conversation.tenantId, id]);
  return id;
}
