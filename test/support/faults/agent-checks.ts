import { fingerprint } from '../../../src/channels/shapes.ts';
import type { AgentTenant } from './agent-tenants.ts';
import { checkDelivered, noDeliveries, type Deliveries } from './delivered.ts';
import { checkHands, noHands, type HandCounts } from './hand-checks.ts';
import type { Kill } from './killer.ts';
import type { HandBack } from './manager.ts';
import { noticesBroken, type NoticeCounts } from './notice-checks.ts';
import type { Told } from './notices.ts';
import type { Send } from './platform.ts';
import { riskOf } from './risk.ts';
import type { EventRow, Rows } from './rows.ts';
import { checkRuns, noRuns, type RunCounts } from './run-checks.ts';
import type { Accepted } from './sender.ts';
import { channelsBroken, checkStored, eventsBroken, isHandled, keyOf, keyOfMessage } from './stored.ts';
import type { Callback, Call } from './workflows.ts';

export interface AgentEvidence {
  accepted: Accepted[];
  rows: Rows;
  sends: Send[];
  calls: Call[];
  callbacks: Callback[];
  tolds: Told[];
  handBacks: HandBack[];
  kills: Kill[];
  tenants: AgentTenant[];
}

export interface AgentFindings {
  /** Each is a broken promise, in words. */
  broken: string[];
  deliveries: Deliveries;
  runs: RunCounts;
  hands: HandCounts;
  notices: NoticeCounts;
}

/** Holds what was accepted, begun, called back and told against what is stored and what the platform got. */
export function findAgentsBroken(evidence: AgentEvidence): AgentFindings {
  const { accepted, rows, sends, calls, callbacks, kills, tenants } = evidence;
  const risk = riskOf(kills, sends, rows.outbound);
  const { broken, counts: notices } = noticesBroken(rows, evidence.tolds, kills, risk.lagMs);
  const findings: AgentFindings = { broken, deliveries: noDeliveries(), runs: noRuns(), hands: noHands(), notices };
  broken.push(...inboxBroken(evidence), ...channelsBroken(rows), ...strangeCalls(evidence));
  for (const conversation of rows.conversations) {
    const tenant = tenants.find(({ channelId }) => channelId === conversation.channel_id);
    if (!tenant) {
      broken.push(`nobody's conversation: ${JSON.stringify(conversation)}`);
      continue;
    }
    const { thread, id } = conversation;
    const tell = (problem: string) => void broken.push(`${tenant.slug} chat ${thread}: ${problem}`);
    const said = accepted.filter((one) => one.tenant === tenant && String(one.chat) === thread);
    const received = sends.filter((send) => send.bot === tenant.botToken && send.chat === thread);
    const own = rowsOf(rows, id);
    checkStored(conversation, said, own, tell);
    checkDelivered(own.outbound, received, risk, findings.deliveries, tell);
    checkRuns(conversation, { rows: own, calls, callbacks, kills, lagMs: risk.lagMs }, findings.runs, tell);
    const handBacks = evidence.handBacks.filter(({ conversationId }) => conversationId === id);
    checkHands({ tenant, conversation, rows: own, received, handBacks, calls }, findings.hands, tell);
  }
  return findings;
}

function rowsOf(rows: Rows, conversationId: string): Rows {
  const own = <Row extends { conversation_id: string }>(all: Row[]) =>
    all.filter((row) => row.conversation_id === conversationId);
  return {
    ...rows,
    messages: own(rows.messages),
    decisions: own(rows.decisions),
    outbound: own(rows.outbound),
    runs: own(rows.runs),
    transitions: own(rows.transitions),
    handovers: own(rows.handovers),
    notices: own(rows.notices),
  };
}

/** Messages and callbacks are in the inbox once; of the callbacks of a run at most one counts, the others came late. */
function inboxBroken({ accepted, callbacks, calls, rows, tenants }: AgentEvidence): string[] {
  const slugOf = new Map(calls.map(({ runId, slug }) => [runId, slug]));
  const late = new Map(rows.runs.map((run) => [run.id, run.late_answers.map(({ text }) => text)]));
  const keys = new Map(
    callbacks.map((callback) => {
      const tenant = tenants.find(({ slug }) => slug === slugOf.get(callback.runId));
      const external_id = `${callback.runId}:${fingerprint(callback.body)}`;
      return [keyOf({ channel_id: tenant?.n8nChannelId ?? '', external_id }), callback];
    }),
  );
  const isWell = (event: EventRow) => {
    const callback = keys.get(keyOf(event));
    if (!callback || event.status !== 'ignored') return isHandled(event);
    const isKept = late.get(callback.runId)?.includes(callback.body.reply) ?? false;
    return isKept && event.error === 'too late, or a second answer';
  };
  const heard = rows.events.filter((event) => keys.has(keyOf(event)) && event.status === 'handled');
  const twice = heard.filter((event) => heard.some((other) => other !== event && other.thread === event.thread));
  return [
    ...eventsBroken(new Set([...accepted.map(keyOfMessage), ...keys.keys()]), rows, isWell),
    ...twice.map((event) => `one of several callbacks of a run that counted: ${JSON.stringify(event)}`),
    ...callbacks
      .filter(({ timesNew, takenAt }) => timesNew > 1 || takenAt === null)
      .map((callback) => `a callback was said to be new ${callback.timesNew} times: ${JSON.stringify(callback)}`),
  ];
}

function strangeCalls({ calls, rows, tenants }: AgentEvidence): string[] {
  const known = new Set(rows.runs.map(({ id }) => id));
  const slugs = new Set(tenants.map(({ slug }) => slug));
  return calls
    .filter(({ runId, slug }) => !known.has(runId) || !slugs.has(slug))
    .map(({ runId, slug }) => `a workflow of ${slug} was given ${runId}, which is no run`);
}
