import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createFairBatches } from '../src/fair-batches.ts';

/** Runs that end when the test says so, in the order in which they began. */
function scripted(options: { atOnce: number; most: number }) {
  const began: { tenantId: string; subjects: string[]; end(error?: Error): void }[] = [];
  const batches = createFairBatches(
    (tenantId, subjects) =>
      new Promise((resolve, reject) => {
        began.push({ tenantId, subjects, end: (error) => (error ? reject(error) : resolve()) });
      }),
    options,
  );
  return { began, batches };
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `row ${n}`);

describe('batches of many tenants', () => {
  it('gives a tenant its turn after one batch of another, however much that one has waiting', async () => {
    const { began, batches } = scripted({ atOnce: 1, most: 10 });
    void batches.add('flood', numbered(1_000));
    void batches.add('quiet', ['its only row']);
    began[0]?.end();
    await turn();
    expect(began.map(({ tenantId }) => tenantId)).toEqual(['flood', 'quiet']);
  });

  it('lets a tenant that is behind wait while others run all that they have', async () => {
    const { began, batches } = scripted({ atOnce: 4, most: 10 });
    void batches.add('quiet', ['its only row']);
    void batches.add('flood', numbered(1_000));
    await turn();
    expect(began.map(({ tenantId }) => tenantId)).toEqual(['quiet']);
    began[0]?.end();
    await turn();
    expect(began.map(({ tenantId }) => tenantId)).toEqual(['quiet', 'flood']);
  });

  it('does not let it wait for ever, nor for others that are behind as well', async () => {
    const { began, batches } = scripted({ atOnce: 4, most: 10 });
    void batches.add('flood', numbered(1_000));
    void batches.add('another flood', numbered(1_000));
    void batches.add('never ends', ['its only row']);
    expect(began.map(({ tenantId }) => tenantId)).toEqual(['flood', 'another flood', 'never ends']);
    began[0]?.end();
    await vi.waitFor(() => expect(began.map(({ tenantId }) => tenantId).slice(3)).toEqual(['flood']));
  });

  it('lets a tenant that is behind rest as long as its batch took while there are others, and not where there are none', async () => {
    vi.useFakeTimers();
    try {
      const { began, batches } = scripted({ atOnce: 4, most: 10 });
      const ofFlood = () => began.filter(({ tenantId }) => tenantId === 'flood');
      const endsAfter = async (ms: number) => {
        await vi.advanceTimersByTimeAsync(ms);
        ofFlood().at(-1)?.end();
        await vi.advanceTimersByTimeAsync(0);
      };
      void batches.add('flood', numbered(1_000));
      await endsAfter(40);
      expect(ofFlood()).toHaveLength(2);

      void batches.add('quiet', ['its only row']);
      began.at(-1)?.end();
      await endsAfter(40);
      expect(ofFlood()).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(39);
      expect(ofFlood()).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(1);
      expect(ofFlood()).toHaveLength(3);

      await endsAfter(1_000);
      expect(ofFlood()).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });

  it('runs one batch of a tenant at a time, and what comes meanwhile joins the next, once', async () => {
    const { began, batches } = scripted({ atOnce: 4, most: 10 });
    const first = batches.add('a', ['1']);
    const second = batches.add('a', ['2', '3']);
    void batches.add('a', ['2']);
    expect(began).toHaveLength(1);
    began[0]?.end();
    await first;
    await turn();
    expect(began[1]?.subjects).toEqual(['2', '3']);
    began[1]?.end();
    await second;
  });

  it('runs again what is asked for while it runs: the run may have looked already', async () => {
    const { began, batches } = scripted({ atOnce: 4, most: 10 });
    void batches.add('a', ['1']);
    const again = batches.add('a', ['1']);
    began[0]?.end();
    await turn();
    began[1]?.end();
    await again;
    expect(began.map(({ subjects }) => subjects)).toEqual([['1'], ['1']]);
  });

  it('runs as many tenants at once as it may, and no more', async () => {
    const { began, batches } = scripted({ atOnce: 2, most: 10 });
    for (const tenant of ['a', 'b', 'c']) void batches.add(tenant, ['1']);
    expect(began).toHaveLength(2);
    began[1]?.end();
    await turn();
    expect(began.map(({ tenantId }) => tenantId)).toEqual(['a', 'b', 'c']);
  });

  it('does not hold up whoever asks for a tenant that is far behind, so that his place is free for others', async () => {
    const { began, batches } = scripted({ atOnce: 1, most: 10 });
    void batches.add('flood', numbered(100));
    await batches.add('flood', ['one more']);
    for (let n = 0; n < 11; n++) {
      began[n]?.end();
      await turn();
    }
    expect(began.flatMap(({ subjects }) => subjects)).toEqual([...numbered(100), 'one more']);
  });

  it('tells whoever waits that a run failed, and goes on with the next', async () => {
    const { began, batches } = scripted({ atOnce: 1, most: 1 });
    const bad = batches.add('a', ['1']);
    const good = batches.add('a', ['2']);
    began[0]?.end(new Error('away'));
    await expect(bad).rejects.toThrow('away');
    began[1]?.end();
    await good;
  });

  it('forgets what has not begun, and lets go of whoever waits for it', async () => {
    const { began, batches } = scripted({ atOnce: 1, most: 1 });
    void batches.add('a', ['1']);
    const waiting = batches.add('b', ['2']);
    batches.close();
    await waiting;
    // A job that was on its way to this process meanwhile.
    await batches.add('late', ['a row']);
    began[0]?.end();
    await turn();
    expect(began).toHaveLength(1);
  });
});
