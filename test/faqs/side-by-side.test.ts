import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSideBySide } from '../../src/faqs/matching/side-by-side.ts';

it('keeps every list as it was given, however many and long they are, in few pieces of memory', () => {
  const short = fc.array(fc.nat(65_535), { maxLength: 40 });
  const long = fc.nat(65_535).map((value) => Array.from({ length: 40_000 }, () => value));
  fc.assert(
    fc.property(fc.array(fc.oneof({ arbitrary: short, weight: 20 }, { arbitrary: long, weight: 1 })), (lists) => {
      const { ints, shorts } = createSideBySide();
      const kept = lists.map((list) => ({ list, ints: ints(list), shorts: shorts(list) }));
      for (const one of kept) {
        expect([...one.ints]).toEqual(one.list);
        expect([...one.shorts]).toEqual(one.list);
      }
    }),
    { numRuns: 50 },
  );
  const { shorts } = createSideBySide();
  const buffers = new Set(Array.from({ length: 10_000 }, (_, n) => shorts([n, n, n]).buffer));
  expect(buffers.size).toBeLessThan(12);
});
