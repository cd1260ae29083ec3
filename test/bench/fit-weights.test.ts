import { expect, it } from 'vitest';
import type { Row } from '../../bench/faq/fit-rows.ts';
import { fitWeights } from '../../bench/faq/fit-weights.ts';
import { DOUBT, EVIDENCE } from '../../src/faqs/matching/features.ts';

const evidence = (values: Partial<Record<(typeof EVIDENCE)[number], number>>) =>
  EVIDENCE.map((name) => values[name] ?? 0);
const doubt = (values: Partial<Record<(typeof DOUBT)[number], number>>) =>
  DOUBT.map((name) => values[name] ?? (name === 'always' ? 1 : 0));

const row = (isInScope: boolean, candidates: number[][], more: Partial<Row> = {}): Row => ({
  candidates,
  doubt: doubt({ words: isInScope ? 1 : 2 }),
  right: candidates.map((_, at) => isInScope && at === 0),
  isInScope,
  isFar: false,
  business: 0,
  counts: 1,
  ...more,
});

/** Whole keywords tell, stop words mislead. */
const rows = Array.from({ length: 60 }, (_, at) => {
  const has = { 'whole keywords': 2 + (at % 3), 'stop words in question': 0 };
  const hasNot = { 'whole keywords': at % 3, 'stop words in question': 3 };
  return at % 2 === 0 ? row(true, [evidence(has), evidence(hasNot)]) : row(false, [evidence(hasNot)]);
});

it('weights speak for what tells, and never against a FAQ for what it has of a message', () => {
  const { weights, loss } = fitWeights(rows);
  const weightOf = (name: (typeof EVIDENCE)[number]) => weights.evidence[EVIDENCE.indexOf(name)] ?? NaN;
  expect(weightOf('whole keywords')).toBeGreaterThan(0.5);
  expect(weightOf('stop words in question')).toBe(0);
  expect(weightOf('the very question')).toBe(6);
  expect(weights.doubt[DOUBT.indexOf('words')]).toBeGreaterThan(0.5);
  expect(loss).toBeLessThan(1);
});

it('messages with nothing that tells have no say', () => {
  const silent = row(false, [evidence({ 'whole keywords': 9 })], { doubt: doubt({ 'nothing that tells': 1 }) });
  expect(fitWeights([...rows, silent])).toEqual(fitWeights(rows));
});
