import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceOf, slopeOfConfidence } from '../../src/faqs/matching/confidence.ts';

const score = fc.double({ min: -8, max: 8, noNaN: true });
/** Probabilities of "none" and of up to eight candidates, the best first. */
const chances = fc
  .tuple(score, fc.array(score, { minLength: 1, maxLength: 8 }))
  .map(([none, scores]) => ({ none, scores: scores.toSorted((one, other) => other - one) }));

function judge(none: number, scores: readonly number[]) {
  const odds = [none, ...scores].map((one) => Math.exp(one));
  const sum = odds.reduce((one, other) => one + other, 0);
  return { none: (odds[0] ?? 0) / sum, best: (odds[1] ?? 0) / sum };
}

describe('the confidence in the best candidate', () => {
  it('is its probability where it is the only one', () => {
    fc.assert(
      fc.property(score, score, (noneScore, only) => {
        const { best, none } = judge(noneScore, [only]);
        expect(confidenceOf(best, none)).toBeCloseTo(best, 10);
      }),
    );
  });

  it('is no less than its probability, and no more than that of any being right', () => {
    fc.assert(
      fc.property(chances, ({ none: noneScore, scores }) => {
        const { best, none } = judge(noneScore, scores);
        expect(confidenceOf(best, none)).toBeGreaterThanOrEqual(best - 1e-12);
        expect(confidenceOf(best, none)).toBeLessThanOrEqual(1 - none + 1e-12);
      }),
    );
  });

  it('never falls when more speaks for it, nor rises when more speaks for none', () => {
    fc.assert(
      fc.property(
        chances,
        fc.double({ min: 0, max: 4, noNaN: true }),
        ({ none, scores: [first = 0, ...others] }, more) => {
          const before = judge(none, [first, ...others]);
          const surer = judge(none, [first + more, ...others]);
          const doubtful = judge(none + more, [first, ...others]);
          const confidence = confidenceOf(before.best, before.none);
          expect(confidenceOf(surer.best, surer.none)).toBeGreaterThanOrEqual(confidence - 1e-12);
          expect(confidenceOf(doubtful.best, doubtful.none)).toBeLessThanOrEqual(confidence + 1e-12);
        },
      ),
    );
  });

  it('is higher for an unlikely one where others are likely than where none is', () => {
    expect(confidenceOf(0.2, 0.1)).toBeGreaterThan(confidenceOf(0.2, 0.8));
    expect(confidenceOf(0.9, 0.01) - 0.9).toBeLessThan(0.001);
  });

  it('grows as fast as it says', () => {
    const tiny = 1e-6;
    for (const [best, none] of [
      [0.1, 0.2],
      [0.3, 0.3],
      [0.7, 0.1],
    ] as const) {
      const slope = slopeOfConfidence(best, none);
      const ofBest = (confidenceOf(best + tiny, none) - confidenceOf(best - tiny, none)) / (2 * tiny);
      const ofNone = (confidenceOf(best, none + tiny) - confidenceOf(best, none - tiny)) / (2 * tiny);
      expect(slope.best).toBeCloseTo(ofBest, 6);
      expect(slope.none).toBeCloseTo(ofNone, 6);
    }
  });
});
