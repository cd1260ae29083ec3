import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Changes } from '../../src/tenancy/changes.ts';
import { remember } from '../../src/tenancy/remember.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const hearing = { isLive: true };
const changes: Changes = {
  isLive: () => hearing.isLive,
  listen: () => undefined,
  onLive: () => undefined,
  close: () => Promise.resolve(),
};

it('what is remembered is asked for again after a second while changes cannot be heard, and not before', async () => {
  let loads = 0;
  const get = remember(changes, { load: () => Promise.resolve(++loads), tenantOf: (key) => key, most: 10 });
  expect(await get('a')).toBe(1);
  vi.advanceTimersByTime(600_000);
  expect(await get('a')).toBe(1);

  hearing.isLive = false;
  expect(await get('a')).toBe(2);
  vi.advanceTimersByTime(999);
  expect(await get('a')).toBe(2);
  vi.advanceTimersByTime(1);
  expect(await get('a')).toBe(3);

  hearing.isLive = true;
  vi.advanceTimersByTime(600_000);
  expect(await get('a')).toBe(3);
});
