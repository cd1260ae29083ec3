import { LockMode } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { AgentAnswer } from '../agents/agent.ts';
import { AgentRun, type AgentRunStatus } from '../entities/agent-run.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { ask } from '../faqs/ask.ts';
import { threadSubject } from '../queue/contracts.ts';
import { applyVerdict } from './apply-verdict.ts';
import { missed, needHuman, type Outcome, type Verdict } from './decide.ts';
import { isOpen } from './due-runs.ts';
import { factsOf, languageOf, takeTurnBack, type Turn } from './take-turn.ts';
import type { Unit } from './unit.ts';

/** How a run came to its end; `empty`: there was nothing to ask the agent. */
export type RunEnd =
  | { type: 'answer'; answer: AgentAnswer }
  | { type: 'failed'; error: string }
  | { type: 'expired' }
  | { type: 'empty' };

const CHANGED_HANDS = 'the conversation changed hands while the agent was answering';
const SUSPENDED = 'the tenant was suspended while the agent was answering';
/** Of the answers that came after the end; one that is asked again and again keeps no more. */
const MOST_LATE_ANSWERS = 20;
const EMPTY = 'the turn has neither words nor attachments, or the contact has deleted them';

/**
 * Ends an agent's run, once. An answer is used only by the conversation as it was when the turn was given: after a
 * handover, a second answer or the deadline it is recorded and not sent. Gives what became of it.
 */
