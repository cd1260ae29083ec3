import type { Send } from './platform.ts';
import type { Risk } from './risk.ts';
import type { OutboundRow } from './rows.ts';
import type { Tell } from './stored.ts';

export interface Deliveries {
  /** Sends that the platform got a second time, flagged and explained by a kill. */
  duplicatesUncertain: number;
  flaggedButSentOnce: number;
  /** Sends that a worker died with, and that were withheld afterwards: the conversation had changed hands. */
  withheldTooLate: number;
}

export const noDeliveries = (): Deliveries => ({ duplicatesUncertain: 0, flaggedButSentOnce: 0, withheldTooLate: 0 });

/**
 * The platform got what the outbox says, in its order, one at a time. A reply that came twice must be flagged, and
 * the worker that sent it must have died with each time but the last. What was withheld came not at all, or so.
 */
export function checkDelivered(
  outbound: OutboundRow[],
  received: Send[],
  risk: Risk,
  deliveries: Deliveries,
  tell: Tell,
): void {
  for (const [index, send] of received.entries()) {
    const before = received[index - 1];
    if (before && before.endedAt > send.arrivedAt) tell(`'${send.text}' was sent before '${before.text}' had ended`);
  }
  const groups = sameInARow(received);
  const pairs: [OutboundRow, Send[]][] = [];
  for (const row of outbound) {
    const times = groups[pairs.length];
    if (row.status === 'discarded' && times?.[0]?.text !== row.text) continue;
    pairs.push([row, times ?? []]);
  }
  const firsts = groups.map(([send]) => send?.text);
  const wanted = pairs.map(([{ text }]) => text);
  if (firsts.join() !== wanted.join()) {
    tell(`wrote ${wanted.join()} but the platform got ${firsts.join()}`);
    return;
  }
  for (const [row, times] of pairs) {
    if (row.status === 'discarded') checkWithheld(row, times, risk, deliveries, tell);
    else checkSent(row, times, risk, deliveries, tell);
  }
}

/** Sends of the same text, one behind the other. */
function sameInARow(received: Send[]): Send[][] {
  const groups: Send[][] = [];
  for (const [index, send] of received.entries()) {
    if (index > 0 && received[index - 1]?.text === send.text) groups.at(-1)?.push(send);
    else groups.push([send]);
  }
  return groups;
}

function checkSent(row: OutboundRow, times: Send[], risk: Risk, deliveries: Deliveries, tell: Tell): void {
  const again = times.slice(0, -1);
  if (row.status !== 'sent') tell(`'${row.text}' is ${row.status}: ${row.error}`);
  if (!times.some((send) => send.externalId === row.external_id && send.isAnswered)) {
    tell(`'${row.text}' has the platform's id ${row.external_id}, which it was never given`);
  }
  if (row.is_uncertain && again.length === 0) deliveries.flaggedButSentOnce += 1;
  if (again.length === 0) return;
  deliveries.duplicatesUncertain += again.length;
  if (!row.is_uncertain) tell(`'${row.text}' came ${times.length} times and is not flagged`);
  if (row.attempts < times.length) tell(`'${row.text}' came ${times.length} times in ${row.attempts} tries`);
  for (const [n, send] of again.entries()) {
    const next = times[n + 1];
    if (next && risk.explains(send, next)) continue;
    tell(`'${send.text}' was sent again although ${send.sender}, which had sent it, had not died with it`);
  }
}

function checkWithheld(row: OutboundRow, times: Send[], risk: Risk, deliveries: Deliveries, tell: Tell): void {
  deliveries.withheldTooLate += 1;
  if (!row.is_uncertain) tell(`'${row.text}' is withheld, and was sent`);
  for (const send of times) {
    if (!risk.explains(send, { arrivedAt: Infinity })) {
      tell(`'${send.text}' is withheld, and ${send.sender}, which had sent it, had not died with it`);
    }
  }
}
