import { describe, expect, it } from 'vitest';
import {
  atThreshold,
  auroc,
  calibrationError,
  chooseThreshold,
  recallAtPrecision,
  top1,
  type Result,
} from '../../bench/faq/metrics.ts';
import { quality } from '../../bench/faq/quality.ts';
import type { TenantResult } from '../../bench/faq/run.ts';

const right = (confidence: number): Result => ({ isInScope: true, isRight: true, faqId: 'a', confidence });
const wrong = (confidence: number): Result => ({ isInScope: true, isRight: false, faqId: 'b', confidence });
const outOfScope = (confidence: number): Result => ({ isInScope: false, isRight: false, faqId: 'a', confidence });
const nothing: Result = { isInScope: true, isRight: false, faqId: null, confidence: 0 };

describe('top1', () => {
  it('is the share of in-scope messages with the right FAQ, whatever the confidence', () => {
    expect(top1([right(0.01), right(0.9), wrong(0.9), nothing, outOfScope(0.5)])).toBe(0.5);
  });
});

describe('auroc', () => {
  it('is the share of pairs in which the in-scope message has the higher confidence', () => {
    // Of the six pairs, .9 wins all three, .4 wins against .3 and .1.
    expect(auroc([right(0.9), wrong(0.4), outOfScope(0.5), outOfScope(0.3), outOfScope(0.1)])).toBeCloseTo(5 / 6, 12);
  });

  it('counts equal confidences half', () => {
    expect(auroc([right(0.5), outOfScope(0.5)])).toBe(0.5);
    // Pairs: .5 and .5 half, .5 and .2 won, .2 and .5 lost, .2 and .2 half.
    expect(auroc([right(0.5), right(0.2), outOfScope(0.5), outOfScope(0.2)])).toBe(0.5);
    // Pairs with the two of .7: half and half; with .1: won.
    expect(auroc([right(0.7), outOfScope(0.7), outOfScope(0.7), outOfScope(0.1)])).toBeCloseTo(2 / 3, 12);
  });

  it('has no value where one of the kinds is missing', () => {
    expect(auroc([right(0.5)])).toBeNaN();
    expect(auroc([outOfScope(0.5)])).toBeNaN();
  });
});

describe('atThreshold', () => {
  it('has precision over all answers and recall over in-scope messages', () => {
    // Answered: right, wrong and one out of scope. Precision 1/3, recall 1/3; left out of scope: 1 of 2, 1 of 2.
    const results = [right(0.9), wrong(0.8), right(0.2), outOfScope(0.7), outOfScope(0.1)];
    expect(atThreshold(results, 0.7)).toEqual({ answerF1: 1 / 3, outOfScopeF1: 1 / 2 });
  });

  it('never takes naming nothing for an answer', () => {
    expect(atThreshold([nothing, right(0)], 0)).toEqual({ answerF1: 2 / 3, outOfScopeF1: 0 });
  });

  it('is 0 when nothing right is answered', () => {
    expect(atThreshold([right(0.5), outOfScope(0.5)], 0.6).answerF1).toBe(0);
  });
});

describe('chooseThreshold', () => {
  it('takes the lowest confidence that parts answers from out-of-scope messages best', () => {
    expect(chooseThreshold([right(0.9), right(0.6), outOfScope(0.4), outOfScope(0.2)])).toBe(0.6);
  });

  it('weighs answers and silence alike', () => {
    // From .3 on: F1 of answers 4/5, of silence 2/3. From .8 on: 2/3 and 4/5, the same mean, so the lower one stays.
    const results = [right(0.8), right(0.3), outOfScope(0.5), outOfScope(0.1)];
    expect(chooseThreshold(results)).toBe(0.3);
    // One more out of scope at .5: 2/3 and 1/2 from .3 on, 2/3 and 6/7 from .8 on.
    expect(chooseThreshold([...results, outOfScope(0.5)])).toBe(0.8);
  });

  it('answers nothing when that is best', () => {
    expect(chooseThreshold([wrong(0.9), outOfScope(0.9)])).toBeGreaterThan(1);
  });

  it('tries 400 of many confidences, the first and the last among them', () => {
    const from = (first: number) =>
      Array.from({ length: 1_000 }, (_, at) => (at >= first ? right(at / 1_000) : outOfScope(at / 1_000)));
    expect(chooseThreshold(from(999))).toBe(0.999);
    // Tried are floor(i * 999 / 399): 495 and 498, but not the 497 between them.
    expect(chooseThreshold(from(497))).toBe(0.498);
  });
});

