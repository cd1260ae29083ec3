import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRests } from '../src/rests.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Whether the tenant's rest is over after so many milliseconds more. */
async function isOverAfter(rests: ReturnType<typeof createRests>, tenantId: string, ms: number): Promise<boolean> {
  await vi.advanceTimersByTimeAsync(ms);
  return rests.over(tenantId) === null;
}

describe('a tenant that had more than its share', () => {
  it('rests as long as that took, 200 ms at the most, where others were seen within a second', async () => {
    const rests = createRests();
    rests.seen('quiet');
    rests.seen('flood');
    await vi.advanceTimersByTimeAsync(900);
    rests.worked('flood', 30);
    const rest = rests.over('flood');
    expect(rest).not.toBeNull();
    rests.worked('flood', 200);
    expect(rests.over('flood')).toBe(rest);
    expect(rests.over('quiet')).toBeNull();
    expect(await isOverAfter(rests, 'flood', 29)).toBe(false);
    expect(await isOverAfter(rests, 'flood', 1)).toBe(true);
    await expect(rest).resolves.toBeUndefined();

    rests.seen('quiet');
    rests.worked('flood', 5_000);
    expect(await isOverAfter(rests, 'flood', 199)).toBe(false);
    expect(await isOverAfter(rests, 'flood', 1)).toBe(true);
  });

  it('does not rest alone, nor when the others are gone', async () => {
    const rests = createRests();
    rests.seen('flood');
    rests.seen('flood');
    rests.worked('flood', 30);
    expect(rests.over('flood')).toBeNull();

    rests.seen('quiet');
    rests.seen('flood');
    await vi.advanceTimersByTimeAsync(1_000);
    rests.seen('flood');
    rests.worked('flood', 30);
    expect(rests.over('flood')).toBeNull();
  });
});
