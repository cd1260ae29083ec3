import { describe, expect, it } from 'vitest';
import { whyExpired } from './support/faults/expiry.ts';
import type { Kill, Victim } from './support/faults/killer.ts';
import type { RunRow } from './support/faults/rows.ts';
import type { Call } from './support/faults/workflows.ts';

const killed = (victim: Victim, from: number): Kill => ({
  victim,
  name: victim,
  from,
  to: from + 5,
  backAt: from + 500,
});

/** Decided at 100 s, begun 20 ms later, and over at 108 s. */
const run: RunRow = {
  id: 'r',
  conversation_id: 'c',
  epoch: 0,
  first_seq: 1,
  last_seq: 1,
  status: 'expired',
  attempts: 1,
  created_ms: performance.timeOrigin + 100_000,
  started_ms: performance.timeOrigin + 100_020,
  ended_ms: performance.timeOrigin + 108_000,
  deadline_ms: performance.timeOrigin + 108_000,
  answer: null,
  error: 'no answer in time',
  late_answers: [],
};
const call: Call = {
  runId: 'r',
  slug: 's',
  conversationId: 'c',
  message: 'Hello',
  history: [],
  isGenuine: true,
  answersIn: 'response',
  arrivedAt: 100_030,
  endedAt: 100_230,
  isAnswered: true,
  cutAt: 100_300,
};

const why = (kills: Kill[], { given = call, row = run }: { given?: Call | undefined; row?: RunRow } = {}) =>
  whyExpired(row, given, { kills, lagMs: 100 });

describe('a run that got no answer in time is explained', () => {
  it('by the death of a worker with the answer in hand, whose connection was gone with it', () => {
    expect(why([killed('worker', 100_295)])).toBe('died with the answer');
    expect(why([killed('worker', 100_295)], { given: { ...call, cutAt: Infinity } })).toBe(null);
    expect(why([killed('worker', 103_000)])).toBe(null);
    expect(why([killed('web', 100_295)])).toBe(null);
  });

  it('by a call that broke with its worker, and by no other break', () => {
    const given = { ...call, isAnswered: false, endedAt: 100_100, cutAt: 100_100 };
    expect(why([killed('worker', 100_090)], { given })).toBe('call cut');
    expect(why([killed('worker', 103_000)], { given })).toBe(null);
    expect(why([killed('postgres', 100_090)], { given })).toBe(null);
  });

  it('by a death between its begin and its call, and not by one that came later', () => {
    const uncalled = (kills: Kill[], row = run) => whyExpired(row, undefined, { kills, lagMs: 100 });
    expect(uncalled([killed('worker', 100_025)])).toBe('lost before the call');
    expect(uncalled([killed('worker', 103_000)])).toBe(null);
    expect(uncalled([], { ...run, started_ms: null })).toBe('begun too late');
  });

  it('by an answer that came too late, or so close to the end that it was looked at after it', () => {
    expect(why([], { row: { ...run, late_answers: [{ text: 'Hi' }] } })).toBe('heard too late');
    expect(why([], { given: { ...call, endedAt: 107_500 } })).toBe('begun too late');
    expect(why([], { given: { ...call, endedAt: 106_500 } })).toBe(null);
    expect(why([], { given: { ...call, answersIn: 'slow callback' } })).toBe('slow workflow');
    expect(why([killed('worker', 100_295)], { given: { ...call, answersIn: 'callback' } })).toBe(null);
  });
});
