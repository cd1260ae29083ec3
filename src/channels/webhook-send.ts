import { z } from 'zod';
import { PermanentError, RetryAfterError } from '../errors.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { SafeResponse } from '../safe-request.ts';
import type { ChannelIo, OutgoingMessage } from './adapter.ts';
import { isSuccess, readAnswer } from './http-answer.ts';
import { Id } from './shapes.ts';
import { signStandardWebhook } from './signature.ts';
import type { WebhookConfig } from './webhook.ts';

const Accepted = z.object({ id: Id });

/**
 * Posts one answer, signed. Any 2xx means that it arrived; a JSON body may name the other side's `id` for it.
 * Repeating is safe: the receiver knows a message again by `webhook-id`.
 */
export async function sendWebhook(message: OutgoingMessage, config: WebhookConfig, io: ChannelIo) {
  const { id, to: thread, text, quickReplies } = message;
  const attachments = attachmentsOf(message);
  const body = JSON.stringify({ type: 'message', id, thread, text, attachments, quickReplies });
  const timestamp = Math.floor(Date.now() / 1000);
  const response = await io.request(config.replyUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signStandardWebhook(id, timestamp, body, [config.secret, config.previousSecret]),
    },
    body,
    signal: io.signal,
  });
  if (!isSuccess(response)) throw failure(response);
  return { externalId: readAnswer(response, Accepted)?.id ?? id };
}

/** The receiver fetches a file itself, so its bytes are not read here. */
const attachmentsOf = ({ file }: OutgoingMessage) =>
  file
    ? [
        {
          type: file.type,
          url: file.url,
          fileName: file.fileName,
          mimeType: file.mimeType,
          sizeBytes: file.sizeBytes,
        },
      ]
    : [];

/** As Standard Webhooks advises its senders: never follow a redirect, stop at 410, slow down when asked to. */
function failure(response: SafeResponse): Error {
  const { status } = response;
  const text = `the reply URL answered ${status}`;
  const waitMs = retryAfterMs(response, new Date());
  if ([429, 502, 503, 504].includes(status)) {
    return waitMs === undefined ? new Error(text) : new RetryAfterError(text, waitMs, 'channel');
  }
  if (status === 410) {
    return new PermanentError(`${text}: the other side wants no more messages`, { scope: 'channel', code: '410' });
  }
  if (status >= 300 && status < 400) {
    return new PermanentError(`${text}: redirects are not followed, enter the final URL`, { code: String(status) });
  }
  if (status >= 400 && status < 500) return new PermanentError(text, { code: String(status) });
  return new Error(text);
}
