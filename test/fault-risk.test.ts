import { describe, expect, it } from 'vitest';
import type { Kill, Victim } from './support/faults/killer.ts';
import type { Send } from './support/faults/platform.ts';
import { riskOf } from './support/faults/risk.ts';
import type { OutboundRow } from './support/faults/rows.ts';

const killed = (victim: Victim, name: string, from: number, backAt = from + 500): Kill => ({
  victim,
  name,
  from,
  to: from + 5,
  backAt,
});

/** Of worker 1, arrived at 10 s and answered 10 ms later; sent again when its lease had passed. */
const send: Send = {
  sender: 'worker 1',
  bot: '1:a',
  chat: '1',
  text: 'Hello',
  externalId: '1:1',
  arrivedAt: 10_000,
  endedAt: 10_010,
  isAnswered: true,
};
const again: Send = { ...send, sender: 'worker 2', externalId: '1:2', arrivedAt: 60_000, endedAt: 60_010 };

/** A send that took so long to be written down. */
function slow(lagMs: number): [Send, OutboundRow] {
  const row = {
    id: 'r',
    conversation_id: 'c',
    message_id: 'm',
    seq: 1,
    part: 0,
    epoch: 0,
    is_automatic: true,
    text: 'x',
    status: 'sent',
    attempts: 1,
  };
  const writtenAt = performance.timeOrigin + send.endedAt + lagMs;
  const done: Send = { ...send, externalId: '2:1' };
  return [done, { ...row, is_uncertain: false, sent_ms: writtenAt, external_id: '2:1', error: null }];
}

function explained(kills: Kill[], { next = again, lagMs = 0 } = {}): boolean {
  const [other, row] = slow(lagMs);
  return riskOf(kills, [send, again, other], [row]).explains(send, next);
}

describe('a send that came twice is explained', () => {
  it('by the death of the worker that had it under way', () => {
    expect(explained([killed('worker', 'worker 1', 10_005)])).toBe(true);
    expect(explained([killed('worker', 'worker 1', 10_200)])).toBe(true);
  });

  it('by no death of another worker, of a web process or of a store', () => {
    expect(explained([killed('worker', 'worker 2', 10_005)])).toBe(false);
    expect(explained([killed('web', 'worker 1', 10_005)])).toBe(false);
    expect(explained([killed('postgres', 'postgres', 10_005)])).toBe(false);
  });

  it('by no death that came later than it was sent again', () => {
    expect(explained([killed('worker', 'worker 1', 10_200)], { next: { ...again, arrivedAt: 10_100 } })).toBe(false);
  });

  it('as long as writing down took on this machine, and never longer than five seconds', () => {
    const at = (ms: number, lagMs: number) => explained([killed('worker', 'worker 1', send.endedAt + ms)], { lagMs });
    expect([at(1_500, 0), at(1_500, 1_500)]).toEqual([false, true]);
    expect([at(5_200, 9_000), at(5_400, 9_000)]).toEqual([true, false]);
  });

  it('by a death while PostgreSQL was away, and the worker waited with what it had to write', () => {
    const outage = killed('postgres', 'postgres', 10_100, 13_000);
    expect(explained([outage, killed('worker', 'worker 1', 12_500)])).toBe(true);
    expect(explained([outage, killed('worker', 'worker 2', 12_500)])).toBe(false);
    expect(explained([outage, killed('worker', 'worker 1', 15_100)])).toBe(false);
  });
});
