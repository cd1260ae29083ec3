/** An hour: whoever asks for more is asked again, instead of being believed for a day. */
const LONGEST_WAIT_MS = 60 * 60 * 1_000;

/** Milliseconds to wait, from a `retry-after` header in seconds or as an HTTP date; undefined without one. */
export function retryAfterMs({ headers }: { headers: Record<string, string> }, now: Date): number | undefined {
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now.getTime();
  return Number.isNaN(waitMs) ? undefined : boundedWaitMs(waitMs);
}

/** Never negative, never longer than an hour. */
export const boundedWaitMs = (waitMs: number) => Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS);
