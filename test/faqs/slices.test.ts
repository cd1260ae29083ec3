import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/faqs/match.ts';
import { reportInSlices } from '../../src/faqs/quality-report.ts';
import { runInSlices } from '../../src/faqs/slices.ts';

/** What five milliseconds have room for, on the fastest machine. */
const MOST_PIECES = 6;

/** Work of pieces that take a millisecond each, or more. */
function* pieces(count: number, name: string, log: string[]): Generator<undefined, string, undefined> {
  for (let at = 0; at < count; at++) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    log.push(name);
    yield;
  }
  return name;
}

/** What `measure` grew by between the turns of others while `work` goes on, the most first. */
async function grownBetweenTurns(work: Promise<unknown>, measure: () => number): Promise<number[]> {
  const grown: number[] = [];
  let before = measure();
  const look = () => {
    const now = measure();
    grown.push(now - before);
    before = now;
    timer = setImmediate(look);
  };
  let timer = setImmediate(look);
  await work;
  clearImmediate(timer);
  return grown.toSorted((one, other) => other - one);
}

describe('work in slices', () => {
  it('lets others have a turn after some milliseconds, and gives its result', async () => {
    const log: string[] = [];
    const work = runInSlices(pieces(200, 'a', log));
    const [most = 0] = await grownBetweenTurns(work, () => log.length);
    expect(most).toBeLessThanOrEqual(MOST_PIECES);
    expect(await work).toBe('a');
    expect(log).toHaveLength(200);
  });

  it('shares one turn among all, so that many at once keep nobody longer', async () => {
    const log: string[] = [];
    const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => runInSlices(pieces(60, name, log))));
    const [most = 0] = await grownBetweenTurns(all, () => log.length);
    expect(most).toBeLessThanOrEqual(MOST_PIECES);
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

it(
  'a report on 20,000 FAQs is made in pieces of which none is a fortieth of the work',
  { timeout: 60_000 },
  async () => {
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
    // Not by the clock: on a busy machine, others may have the processor for a while.
    const cpuMs = () => (process.threadCpuUsage().user + process.threadCpuUsage().system) / 1_000;
    const [most = 0, ...others] = await grownBetweenTurns(work, cpuMs);
    // Into one of the hundreds of stretches, a major collection may fall. How long all take is the machine's affair.
    const all = others.reduce((sum, ms) => sum + ms, most);
    expect(others[0]).toBeLessThan(all / 40);
    expect((await work).checked).toBe(20_000);
  },
);
