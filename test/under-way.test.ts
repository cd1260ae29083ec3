import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createUnderWay } from '../src/under-way.ts';

it('whoever waits for what is under way waits for what begins meanwhile as well, and for nothing that is over', async () => {
  const underWay = createUnderWay();
  const order: string[] = [];
  const next = Promise.withResolvers<void>();
  const first = turn().then(() => {
    order.push('first');
    void underWay.add(next.promise.then(() => void order.push('next')));
  });
  void underWay.add(first);
  const settled = underWay.settled().then(() => order.push('settled'));
  await first;
  await turn();
  expect(order).toEqual(['first']);
  next.resolve();
  await settled;
  expect(order).toEqual(['first', 'next', 'settled']);
  await underWay.settled();
});