describe('recallAtPrecision', () => {
  // From the top: 1 of 1 right, 2 of 2, 2 of 3, 3 of 4, 3 of 5, 4 of 6.
  const results = [right(0.9), right(0.8), wrong(0.7), right(0.6), outOfScope(0.5), right(0.4)];

  it('is the largest share answered rightly while that many answers are right', () => {
    expect(recallAtPrecision(results, 0.9)).toBe(2 / 5);
    expect(recallAtPrecision(results, 0.75)).toBe(3 / 5);
    expect(recallAtPrecision(results, 0.66)).toBe(4 / 5);
  });

  it('cuts between confidences only, never between equal ones', () => {
    expect(recallAtPrecision([right(0.9), wrong(0.9), right(0.9)], 0.8)).toBe(0);
    expect(recallAtPrecision([wrong(0.9), right(0.9), right(0.9)], 0.6)).toBe(2 / 3);
  });

  it('leaves out messages for which nothing was named, but not of the recall', () => {
    expect(recallAtPrecision([right(0.5), nothing], 1)).toBe(1 / 2);
  });

  it('is 0 when no threshold gives that precision', () => {
    expect(recallAtPrecision([wrong(0.9), right(0.1)], 0.8)).toBe(0);
  });
});

describe('calibrationError', () => {
  it('is 0 when confidences are the shares of right answers', () => {
    expect(calibrationError([right(0.5), wrong(0.5)])).toBe(0);
    expect(calibrationError([right(1), nothing])).toBe(0);
  });

  it('is the distance of confidence and share in each bin, by the messages in it', () => {
    // Bin of .9: three messages, confidence 2.7, right 1. Bin of .1: one message, confidence .1, right 0.
    expect(calibrationError([right(0.9), wrong(0.9), outOfScope(0.9), outOfScope(0.1)])).toBeCloseTo(1.8 / 4, 12);
  });

  it('lets errors of one bin cancel out and those of different bins not', () => {
    // .81 and .85 share the bin from 12/15 to 13/15; .79 is in the one below.
    expect(calibrationError([right(0.85), wrong(0.81)])).toBeCloseTo(0.66 / 2, 12);
    expect(calibrationError([right(0.85), wrong(0.79)])).toBeCloseTo((0.15 + 0.79) / 2, 12);
  });
});

describe('quality', () => {
  const base = { variant: 'few', of: undefined, slice: 'clean', kind: 'in' } as const;
  const results: TenantResult[] = [
    { ...right(0.9), ...base, tenant: 'one', messageId: '1' },
    { ...right(0.8), ...base, tenant: 'one', messageId: '2' },
    { ...wrong(0.3), ...base, tenant: 'one', messageId: '3' },
    { ...outOfScope(0.85), ...base, kind: 'oos_near', tenant: 'one', messageId: '4' },
    { ...outOfScope(0.1), ...base, kind: 'oos_far', tenant: 'one', messageId: '5' },
    { ...wrong(0.6), ...base, tenant: 'two', messageId: '6' },
    { ...right(0.7), ...base, slice: 'typo', of: '1', tenant: 'one', messageId: '7' },
    { ...wrong(0.7), ...base, slice: 'typo', of: '2', tenant: 'one', messageId: '8' },
    { ...wrong(0.7), ...base, slice: 'upper', of: '3', tenant: 'one', messageId: '9' },
  ];

  it('counts each business once in means, and leaves perturbed messages out of all but their own line', () => {
    const { top1: pooled, top1Mean } = quality(results, 0.5);
    expect(pooled).toBe(2 / 4);
    expect(top1Mean).toBeCloseTo((2 / 3 + 0) / 2, 12);
  });

  it('holds near and far out-of-scope messages apart', () => {
    expect(quality(results, 0.5)).toMatchObject({ aurocNear: 1 / 3, aurocFar: 1 });
  });

  it('compares typos with the same messages without them', () => {
    expect(quality(results, 0.5)).toMatchObject({ typoTop1: 1 / 2, typoLoss: 1 / 2 });
  });
});
