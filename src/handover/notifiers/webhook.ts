import { z } from 'zod';
import { PermanentError } from '../../errors.ts';
import type { SafeResponse } from '../../safe-request.ts';
import { isStandardWebhookSecret, signStandardWebhook } from '../../standard-webhook.ts';
import type { Notifier } from '../notifier.ts';
import { isSuccess, tryLater } from './answer.ts';

const Config = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ title: 'URL', description: 'Notices are posted here. Use https outside your own network.' }),
  secret: z
    .string()
    .refine(isStandardWebhookSecret, 'must be whsec_ and 24 to 64 bytes in base64')
    .meta({ title: 'Signing secret', secret: true }),
});

/**
 * The notice as signed JSON, for whatever the tenant runs. `webhook-id` stays the same over retries, and so does every
 * byte of the body: the receiver can drop what it has seen.
 *
 * @see https://www.standardwebhooks.com
 */
export const webhook: Notifier<z.infer<typeof Config>> = {
  kind: 'webhook',
  config: Config,
  repeatsItself: true,

  async send(notice, { url, secret }, { request, signal }) {
    const body = JSON.stringify({ type: 'handover.requested', timestamp: notice.createdAt, data: notice });
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signStandardWebhook({ id: notice.id, timestamp: new Date(), body, secret }),
      },
      body,
      signal,
    });
    if (!isSuccess(response)) throw failure(response);
    return { externalId: null };
  },
};

/** As the standard advises senders: never follow a redirect, stop at 410, slow down when asked to. */
function failure(response: SafeResponse): Error {
  const { status } = response;
  const text = `the webhook answered ${status}`;
  const code = String(status);
  if ([429, 502, 503, 504].includes(status)) return tryLater(text, response);
  if (status === 410) {
    return new PermanentError(`${text}: the other side wants no more notices`, { scope: 'channel', code });
  }
  if (status >= 300 && status < 400) {
    return new PermanentError(`${text}: redirects are not followed, enter the final URL`, { scope: 'channel', code });
  }
  if (status >= 400 && status < 500) return new PermanentError(text, { code });
  return new Error(text);
}
