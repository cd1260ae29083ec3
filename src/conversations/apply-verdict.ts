import type { AgentRun } from '../entities/agent-run.ts';
import type { Conversation, Handler } from '../entities/conversation.ts';
import { newId } from '../id.ts';
import { say as phrase } from '../language/replies.ts';
import { queueForManager, offerHuman, declineHuman, notifyAgain } from '../handover/hand-over.ts';
import type { Outcome, Verdict } from './decide.ts';
import { changeHands, system } from './ownership.ts';
import { say } from './say.ts';
import type { Turn } from './take-turn.ts';
import type { Unit } from './unit.ts';

interface Basis {
  match: ReturnType<Unit['matchFaq']>;
  /** The run whose answer is applied, where an agent gave it. */
  agentRun: AgentRun | null;
}

/** Does what was decided, and records the decision. */
export function applyVerdict(unit: Unit, conversation: Conversation, turn: Turn, verdict: Verdict, basis: Basis): void {
  const before: Handler = conversation.handler;
  const done = act(unit, conversation, turn, verdict);
  const { settings } = unit;
  unit.writes.decisions.push({
    tenantId: conversation.tenantId,
    id: newId(),
    conversationId: conversation.id,
    epoch: conversation.epoch,
    firstSeq: turn.firstSeq,
    lastSeq: turn.lastSeq,
    path: verdict.path,
    outcome: verdict.outcome.type,
    reason: verdict.reason,
    language: turn.language,
    faqId: verdict.outcome.type === 'answer' ? verdict.outcome.faqId : null,
    confidence: basis.match?.confidence ?? null,
    evidence: {
      faq: basis.match && { faqId: basis.match.faqId, ...basis.match.evidence },
      escalation: verdict.escalation,
      botReplyCount: conversation.botReplyCount,
      missedCount: conversation.missedCount,
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
    case 'answer':
      return { messageId: answer(unit, conversation, outcome, reason) };
    case 'clarify':
      backToBot(unit, conversation, reason);
      conversation.missedCount += 1;
      conversation.botReplyCount += 1;
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
    case 'hand_over':
      return { messageId: queueForManager(unit, conversation, { ...outcome, reason, language }) };
  }
}

function answer(
  unit: Unit,
  conversation: Conversation,
  outcome: Extract<Outcome, { type: 'answer' }>,
  reason: string,
): string {
  backToBot(unit, conversation, reason);
  conversation.missedCount = 0;
  conversation.botReplyCount += 1;
  conversation.consentQuietTurns = Math.max(0, conversation.consentQuietTurns - 1);
  if (outcome.faqId) unit.writes.faqHits.push(outcome.faqId);
  return say(unit, conversation, {
    sender: { kind: 'agent', id: outcome.agentId },
    text: outcome.text,
    metadata: outcome.faqId ? { faqId: outcome.faqId } : {},
  });
}

/** An offer of a human lapses when the contact goes on with something that automation can answer. */
function backToBot(unit: Unit, conversation: Conversation, reason: string): void {
  if (conversation.handler === 'awaiting_consent') changeHands(conversation, 'bot', system, reason, unit.writes);
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
