import type { z } from 'zod';
import type { SafeResponse } from '../safe-request.ts';

/** An hour: a platform that asks for more is asked again, instead of being believed for a day. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

export const isSuccess = ({ status }: SafeResponse) => status >= 200 && status < 300;

/** The answer's JSON, or undefined when it is not the JSON that `schema` describes. */
export function readAnswer<T>(response: SafeResponse, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(response.body.toString('utf8'))).data;
  } catch {
    return undefined; // a proxy's error page, or an answer cut short
  }
}

/** Milliseconds to wait, from a `retry-after` header in seconds or as an HTTP date; undefined without one. */
export function retryAfterMs({ headers }: SafeResponse, now: Date): number | undefined {
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return Number.isNaN(waitMs) ? undefined : boundedWaitMs(waitMs);
}

/** Never negative, never longer than an hour. */
export const boundedWaitMs = (waitMs: number) => Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS);
