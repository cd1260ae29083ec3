import { expect, it } from 'vitest';
import { createLeaders } from '../../src/faqs/leaders.ts';

it('looks up no more than 256 groups for a word, however many groups have it', () => {
  let weighed = 0;
  const weightOf = (stem: string) => {
    weighed += 1;
    return stem === 'order' ? 1 : 5;
  };
  const leaders = createLeaders<object>(weightOf);
  const node = (n: number) => ({ key: `order ${n}`, stems: ['order', `word${n}`], members: [] });
  const opened = Array.from({ length: 2_000 }, (_, n) => leaders.lead(node(n)));
  expect(opened.every(Boolean)).toBe(true);
  expect(leaders.groups()).toHaveLength(2_000);
  // Per node: once for each word of itself where it looks, where it sums up, and where it is filed.
  expect(weighed).toBeLessThan(2_000 * 2 * 4);
  expect(leaders.lead(node(1_999))).toBe(false);
});