export async function settleRun(unit: Unit, runId: string, end: RunEnd): Promise<AgentRunStatus | 'unknown' | 'late'> {
  const { em, settings, now } = unit;
  const tenantId = settings.tenant.id;
  // Whoever calls back may name anything.
  if (!z.uuid().safeParse(runId).success) return 'unknown';
  const seen = await em.findOne(AgentRun, { tenantId, id: runId }, { disableIdentityMap: true });
  if (!seen) return 'unknown';
  // The conversation first, as everywhere: locks taken in one order cannot deadlock.
  const conversation = await em.findOne(
    Conversation,
    { tenantId, id: seen.conversationId },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  const run = await em.findOne(AgentRun, { tenantId, id: runId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!conversation || !run) return 'unknown';
  const isAnswer = end.type === 'answer' && end.answer.type !== 'pending';
  if (!isOpen(run) || (isAnswer && now > run.deadlineAt)) {
    if (isAnswer) {
      const late = { ...end.answer, at: now.toISOString() };
      run.lateAnswers = [...run.lateAnswers, late].slice(-MOST_LATE_ANSWERS);
    }
    return 'late';
  }
  if (end.type === 'answer' && end.answer.type === 'pending') {
    run.status = 'waiting';
    run.error = end.answer.note ?? null;
    return run.status;
  }
  const whyNothing = run.error ? `: ${run.error}` : '';
  run.endedAt = now;
  run.answer = end.type === 'answer' ? { ...end.answer } : null;
  run.error = end.type === 'failed' ? end.error : end.type === 'expired' ? `no answer in time${whyNothing}` : null;
  // A change of hands ends the wait for a run, as does a move of what was said into another conversation.
  const isOvertaken = conversation.activeRunId !== run.id;
  if (isOvertaken || end.type === 'empty' || !settings.isActive) {
    run.status = 'discarded';
    run.error ??= isOvertaken ? CHANGED_HANDS : end.type === 'empty' ? EMPTY : SUSPENDED;
    if (!isOvertaken) {
      conversation.activeRunId = null;
      if (end.type === 'empty') wakeForNext(unit, conversation);
      else takeTurnBack(unit, conversation, run);
    }
    unit.writes.others.push([
      `update decisions set withheld_reason = ?
       where tenant_id = ? and conversation_id = ? and agent_run_id = ? and reply_message_id is null`,
      [run.error, tenantId, conversation.id, run.id],
    ]);
    return run.status;
  }
  run.status = end.type === 'answer' ? 'answered' : end.type;
  conversation.activeRunId = null;
  const { turn, saidAt } = await turnOf(unit, conversation, run);
  const asked = ask(unit.faqs, turn.text, null);
  // The turn is the one that is being settled, not one that repeats it.
  const facts = { ...factsOf(unit, conversation, turn, saidAt, asked), isRepeated: false };
  const verdict = judge(facts, end, run, whyNothing);
  if (isForHuman(verdict)) takeInWhatWaits(conversation, turn);
  applyVerdict(unit, conversation, turn, verdict, { asked, facts, agentRun: run });
  wakeForNext(unit, conversation);
  return run.status;
}

const isForHuman = ({ outcome: { type } }: Verdict) => type === 'offer_human' || type === 'hand_over';

/** What was said while the agent thought belongs to what a human is to see: it is no answer to an offer that comes after it. */
function takeInWhatWaits(conversation: Conversation, turn: Turn): void {
  if (conversation.turnStartedAt === null && conversation.turnDueAt === null) return;
  turn.lastSeq = conversation.lastSeq;
  conversation.answeredSeq = conversation.lastSeq;
}

/** What was said meanwhile is the next turn. */
function wakeForNext({ writes }: Unit, conversation: Conversation): void {
  const { tenantId, channelId, thread, turnStartedAt, turnDueAt } = conversation;
  if (!turnStartedAt && !turnDueAt) return;
  writes.wakes.push(['handle-inbound', tenantId, threadSubject(channelId, thread)]);
}

function judge(
  facts: Parameters<typeof missed>[0],
  end: Exclude<RunEnd, { type: 'empty' }>,
  run: AgentRun,
  whyNothing: string,
): Verdict {
  const verdict = (outcome: Verdict['outcome'], reason: string): Verdict => ({
    outcome,
    path: 'agent',
    reason,
    escalation: 0,
  });
  if (end.type === 'expired') {
    const reason = `the agent did not answer within response_timeout${whyNothing}`;
    return verdict(needHuman(facts, 'response_timeout'), reason);
  }
  if (end.type === 'failed') return verdict(needHuman(facts, 'tool_failure'), `the agent failed: ${end.error}`);
  const { answer } = end;
  const least = facts.thresholds.agent_confidence;
  switch (answer.type) {
    case 'handover':
      return verdict(
        { type: 'hand_over', category: 'agent_request', text: answer.text },
        `the agent asked for a human: ${answer.reason}`,
      );
    case 'clarify':
      return verdict(
        { type: 'clarify', text: answer.text, offered: [] },
        'the agent asked the contact a question back',
      );
    case 'pending':
      throw new Error('a pending answer does not end a run');
    case 'reply': {
      if (answer.confidence !== null && answer.confidence < least) {
        const { outcome, escalation } = missed(facts);
        const reason = `the agent is only ${answer.confidence.toFixed(2)} sure (agent_confidence ${least})`;
        return { outcome, path: 'agent', reason, escalation };
      }
      const outcome: Outcome = { type: 'answer', text: answer.text, faqs: [], agentId: run.agentId, isCut: false };
      return verdict(
        outcome,
        answer.confidence === null ? 'the agent answered' : `the agent answered, ${answer.confidence} sure`,
      );
    }
  }
}

/** The turn as it was given to the agent. */
async function turnOf(unit: Unit, conversation: Conversation, run: AgentRun): Promise<{ turn: Turn; saidAt: Date }> {
  const said = await unit.em.find(
    Message,
    {
      tenantId: run.tenantId,
      conversationId: run.conversationId,
      direction: 'in',
      seq: { $gte: run.firstSeq, $lte: run.lastSeq },
    },
    { orderBy: { seq: 'asc' }, disableIdentityMap: true },
  );
  const text = said
    .map((message) => message.content)
    .filter(Boolean)
    .join('\n');
  const language = languageOf(unit, conversation, text);
  // Its age was judged when the turn was given; waiting for the agent does not make it stale.
  const turn = { text, language, firstSeq: run.firstSeq, lastSeq: run.lastSeq, startedAt: performance.now() };
  return { turn, saidAt: unit.now };
}
