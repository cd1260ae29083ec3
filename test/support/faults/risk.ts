import type { Kill, Victim } from './killer.ts';
import type { Send } from './platform.ts';
import type { OutboundRow } from './rows.ts';
import type { Received } from './server.ts';

/** On top of the longest time that writing down was seen to take. */
const SLACK_MS = 300;
/** A claim is committed this long before its request reaches the platform. */
const CLAIM_MS = 500;
/** However slow the machine was: a worker that dies later than this has written the send down, or should have. */
const MOST_LAG_MS = 5_000;
/** After PostgreSQL is back, until its clients have noticed. */
const NOTICE_MS = 2_000;

export interface Risk {
  /** The longest that writing down took while PostgreSQL ran: long on a busy machine, and then much is lost with a worker. */
  lagMs: number;
  /**
   * Whether the worker that sent this died after the send had begun and before its result could be written down, and
   * it was sent again only then.
   */
  explains(send: Send, again: Pick<Send, 'arrivedAt'>): boolean;
  /** Sends that a kill of their worker may have met so. */
  sends: number;
}

/**
 * Which sends may come twice: those that a worker died with. A PostgreSQL that dies only makes the worker wait with
 * what it has to write, which is no reason to send again; but the worker may die meanwhile.
 */
export function riskOf(kills: Kill[], sends: Send[], outbound: OutboundRow[]): Risk {
  const workers = kills.filter(({ victim }) => victim === 'worker');
  const outages = kills.filter(({ victim }) => victim === 'postgres');
  const lagMs = lagOf(sends, outbound, outages);
  const killsOf = (send: Send) => meeting(workers, send, outages, lagMs).filter(({ name }) => name === send.sender);

  return {
    lagMs,
    explains: (send, again) => killsOf(send).some(({ from }) => from < again.arrivedAt),
    sends: sends.filter((send) => killsOf(send).length > 0).length,
  };
}

/** Kills of these victims that a call may have met, where nobody knows which process made it. */
export function killsAround(kills: Kill[], victims: Victim[], call: Span, lagMs: number): Kill[] {
  const outages = kills.filter(({ victim }) => victim === 'postgres');
  return meeting(
    kills.filter(({ victim }) => victims.includes(victim)),
    call,
    outages,
    lagMs,
  );
}

type Span = Pick<Received, 'arrivedAt' | 'endedAt'>;

/** Those between the claim of a call and the moment when its result is written down, for which an outage is waited for. */
function meeting(kills: Kill[], { arrivedAt, endedAt }: Span, outages: Kill[], lagMs: number): Kill[] {
  const grantedMs = Math.min(lagMs, MOST_LAG_MS);
  let until = endedAt + SLACK_MS + grantedMs;
  for (const { from, backAt } of outages) {
    if (backAt > arrivedAt && from < until) until = Math.max(until, backAt + NOTICE_MS + grantedMs);
  }
  return kills.filter(({ from, to }) => to > arrivedAt - CLAIM_MS && from < until);
}

function lagOf(sends: Send[], outbound: OutboundRow[], outages: Kill[]): number {
  const answered = new Map(sends.map(({ externalId, endedAt }) => [externalId, endedAt]));
  const lags = outbound.flatMap(({ external_id, sent_ms }) => {
    const endedAt = answered.get(external_id ?? '');
    if (endedAt === undefined || sent_ms === null) return [];
    const writtenAt = sent_ms - performance.timeOrigin;
    const hadToWait = outages.some(({ from, backAt }) => from < writtenAt && backAt + NOTICE_MS > endedAt);
    return hadToWait ? [] : [writtenAt - endedAt];
  });
  return Math.max(0, ...lags);
}
