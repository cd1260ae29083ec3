import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatcher } from '../src/batch.ts';

/** Runs that end when the test says so. */
function scripted(options: Parameters<typeof createBatcher>[1]) {
  const began: { items: number[]; end(results?: (string | Error)[]): void; fail(error: Error): void }[] = [];
  const call = createBatcher<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        began.push({ items, end: (results) => resolve(results ?? items.map(String)), fail: reject });
      }),
    options,
  );
  return { began, call };
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);
const endsOf = async (calls: Promise<string>[]) =>
  (await Promise.allSettled(calls)).map((end) => (end.status === 'fulfilled' ? end.value : String(end.reason)));

describe('calls that wait at the same moment', () => {
  it('share a run, and each gets its own result', async () => {
    const { began, call } = scripted({ most: 10 });
    const calls = numbered(3).map(call);
    await turn();
    expect(began.map(({ items }) => items)).toEqual([[0, 1, 2]]);
    began[0]?.end();
    expect(await endsOf(calls)).toEqual(['0', '1', '2']);
  });

  it('share as few runs as may hold them, whatever comes while one is on its way', async () => {
    const { began, call } = scripted({ most: 4 });
    const calls = numbered(4).map(call);
    await turn();
    for (const n of [4, 5, 6, 7, 8]) {
      calls.push(call(n));
      await turn();
    }
    expect(began).toHaveLength(1);
    for (const n of numbered(3)) {
      began[n]?.end();
      await turn();
      await turn();
    }
    expect(began.map(({ items }) => items)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8]]);
    expect(await endsOf(calls)).toEqual(numbered(9).map(String));
  });

  it('leave for the next run before anybody goes on with what the one before it brought', async () => {
    const order: string[] = [];
    const call = createBatcher<number, number>(
      (items) => {
        order.push(`run of ${items.join()}`);
        return Promise.resolve(items);
      },
      { most: 2 },
    );
    await Promise.all(numbered(4).map((n) => call(n).then(() => order.push(`${n} goes on`))));
    expect(order).toEqual(['run of 0,1', 'run of 2,3', '0 goes on', '1 goes on', '2 goes on', '3 goes on']);
  });

  it('fail alone where one is at fault, and together where the run broke, and those after them go on', async () => {
    const { began, call } = scripted({ most: 2 });
    const ends = endsOf(numbered(7).map(call));
    const script = [[new Error('its own fault'), '1'], new Error('away'), ['4'], undefined];
    for (const [n, end] of script.entries()) {
      await turn();
      await turn();
      if (end instanceof Error) began[n]?.fail(end);
      else began[n]?.end(end);
    }
    expect(await ends).toEqual([
      'Error: its own fault',
      '1',
      'Error: away',
      'Error: away',
      '4',
      'Error: a batch answered with too few results',
      '6',
    ]);
  });
});

describe('calls behind a run that takes long', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await turn();
  };

  it('leave beside it, together, and those after them beside neither', async () => {
    const { began, call } = scripted({ most: 10, asideMs: 25 });
    const calls = [call(0)];
    await turn();
    await pass(10);
    calls.push(call(1), call(2));
    expect(vi.getTimerCount()).toBe(1);
    await pass(14);
    expect(began).toHaveLength(1);
    await pass(1);
    expect(began.map(({ items }) => items)).toEqual([[0], [1, 2]]);
    calls.push(call(3));
    await pass(1_000);
    calls.push(call(4));
    await turn();
    expect(began).toHaveLength(2);
    began[1]?.end();
    await pass(0);
    expect(began[2]?.items).toEqual([3, 4]);
    began[2]?.end();
    began[0]?.end();
    expect(await endsOf(calls)).toEqual(['0', '1', '2', '3', '4']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leave when the one that is left of two has taken long as well', async () => {
    const { began, call } = scripted({ most: 10, asideMs: 25 });
    void call(0);
    await turn();
    void call(1);
    await pass(25);
    void call(2);
    await pass(5);
    began[0]?.end();
    await pass(19);
    expect(began.map(({ items }) => items)).toEqual([[0], [1]]);
    await pass(1);
    expect(began.map(({ items }) => items)).toEqual([[0], [1], [2]]);
  });

  it('leave at once where it has taken long already when they come', async () => {
    const { began, call } = scripted({ most: 10, asideMs: 25 });
    void call(0);
    await turn();
    await pass(1_000);
    void call(1);
    await turn();
    expect(began.map(({ items }) => items)).toEqual([[0], [1]]);
  });

  it('wait for its end where nothing else is said', async () => {
    const { began, call } = scripted({ most: 10 });
    void call(0);
    await turn();
    void call(1);
    await pass(60_000);
    expect(began).toHaveLength(1);
  });
});

describe('calls with a limit to their patience', () => {
  const patience = { ms: 1_000, calls: 3, tooLate: () => new Error('too late') };
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('fail when it is over, those on their way and those that wait; later ones have their own time', async () => {
    const { began, call } = scripted({ most: 2, patience });
    const calls = numbered(3).map(call);
    await turn();
    await vi.advanceTimersByTimeAsync(600);
    const later = call(3);
    const early = endsOf(calls);
    await vi.advanceTimersByTimeAsync(400);
    expect(await early).toEqual(Array(3).fill('Error: too late'));
    expect(began).toHaveLength(1);
    began[0]?.end();
    await turn();
    expect(began.map(({ items }) => items)).toEqual([[0, 1], [3]]);
    const end = endsOf([later]);
    await vi.advanceTimersByTimeAsync(599);
    began[1]?.end();
    expect(await end).toEqual(['3']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
    const last = endsOf([call(4)]);
    await turn();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await last).toEqual(['Error: too late']);
  });

  it('fail at once where too many wait already', async () => {
    const { began, call } = scripted({ most: 1, patience });
    const first = call(0);
    await turn();
    const calls = numbered(4).map((n) => call(n + 1));
    expect(await endsOf(calls.slice(3))).toEqual(['Error: too late']);
    for (const n of numbered(4)) {
      began[n]?.end();
      await turn();
      await turn();
    }
    expect(await endsOf([first, ...calls.slice(0, 3)])).toEqual(['0', '1', '2', '3']);
  });
});
