import type { z } from 'zod';
import { RetryAfterError } from '../../errors.ts';
import { boundedWaitMs, retryAfterMs } from '../../retry-after.ts';
import type { SafeResponse } from '../../safe-request.ts';

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
export function tryLater(message: string, response: SafeResponse): Error {
  const waitMs = retryAfterMs(response, new Date());
  return waitMs === undefined ? new Error(message) : waitFor(message, waitMs);
}

export const waitFor = (message: string, waitMs: number) =>
  new RetryAfterError(message, boundedWaitMs(waitMs), 'channel');
