import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contender } from '../../bench/faq/contenders/registry.ts';
import { loadDataSet } from '../../bench/faq/data.ts';
import { chooseThreshold } from '../../bench/faq/metrics.ts';
import { cleanOf, quality } from '../../bench/faq/quality.ts';
import { play } from '../../bench/faq/run.ts';

it('FAQs are found, and confidences mean what they say, on the messages of 18 businesses', async () => {
  const { results, inactive } = await play(
    contender('ours'),
    loadDataSet(join(import.meta.dirname, '../../bench/faq/dev.json')),
  );
  expect(inactive).toBe(0);
  const reached = quality(results, chooseThreshold(cleanOf(results)));
  const least = {
    top1: 0.75,
    top1Mean: 0.77,
    auroc: 0.875,
    aurocNear: 0.85,
    aurocFar: 0.92,
    answerF1: 0.72,
    recallAt80: 0.65,
    recallAt90: 0.52,
    typoTop1: 0.75,
  };
  for (const [what, value] of Object.entries(least)) {
    expect(reached, what).toHaveProperty(
      what,
      expect.toSatisfy((have: number) => have >= value, `at least ${value}`),
    );
  }
  expect(reached.calibrationError).toBeLessThanOrEqual(0.02);
  expect(reached.typoLoss).toBeLessThanOrEqual(0.022);
}, 60_000);
