import { expect, it } from 'vitest';
import { createLeaders } from '../../src/faqs/improving/leaders.ts';

it('compares with no more than 256 groups for a word, however many groups have it', () => {
  const leaders = createLeaders<object>((stem) => (stem === 'order' ? 1 : 5));
  const node = (n: number) => ({ key: `order ${n}`, stems: ['order', `word${n}`], members: [] });
  const workOf = (n: number) => {
    leaders.takeWork();
    expect(leaders.lead(node(n))).toBe(true);
    return leaders.takeWork();
  };
  const work = Array.from({ length: 2_000 }, (_, n) => workOf(n));
  expect(leaders.groups()).toHaveLength(2_000);
  expect(work[200]).toBeGreaterThan(work[100] ?? 0);
  expect(work[1_999]).toBe(work[256]);
  expect(leaders.lead(node(1_999))).toBe(false);
});
