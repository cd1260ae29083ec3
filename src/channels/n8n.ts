import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import type { ChannelAdapter, InboundEvent, WebhookRequest } from './adapter.ts';
import { fingerprint, Id } from './shapes.ts';
import { sameSecret, StandardSecret, unguessable, verifyStandardWebhook } from './signature.ts';

const Config = z.object({
  secret: StandardSecret.meta({ title: 'Signing secret', description: 'For workflows that sign.', secret: true }),
  previousSecret: StandardSecret.optional().meta({
    title: 'Previous signing secret',
    description: 'Still accepted while the workflows change over.',
    secret: true,
  }),
  callbackToken: z
    .string()
    .regex(/^\S{16,}$/, 'must be at least 16 characters without spaces')
    .meta({ title: 'Callback token', description: 'For workflows with a Bearer credential.', secret: true }),
});

export type N8nConfig = z.infer<typeof Config>;

/**
 * Where an n8n workflow delivers the answer that it could not give at once. n8n cannot sign without extra nodes,
 * so a Bearer credential of the HTTP Request node is as good as a signature.
 */
export const n8n: ChannelAdapter<N8nConfig> = {
  kind: 'n8n',
  config: Config,
  apiBase: '',
  limits: { textLength: 10_000, unit: 'codepoints', quickReplies: { max: 0, titleLength: 0 } },
  repeatsRefusals: false,
  idempotentSend: true,

  verify: verifyCallback,
  nobody: { secret: `whsec_${unguessable()}`, callbackToken: unguessable() },
  parse: parseCallback,
  send: async () => {
    throw new PermanentError('an n8n callback address only receives; nobody can be written to there', {
      scope: 'channel',
      code: 'receive_only',
    });
  },
};

function verifyCallback(request: WebhookRequest, { secret, previousSecret, callbackToken }: N8nConfig): boolean {
  const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return sameSecret(token, callbackToken) || verifyStandardWebhook(request, [secret, previousSecret]);
}

const Callback = z.looseObject({ runId: Id.optional(), correlationId: Id.optional() });

/**
 * One late answer. The HTTP Request node repeats the same body without any id of its own when a call fails, so the
 * event's id is made of the run and the content: a repeated answer is the same event, a second answer another one.
 *
 * Throws when neither `runId` nor `correlationId` says which run is answered.
 */
function parseCallback(body: unknown): InboundEvent[] {
  const { runId: run, correlationId } = Callback.parse(body);
  const runId = Id.parse(run ?? correlationId, { error: () => 'runId or correlationId must name the run' });
  return [
    {
      externalId: `${runId}:${fingerprint(body)}`,
      thread: runId,
      payload: body,
      content: { type: 'agent_answer', runId, answer: body },
    },
  ];
}
