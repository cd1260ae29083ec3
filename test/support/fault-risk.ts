import type { Kill } from './fault-killer.ts';
import type { Send } from './fault-platform.ts';
import type { OutboundRow } from './fault-rows.ts';

/** Least time after a platform's answer in which a healthy worker may still be writing it down. */
const LEAST_LAG_MS = 1_000;
/** A claim is committed this long before its request reaches the platform. */
const CLAIM_MS = 500;
/** After PostgreSQL is back, until its clients have noticed. */
const NOTICE_MS = 2_000;

export interface Risk {
  /** How long writing down took for 95 of 100 sends: long on a busy machine, and then much is lost with a worker. */
  lagMs: number;
  /** Whether a worker died after this send had begun and before its result could be written down. */
  explains(send: Send): boolean;
  /** Sends that a kill of a worker may have met so. */
  sends: number;
}

/**
 * Which sends may come twice: those that a worker died with. A PostgreSQL that dies only makes the worker wait with
 * what it has to write, which is no reason to send again; but the worker may die meanwhile.
 */
export function riskOf(kills: Kill[], sends: Send[], outbound: OutboundRow[]): Risk {
  const lagMs = lagOf(sends, outbound);
  const workers = kills.filter(({ victim }) => victim === 'worker');
  const outages = kills.filter(({ victim }) => victim === 'postgres');

  function explains({ arrivedAt, endedAt }: Send): boolean {
    let until = endedAt + LEAST_LAG_MS + lagMs;
    for (const { from, backAt } of outages) {
      if (backAt > arrivedAt && from < until) until = Math.max(until, backAt + NOTICE_MS + lagMs);
    }
    return workers.some(({ from, to }) => to > arrivedAt - CLAIM_MS && from < until);
  }

  return { lagMs, explains, sends: sends.filter(explains).length };
}

function lagOf(sends: Send[], outbound: OutboundRow[]): number {
  const answered = new Map(sends.map(({ externalId, endedAt }) => [externalId, endedAt + performance.timeOrigin]));
  const lags = outbound.flatMap(({ external_id, sent_ms }) => {
    const endedAt = answered.get(external_id ?? '');
    return endedAt === undefined || sent_ms === null ? [] : [Math.max(0, sent_ms - endedAt)];
  });
  lags.sort((one, other) => one - other);
  return lags[Math.floor(lags.length * 0.95)] ?? 0;
}
