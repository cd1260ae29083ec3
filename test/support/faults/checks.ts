import { say } from '../../../src/language/replies.ts';
import type { Kill } from './killer.ts';
import type { Send } from './platform.ts';
import { checkDelivered, noDeliveries, type Deliveries } from './delivered.ts';
import { riskOf } from './risk.ts';
import { groupBy, type ConversationRow, type OutboundRow, type Rows } from './rows.ts';
import type { Accepted } from './sender.ts';
import { channelsBroken, checkStored, eventsBroken, keyOfMessage, type Tell } from './stored.ts';
import { answerText, questionText, type FaultTenant } from './tenants.ts';

export interface Evidence {
  accepted: Accepted[];
  rows: Rows;
  sends: Send[];
  kills: Kill[];
  tenants: FaultTenant[];
}

export interface Findings extends Deliveries {
  /** Each is a broken promise, in words. */
  broken: string[];
  turns: number;
  joinedTurns: number;
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
    broken: [...eventsBroken(new Set(accepted.map(keyOfMessage)), rows), ...channelsBroken(rows)],
    turns: rows.decisions.length,
    joinedTurns: 0,
    ...noDeliveries(),
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
    if (conversation.handler !== 'bot') told(`is with ${conversation.handler}`);
    const turns = checkTurns(conversation, tenant, rows, outbound, told);
    findings.joinedTurns += turns.joined;
    checkDelivered(outbound, received, risk, findings, told);
    findings.latenciesMs.push(...latenciesOf(said, turns.replyTo, received));
  }
  findings.latenciesMs.sort((one, other) => one - other);
  return findings;
}

const tenantOf = (tenants: FaultTenant[], bot: string) => tenants.find(({ botToken }) => botToken === bot);

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

function latenciesOf(said: Accepted[], replyTo: Map<string, string>, received: Send[]): number[] {
  const arrivals = new Map(received.toReversed().map(({ text, arrivedAt }) => [text, arrivedAt]));
  return said.flatMap(({ n, acceptedAt }) => {
    const arrivedAt = arrivals.get(replyTo.get(questionText(n)) ?? '');
    return arrivedAt === undefined ? [] : [Math.max(0, arrivedAt - acceptedAt)];
  });
}
