import { say } from '../../src/language/replies.ts';
import type { Kill } from './fault-killer.ts';
import type { Send } from './fault-platform.ts';
import { riskOf, type Risk } from './fault-risk.ts';
import { groupBy, type ConversationRow, type OutboundRow, type Rows } from './fault-rows.ts';
import type { Accepted } from './fault-sender.ts';
import { answerText, questionText, type FaultTenant } from './fault-tenants.ts';

export interface Evidence {
  accepted: Accepted[];
  rows: Rows;
  sends: Send[];
  kills: Kill[];
  tenants: FaultTenant[];
}

export interface Findings {
  /** Each is a broken promise, in words. */
  broken: string[];
  turns: number;
  joinedTurns: number;
  /** Sends that the platform got a second time, flagged and explained by a kill. */
  duplicatesUncertain: number;
  flaggedButSentOnce: number;
  /** Sends that a worker may have died with. */
  sendsAtRisk: number;
  /** From the platform's answer until it was written down, at the longest, outages aside. */
  recordLagMs: number;
  /** From the 2xx to the arrival of the reply that covers the message, ascending. */
  latenciesMs: number[];
}

/** Holds what was accepted against what is stored and what the platform got. */
export function findBroken(evidence: Evidence): Findings {
  const { accepted, rows, sends, kills, tenants } = evidence;
  const risk = riskOf(kills, sends, rows.outbound);
  const findings: Findings = {
    broken: [...eventsBroken(accepted, rows), ...channelsBroken(rows)],
    turns: rows.decisions.length,
    joinedTurns: 0,
    duplicatesUncertain: 0,
    flaggedButSentOnce: 0,
    sendsAtRisk: risk.sends,
    recordLagMs: risk.lagMs,
    latenciesMs: [],
  };
  const acceptedByThread = groupBy(accepted, ({ tenant, chat }) => `${tenant.channelId} ${chat}`);
  const sendsByThread = groupBy(sends, ({ bot, chat }) => `${tenantOf(tenants, bot)?.channelId} ${chat}`);
  for (const thread of new Set([...acceptedByThread.keys(), ...sendsByThread.keys()])) {
    const conversations = rows.conversations.filter((row) => `${row.channel_id} ${row.thread}` === thread);
    const [conversation] = conversations;
    const tenant = tenants.find(({ channelId }) => thread.startsWith(channelId));
    if (!conversation || !tenant || conversations.length > 1) {
      findings.broken.push(`thread ${thread} has ${conversations.length} conversations`);
      continue;
    }
    const said = acceptedByThread.get(thread) ?? [];
    const received = sendsByThread.get(thread) ?? [];
    const told = (problem: string) =>
      void findings.broken.push(`${tenant.slug} chat ${conversation.thread}: ${problem}`);
    const outbound = rows.outbound.filter((row) => row.conversation_id === conversation.id);
    checkStored(conversation, said, rows, told);
    const turns = checkTurns(conversation, tenant, rows, outbound, told);
    findings.joinedTurns += turns.joined;
    checkDelivered(outbound, received, risk, findings, told);
    findings.latenciesMs.push(...latenciesOf(said, turns.replyTo, received));
  }
  findings.latenciesMs.sort((one, other) => one - other);
  return findings;
}

type Tell = (problem: string) => void;

const tenantOf = (tenants: FaultTenant[], bot: string) => tenants.find(({ botToken }) => botToken === bot);

/** Accepted = in the inbox, once, and handled without a hitch. */
function eventsBroken(accepted: Accepted[], { events }: Rows): string[] {
  const wanted = new Set(accepted.map(({ tenant, chat, n }) => `${tenant.channelId} ${chat * 1_000 + n}`));
  const found = groupBy(events, (event) => `${event.channel_id} ${event.external_id}`);
  const wrong = events.filter(({ status, attempts, error }) => status !== 'handled' || attempts > 0 || error !== null);
  return [
    ...[...wanted]
      .filter((key) => found.get(key)?.length !== 1)
      .map((key) => `accepted, but not in the inbox once: ${key}`),
    ...[...found.keys()].filter((key) => !wanted.has(key)).map((key) => `in the inbox, but never accepted: ${key}`),
    ...wrong.map((event) => `event not handled well: ${JSON.stringify(event)}`),
  ];
}

const channelsBroken = ({ channels }: Rows): string[] =>
  channels
    .filter((row) => row.health === 'broken' || row.send_fault !== null || row.status !== 'active' || row.is_paused)
    .map((channel) => `channel does not work any more: ${JSON.stringify(channel)}`);

/** The messages of the contact, each once, in the order in which they were accepted, numbered without a gap. */
function checkStored(conversation: ConversationRow, said: Accepted[], rows: Rows, tell: Tell): void {
  const messages = rows.messages.filter((row) => row.conversation_id === conversation.id);
  const stored = messages.filter((row) => row.direction === 'in').map((row) => row.content);
  const wanted = said.map(({ n }) => questionText(n));
  if (stored.join() !== wanted.join()) tell(`accepted ${wanted.join()} but stored ${stored.join()}`);
  const seqs = messages.map((row) => row.seq);
  if (seqs.some((seq, index) => seq !== index + 1) || conversation.last_seq !== seqs.length) {
    tell(`messages are numbered ${seqs.join()}, the last one being ${conversation.last_seq}`);
  }
  if (conversation.handler !== 'bot') tell(`is with ${conversation.handler}`);
  const unsent = messages.filter((row) => row.direction === 'out' && row.status !== 'sent');
  for (const row of unsent) tell(`the answer with seq ${row.seq} is '${row.status}'`);
}

