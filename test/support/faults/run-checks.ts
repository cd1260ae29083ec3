import type { Kill } from './killer.ts';
import { whyExpired } from './expiry.ts';
import { groupBy, type ConversationRow, type DecisionRow, type MessageRow, type Rows, type RunRow } from './rows.ts';
import type { Tell } from './stored.ts';
import type { Callback, Call } from './workflows.ts';

export interface RunEvidence {
  rows: Rows;
  calls: Call[];
  callbacks: Callback[];
  kills: Kill[];
  lagMs: number;
}

export interface RunCounts {
  answered: number;
  /** They got no answer in time, by why that was. */
  expired: Map<string, number>;
  /** Answers for a conversation that was somebody else's by then. */
  discarded: number;
  /** Answers that were recorded and not sent. */
  late: number;
}

export const noRuns = (): RunCounts => ({ answered: 0, expired: new Map(), discarded: 0, late: 0 });

/** The runs of a conversation: each begun once, ended once, and answered with one of the answers that were given to it. */
export function checkRuns(conversation: ConversationRow, evidence: RunEvidence, counts: RunCounts, tell: Tell): void {
  const { rows } = evidence;
  const isOurs = (row: { conversation_id: string }) => row.conversation_id === conversation.id;
  const decisions = rows.decisions.filter(isOurs);
  const messages = rows.messages.filter(isOurs);
  const calls = groupBy(evidence.calls, ({ runId }) => runId);
  const callbacks = groupBy(evidence.callbacks, ({ runId }) => runId);
  for (const run of rows.runs.filter(isOurs)) {
    const [call, ...others] = calls.get(run.id) ?? [];
    const answers = callbacks.get(run.id) ?? [];
    const told: Tell = (problem) => tell(`run ${run.id} (${run.status}) ${problem}`);
    if (others.length > 0) told(`was begun ${others.length + 1} times`);
    if (run.attempts > 1) told(`was tried ${run.attempts} times, and none was refused`);
    if (call) checkCall(call, run, messages, told);
    checkAnswers(run, call, answers, counts, told);
    checkEnd(run, decisions, messages, told);
    if (run.status === 'answered') counts.answered += 1;
    if (run.status === 'discarded') counts.discarded += 1;
    if (run.answer !== null || isOvertaken(run, call)) continue;
    const why = whyExpired(run, call, evidence);
    if (why === null) told(`got no answer, and no kill explains it: ${JSON.stringify({ run, call, answers })}`);
    else counts.expired.set(why, (counts.expired.get(why) ?? 0) + 1);
  }
}

/** Handed over and back before it was begun: there was nothing left to ask. */
const isOvertaken = ({ status, error }: RunRow, call: Call | undefined) =>
  status === 'discarded' && !call && error?.includes('changed hands');

/** The workflow was given what the contact said, all of it and nothing else. */
function checkCall(call: Call, run: RunRow, messages: MessageRow[], tell: Tell): void {
  const said = messages.filter(
    ({ direction, seq }) => direction === 'in' && seq >= run.first_seq && seq <= run.last_seq,
  );
  const text = said.map(({ content }) => content).join('\n');
  if (call.message !== text) tell(`was given '${call.message}' instead of '${text}'`);
  if (call.conversationId !== run.conversation_id) tell(`was given as one of ${call.conversationId}`);
  if (!call.isGenuine) tell('was given by a call that is not signed, or at another address');
}

/** One of the answers counts; all others are kept as late, and an answer in a response may be lost with its worker. */
function checkAnswers(run: RunRow, call: Call | undefined, callbacks: Callback[], counts: RunCounts, tell: Tell): void {
  const brought = callbacks.map(({ body }) => body.reply);
  const spoken = call?.answersIn === 'response' ? [`${call.slug} ${run.id}`] : [];
  const known = new Set([...brought, ...spoken]);
  const late = run.late_answers.map(({ text }) => text ?? '');
  counts.late += late.length;
  const used = run.answer?.text;
  if (used !== undefined && !known.has(used)) tell(`was answered '${used}', which nobody said`);
  for (const text of late) if (!known.has(text)) tell(`has the late answer '${text}', which nobody gave`);
  if (late.length > callbacks.length + spoken.length) tell(`has ${late.length} late answers`);
  for (const text of brought) {
    if (text !== used && !late.includes(text)) tell(`was brought '${text}', and it is not kept`);
  }
}

/** It ends once: as a decision with one reply, or withheld because the conversation had changed hands. */
function checkEnd(run: RunRow, all: DecisionRow[], messages: MessageRow[], tell: Tell): void {
  const decisions = all.filter(({ agent_run_id }) => agent_run_id === run.id);
  const [given, ...givenAgain] = decisions.filter(({ outcome }) => outcome === 'ask_agent');
  const ends = decisions.filter(({ outcome }) => outcome !== 'ask_agent');
  const [end] = ends;
  if (!given || givenAgain.length > 0 || given.first_seq !== run.first_seq || given.last_seq !== run.last_seq) {
    tell(`was not decided once: ${JSON.stringify(decisions)}`);
  }
  if (run.ended_ms === null) tell('has not ended');
  if (ends.length !== (run.status === 'discarded' ? 0 : 1)) tell(`ended ${ends.length} times: ${JSON.stringify(ends)}`);
  const reply = messages.find(({ id }) => id === end?.reply_message_id);
  switch (run.status) {
    case 'answered':
      if (end?.outcome !== 'answer' || reply?.content !== run.answer?.text) {
        tell(`was answered '${run.answer?.text}', and '${reply?.content}' was said as ${end?.outcome}`);
      }
      break;
    case 'expired':
      if (end?.outcome !== 'hand_over' || run.answer !== null) tell(`led to ${end?.outcome}`);
      break;
    case 'discarded':
      if (!given?.withheld_reason || given.reply_message_id) tell('is not explained');
      break;
    default:
      tell(`ended with ${run.error}`);
  }
}
