import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Changes } from '../../src/tenancy/changes.ts';
import { remember } from '../../src/tenancy/remember.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** News of changes as this test has them, and a memory that counts how often it had to look. */
function memory(load: (key: string, look: number) => Promise<string>) {
  const listeners: Parameters<Changes['listen']>[0][] = [];
  const ears = { isLive: true };
  const changes: Changes = {
    isLive: () => ears.isLive,
    listen: (listener) => void listeners.push(listener),
    onLive: () => undefined,
    close: async () => undefined,
  };
  let looks = 0;
  const get = remember(changes, { most: 2, tenantOf: (key) => key, load: (key) => load(key, (looks += 1)) });
  const change = (tenantId: string | null) => {
    for (const listener of listeners) listener(tenantId, null, null);
  };
  return { get, change, ears };
}

const counted = async (key: string, look: number) => `${key} ${look}`;

describe('what is remembered of a tenant', () => {
  it('is looked at once, until that tenant changes, or nobody knows what has', async () => {
    const { get, change } = memory(counted);
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a 1', 'a 1']);
    change('b');
    expect(await get('a')).toBe('a 1');
    change('a');
    expect(await get('a')).toBe('a 2');
    change(null);
    expect(await get('a')).toBe('a 3');
    expect(await get('a', { anew: true })).toBe('a 4');
    expect(await get('a')).toBe('a 4');
  });

  it('is not kept where a change came while it was being looked at', async () => {
    const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
    const { get, change } = memory(async (key, look) => {
      if (look === 1) await isRead;
      return `${key} ${look}`;
    });
    const first = get('a');
    change('a');
    read();
    expect(await first).toBe('a 1');
    expect(await get('a')).toBe('a 2');
  });

  it('is not kept where it could not be looked at', async () => {
    const { get } = memory(async (key, look) => {
      if (look === 1) throw new Error('away');
      return `${key} ${look}`;
    });
    await expect(get('a')).rejects.toThrow('away');
    expect(await get('a')).toBe('a 2');
  });

  it('is believed for a second where changes cannot be heard', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { get, ears } = memory(counted);
    await get('a');
    ears.isLive = false;
    vi.advanceTimersByTime(999);
    expect(await get('a')).toBe('a 1');
    vi.advanceTimersByTime(1);
    expect(await get('a')).toBe('a 2');
    ears.isLive = true;
    vi.advanceTimersByTime(60_000);
    expect(await get('a')).toBe('a 2');
  });

  it('is forgotten where there are more, and it was asked for least recently', async () => {
    const { get } = memory(counted);
    for (const key of ['a', 'b', 'a', 'c']) await get(key);
    expect(await get('a')).toBe('a 1');
    expect(await get('b')).toBe('b 4');
  });
});
