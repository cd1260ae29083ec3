import type { z } from 'zod';
import { RetryAfterError } from '../../errors.ts';
import type { SafeResponse } from '../../safe-request.ts';

/** An hour: whoever asks for more is asked again, instead of being believed for a day. */
const LONGEST_WAIT_MS = 60 * 60 * 1_000;

export const isSuccess = ({ status }: SafeResponse) => status >= 200 && status < 300;

/** The answer's JSON, or undefined when it is not the JSON that `schema` describes. */
export function readJson<T>({ body }: SafeResponse, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    return undefined; // a proxy's error page, or an answer cut short
  }
}

/** "Later": after as long as `retry-after` says, in seconds or as an HTTP date; without one, whenever we like. */
export function tryLater(message: string, { headers }: SafeResponse): Error {
  const value = headers['retry-after']?.trim();
  const waitMs = value && /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value ?? '') - Date.now();
  return Number.isNaN(waitMs) ? new Error(message) : waitFor(message, waitMs);
}

export const waitFor = (message: string, waitMs: number) =>
  new RetryAfterError(message, Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS), 'channel');
