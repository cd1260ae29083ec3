import { z } from 'zod';
import { type FailureScope, PermanentError, RetryAfterError, RetryOnceError } from '../errors.ts';
import type { SafeResponse } from '../safe-request.ts';
import { readAnswer } from './http-answer.ts';

const Failure = z.object({
  error: z.object({
    code: z.int(),
    message: z.string().default(''),
    error_data: z.object({ details: z.string().optional() }).optional().catch(undefined),
  }),
});

/**
 * What a refused send means. Meta asks to decide by `code`, not by the HTTP status or the text.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
export function whatsappFailure(response: SafeResponse): Error {
  const answer = readAnswer(response, Failure);
  if (!answer) return failureWithoutCode(response);

  const { code, message, error_data } = answer.error;
  const text = `WhatsApp answered error ${code}: ${error_data?.details ?? message}`;
  const wait = waits.get(code);
  if (wait) return new RetryAfterError(text, wait.seconds * 1000, wait.scope, { grows: true });
  if (media.has(code)) return new RetryOnceError(text, String(code));
  if (transient.has(code)) return new Error(text);
  if (code === WINDOW_CLOSED) {
    const hint = 'more than 24 hours since the last message of this contact: only an approved template can be sent now';
    return new PermanentError(`${hint} (WhatsApp error ${code})`, { scope: 'message', code: String(code) });
  }
  const scope = scopeOf(code);
  if (scope) return new PermanentError(text, { scope, code: String(code) });
  // A code of tomorrow: a refusal by its status, or trouble on their side.
  return response.status < 500 ? new PermanentError(text, { scope: 'message', code: String(code) }) : new Error(text);
}

const WINDOW_CLOSED = 131047;
const HOUR = 60 * 60;

const waits = new Map<number, { seconds: number; scope: 'conversation' | 'channel' }>([
  // One message in six seconds to one person.
  [131056, { seconds: 6, scope: 'conversation' }],
  // Throughput of the number, the app, the business account.
  [130429, { seconds: 10, scope: 'channel' }],
  [4, { seconds: 10, scope: 'channel' }],
  [80007, { seconds: 10, scope: 'channel' }],
  [613, { seconds: 10, scope: 'channel' }],
  // Spam, ecosystem and messaging limits: hours at least.
  [131048, { seconds: HOUR, scope: 'conversation' }],
  [131049, { seconds: HOUR, scope: 'conversation' }],
  [131064, { seconds: HOUR, scope: 'conversation' }],
]);

// Faults of the service, maintenance.
const transient = new Set([1, 2, 131000, 131016, 131057, 133016]);

// Could not be fetched or taken in.
const media = new Set([131052, 131053]);

// Token, permission, lock, policy, payment, registration of the number.
const account = new Set([0, 190, 3, 10, 368, 131005, 131031, 131042, 131045]);

// Not reachable on WhatsApp, not in the test list, ourselves, opted out, part of an experiment.
const recipient = new Set([131026, 131030, 131021, 131050, 130472]);

const content = new Set([100, 131008, 131009, 131051, 132000, 132001, 132005, 132007, 132012, 132015, 132016]);

/** How far a failure reaches that is final, told at once or by a receipt. Undefined for all other codes. */
export function scopeOf(code: number): FailureScope | undefined {
  if (account.has(code) || (code >= 200 && code <= 299)) return 'channel';
  if (recipient.has(code)) return 'conversation';
  return content.has(code) ? 'message' : undefined;
}

/** A gateway on the way, most likely: nothing in it says that the message was refused for good. */
function failureWithoutCode({ status }: SafeResponse): Error {
  const text = `WhatsApp answered ${status} without an error code`;
  if (status === 429) return new RetryAfterError(text, 10_000, 'channel', { grows: true });
  if (status === 401) return new PermanentError(text, { scope: 'channel', code: '401' });
  return new Error(text);
}
