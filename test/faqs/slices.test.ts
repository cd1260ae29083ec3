import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/faqs/match.ts';
import { reportInSlices } from '../../src/faqs/quality-report.ts';
import { runInSlices } from '../../src/faqs/slices.ts';

/** Work of pieces that take a millisecond each. */
function* pieces(count: number, name: string, log: string[]): Generator<undefined, string, undefined> {
  for (let at = 0; at < count; at++) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    log.push(name);
    yield;
  }
  return name;
}

/** The turns that others have while `work` goes on, and the CPU times of stretches that kept them 20 ms or more. */
async function watch(work: Promise<unknown>): Promise<{ turns: number; longMs: number[] }> {
  const longMs: number[] = [];
  let turns = 0;
  let before = process.threadCpuUsage();
  const count = () => {
    // Not by the clock: on a busy machine, others may have the processor for a while.
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    if (user + system >= 20_000) longMs.push((user + system) / 1_000);
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await work;
  clearImmediate(timer);
  return { turns, longMs };
}

describe('work in slices', () => {
  it('lets others have a turn at least every twenty pieces, and gives its result', async () => {
    const log: string[] = [];
    const work = runInSlices(pieces(200, 'a', log));
    expect((await watch(work)).turns).toBeGreaterThanOrEqual(10);
    expect(await work).toBe('a');
    expect(log).toHaveLength(200);
  });

  it('shares one turn among all, so that many at once keep nobody longer', async () => {
    const log: string[] = [];
    const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => runInSlices(pieces(60, name, log))));
    expect((await watch(all)).turns).toBeGreaterThanOrEqual(15);
    // Fairly: each had a turn before the first one had its second.
    const changes = log.filter((name, at) => name !== log[at - 1]);
    expect(changes.slice(0, 5)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('throws what the work throws, and goes on with the work of others', async () => {
    function* broken(): Generator<undefined, string, undefined> {
      yield;
      throw new Error('broken work');
    }
    const [failed, other] = await Promise.allSettled([runInSlices(broken()), runInSlices(pieces(20, 'b', []))]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'broken work' } });
    expect(other).toEqual({ status: 'fulfilled', value: 'b' });
  });
});

it('a report on 20,000 FAQs keeps nobody for more than 20 ms', { timeout: 60_000 }, async () => {
  const faqs = Array.from({ length: 20_000 }, (_, at) => ({
    id: `f${String(at).padStart(5, '0')}`,
    question: `How do I use product ${at % 997} in city number${at % 2_000}?`,
    answer: `Like this: ${at}`,
    keywords: [`p${at}`, 'use'],
    priority: at % 3,
    isActive: true,
  }));
  const matcher = createMatcher({ language: 'en', faqs });
  const work = runInSlices(reportInSlices(faqs, 'en', (text) => matcher.match(text)));
  const { longMs } = await watch(work);
  // A major collection may fall into one of the hundreds of stretches.
  expect(longMs.length, longMs.join()).toBeLessThanOrEqual(1);
  expect((await work).checked).toBe(20_000);
});
