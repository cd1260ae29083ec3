import { z } from 'zod';
import type { ChannelAdapter } from './adapter.ts';
import { StandardSecret, unguessable, verifyStandardWebhook } from './signature.ts';
import { parseWebhook } from './webhook-parse.ts';
import { sendWebhook } from './webhook-send.ts';

const Config = z.object({
  secret: StandardSecret.meta({ title: 'Signing secret', description: 'Signs both directions.', secret: true }),
  previousSecret: StandardSecret.optional().meta({
    title: 'Previous signing secret',
    description: 'Still accepted and signed with while the other side changes over.',
    secret: true,
  }),
  replyUrl: z
    .url({ protocol: /^https?$/ })
    .meta({ title: 'Reply URL', description: 'Where answers are posted. Use https outside your own network.' }),
});

export type WebhookConfig = z.infer<typeof Config>;

/**
 * The channel for everything that has no adapter of its own: signed JSON in, signed JSON out, both by Standard
 * Webhooks. `webhook-id` of an answer is the id of the message, the same over all retries.
 *
 * @see https://www.standardwebhooks.com
 */
export const webhook: ChannelAdapter<WebhookConfig> = {
  kind: 'webhook',
  config: Config,
  apiBase: '',
  limits: { textLength: 10_000, unit: 'codepoints', quickReplies: { max: 20, titleLength: 200 } },
  repeatsRefusals: false,
  idempotentSend: true,

  verify: (request, { secret, previousSecret }) => verifyStandardWebhook(request, [secret, previousSecret]),
  nobody: { secret: `whsec_${unguessable()}`, replyUrl: 'https://nobody.invalid/' },
  parse: parseWebhook,
  send: sendWebhook,
  whileRotating: (config, previous) => ({ ...config, previousSecret: previous.secret }),
};
