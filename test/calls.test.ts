import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createCalls } from '../src/calls.ts';

/** Calls that end when the test says so, and the rows for which they are due. */
function scripted(limits: Parameters<typeof createCalls>[1]) {
  const due = new Map<string, Set<string>>();
  const began: { tenantId: string; id: string; end(error?: Error): Promise<void> }[] = [];
  const broken: string[] = [];
  const calls = createCalls(
    {
      async call(tenantId, id) {
        if (!due.get(tenantId)?.delete(id)) return;
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const end = (error?: Error) => {
          if (error) reject(error);
          else resolve();
          return turn();
        };
        began.push({ tenantId, id, end });
        await promise;
      },
      next: async (tenantId, most, except) =>
        [...(due.get(tenantId) ?? [])].filter((id) => !except.includes(id)).slice(0, most),
      onBroken: (error, tenantId, id) => void broken.push(`${tenantId} ${id}: ${String(error)}`),
    },
    limits,
  );
  return {
    calls,
    began,
    broken,
    due,
    ids: (tenantId: string) => began.filter((each) => each.tenantId === tenantId).map(({ id }) => id),
    /** Rows become due, and somebody is woken for them. */
    begin: (tenantId: string, ids: string[]) => {
      due.set(tenantId, new Set([...(due.get(tenantId) ?? []), ...ids]));
      return calls.begin(tenantId, ids);
    },
  };
}

const rows = (count: number) => Array.from({ length: count }, (_, n) => `row ${n}`);

describe('calls', () => {
  it('of a tenant are open up to its limit; each that ends lets the next one begin, without anybody waking for it', async () => {
    const { begin, began, ids } = scripted({ perTenant: 2, inAll: 100 });
    expect(begin('a', rows(4)).left).toEqual(['row 2', 'row 3']);
    expect(ids('a')).toEqual(['row 0', 'row 1']);
    await began[1]?.end();
    expect(ids('a')).toEqual(['row 0', 'row 1', 'row 2']);
    await began[0]?.end();
    await began[2]?.end();
    expect(ids('a')).toEqual(rows(4));
  });

  it('of one tenant that hang leave room to all others, also where a process has little left', async () => {
    const { begin, ids } = scripted({ perTenant: 32, inAll: 64 });
    for (let tenant = 0; tenant < 12; tenant++) begin(`slow ${tenant}`, rows(100));
    expect(ids('slow 0')).toHaveLength(7);
    expect(ids('slow 11')).not.toEqual([]);
    begin('healthy', rows(1));
    expect(ids('healthy')).toHaveLength(1);
  });

  it('are never more than the process has room for; then the tenants that wait have the next ones in turns', async () => {
    const { begin, began } = scripted({ perTenant: 2, inAll: 2 });
    for (const tenant of ['a', 'b', 'c', 'd']) begin(tenant, rows(3));
    for (let ended = 0; ended < 8; ended++) {
      expect(began).toHaveLength(ended + 2);
      await began[ended]?.end();
    }
    expect(began.map(({ tenantId }) => tenantId).join('')).toBe('ababcdabcd');
  });

  it('are not begun twice for a row whose call is open; whoever asked is told', async () => {
    const { begin, began, calls } = scripted({ perTenant: 2, inAll: 100 });
    begin('a', ['row 0']);
    expect(calls.begin('a', ['row 0']).left).toEqual(['row 0']);
    await began[0]?.end();
    expect(began).toHaveLength(1);
  });

  it('hold nobody up: two seconds each, and where several of a tenant are open not at all', async () => {
    vi.useFakeTimers();
    try {
      const { begin } = scripted({ perTenant: 8, inAll: 100 });
      let isOver = false;
      const first = begin('a', ['row 0']).begun.then(() => (isOver = true));
      await vi.advanceTimersByTimeAsync(1_999);
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await first;
      await begin('a', rows(8)).begun;
    } finally {
      vi.useRealTimers();
    }
  });

  it('that break are told of, whoever waits; those behind them are left to whoever is woken next', async () => {
    const { begin, began, broken, ids } = scripted({ perTenant: 1, inAll: 100 });
    const { begun } = begin('a', rows(3));
    await Promise.all([expect(begun).rejects.toThrow('away'), began[0]?.end(new Error('away'))]);
    expect(broken).toEqual(['a row 0: Error: away']);
    expect(ids('a')).toEqual(['row 0']);
    begin('a', ['row 1']);
    await began[1]?.end();
    expect(ids('a')).toEqual(['row 0', 'row 1']);
  });

  it('that are open are waited for by whoever stops, and nothing more begins', async () => {
    const { begin, began, calls } = scripted({ perTenant: 1, inAll: 100 });
    begin('a', rows(2));
    calls.close();
    let isSettled = false;
    const settled = calls.settled().then(() => (isSettled = true));
    await turn();
    expect([isSettled, begin('b', rows(1)).left]).toEqual([false, ['row 0']]);
    await began[0]?.end();
    await settled;
    expect(began).toHaveLength(1);
  });
});