interface Turns {
  joined: number;
  /** The reply to a message of the contact, by the message's text. */
  replyTo: Map<string, string>;
}

/** Every message belongs to exactly one decision, and every decision to one reply that answers a message of its turn. */
function checkTurns(
  conversation: ConversationRow,
  tenant: FaultTenant,
  rows: Rows,
  outbound: OutboundRow[],
  tell: Tell,
): Turns {
  const messages = rows.messages.filter((row) => row.conversation_id === conversation.id);
  const decisions = rows.decisions.filter((row) => row.conversation_id === conversation.id);
  const turns: Turns = { joined: 0, replyTo: new Map() };
  const answered = new Map<string, number>();
  for (const message of messages) {
    if (message.direction !== 'in') continue;
    const covering = decisions.filter(({ first_seq, last_seq }) => first_seq <= message.seq && message.seq <= last_seq);
    if (covering.length !== 1) tell(`${covering.length} decisions cover the message with seq ${message.seq}`);
  }
  for (const decision of decisions) {
    const turn = messages.filter(
      ({ direction, seq }) => direction === 'in' && seq >= decision.first_seq && seq <= decision.last_seq,
    );
    if (turn.length > 1) turns.joined += 1;
    if (turn.length > 1 && !tenant.waitsForMore) tell(`${turn.length} messages were answered as one`);
    const sent = outbound.filter((row) => row.message_id === decision.reply_message_id);
    const answers = turn.map(({ content }) => answerText(tenant.slug, Number(content.replace(/\D/g, ''))));
    const [reply] = sent;
    if (decision.outcome !== 'answer' || !reply || sent.length !== 1 || !isReplyOf(answers, reply.text)) {
      tell(
        `turn ${decision.first_seq}..${decision.last_seq} ended as ${decision.outcome} with ${JSON.stringify(sent)}`,
      );
      continue;
    }
    answered.set(reply.id, (answered.get(reply.id) ?? 0) + 1);
    for (const { content } of turn) turns.replyTo.set(content, reply.text);
  }
  for (const row of outbound) {
    if (answered.get(row.id) !== 1) tell(`${answered.get(row.id) ?? 0} decisions led to '${row.text}'`);
  }
  return turns;
}

const MOST_ANSWERS = 3;

/**
 * One of the answers; or, where each question of the turn is sure, all of them in one reply: of more than three the three
 * surest, in the order of the questions, and the wish to be asked the others again.
 */
function isReplyOf(answers: string[], text: string): boolean {
  if (answers.includes(text)) return true;
  const parts = text.split('\n\n');
  if (answers.length > MOST_ANSWERS && parts.pop() !== say('askAgain', 'en')) return false;
  const places = parts.map((part) => answers.indexOf(part));
  const isInOrder = places.every((place, at) => place > (places[at - 1] ?? -1));
  return parts.length === Math.min(answers.length, MOST_ANSWERS) && isInOrder;
}

/**
 * The platform got what the outbox says, in its order, one at a time. A reply that came twice must be flagged, and
 * the worker that sent it must have died with each time but the last.
 */
function checkDelivered(outbound: OutboundRow[], received: Send[], risk: Risk, findings: Findings, tell: Tell): void {
  const byText = groupBy(received, ({ text }) => text);
  const firsts = received.filter((send, index) => send.text !== received[index - 1]?.text).map(({ text }) => text);
  const wanted = outbound.map(({ text }) => text);
  if (firsts.join() !== wanted.join()) tell(`wrote ${wanted.join()} but the platform got ${firsts.join()}`);
  for (const [index, send] of received.entries()) {
    const before = received[index - 1];
    if (before && before.endedAt > send.arrivedAt) tell(`'${send.text}' was sent before '${before.text}' had ended`);
  }
  for (const row of outbound) {
    const times = byText.get(row.text) ?? [];
    const again = times.slice(0, -1);
    if (row.status !== 'sent') tell(`'${row.text}' is ${row.status}: ${row.error}`);
    if (!times.some((send) => send.externalId === row.external_id && send.isAnswered)) {
      tell(`'${row.text}' has the platform's id ${row.external_id}, which it was never given`);
    }
    if (row.is_uncertain && again.length === 0) findings.flaggedButSentOnce += 1;
    if (again.length === 0) continue;
    findings.duplicatesUncertain += again.length;
    if (!row.is_uncertain) tell(`'${row.text}' came ${times.length} times and is not flagged`);
    if (row.attempts < times.length) tell(`'${row.text}' came ${times.length} times in ${row.attempts} tries`);
    for (const [n, send] of again.entries()) {
      const next = times[n + 1];
      if (next && risk.explains(send, next)) continue;
      tell(`'${send.text}' was sent again although ${send.sender}, which had sent it, had not died with it`);
    }
  }
}

function latenciesOf(said: Accepted[], replyTo: Map<string, string>, received: Send[]): number[] {
  const arrivals = new Map(received.toReversed().map(({ text, arrivedAt }) => [text, arrivedAt]));
  return said.flatMap(({ n, acceptedAt }) => {
    const arrivedAt = arrivals.get(replyTo.get(questionText(n)) ?? '');
    return arrivedAt === undefined ? [] : [Math.max(0, arrivedAt - acceptedAt)];
  });
}
