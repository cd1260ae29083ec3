import { z } from 'zod';
import { findChannelAndKey } from '../../connecting/channel-row.ts';
import { rotateSecrets } from '../../connecting/change-channel.ts';
import { checkChannel } from '../../connecting/check-channel.ts';
import { disconnectChannel, reconnectChannel } from '../../connecting/connect-channel.ts';
import type { Deps } from '../../deps.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { ShownChannel, showChannel } from './channel-shapes.ts';

const tag = 'Channels';
const DAY = 86_400;

/** What is done with a connected channel. */
export function channelActOperations(deps: Deps): Operation[] {
  const shown = (tenantId: string, id: string, now: Date) =>
    withTenant(deps.orm, tenantId, async (em) => showChannel(deps, await findChannelAndKey(em, tenantId, id), now));
  const act = { method: 'post', tag, permission: 'channels:write', params: ById } as const;

  return [
    tenantOperation({
      ...act,
      path: '/channels/{id}/test',
      summary: 'Ask the platform whether token and webhook are right',
      description:
        'What it says is the channel’s health from then on, but for what only messages can tell: after one has failed for the ' +
        'channel, such as for its payment, it is `broken` until one gets through. A platform that does not answer changes nothing.',
      response: z.strictObject({
        ok: z.boolean(),
        isAsked: z.boolean().meta({ description: 'False for kinds where there is nobody to ask.' }),
        account: z.string().nullable().meta({ description: 'What the account is called there.' }),
        problems: z.array(z.strictObject({ code: z.string(), message: z.string(), breaks: z.boolean() })),
      }),
      async handle({ tenantId, params }) {
        const checked = await checkChannel(deps, tenantId, params.id);
        return { ok: checked.problems.length === 0, ...checked };
      },
    }),
    tenantOperation({
      ...act,
      path: '/channels/{id}/rotate-secret',
      summary: 'Replace secrets; for a while the old ones are good as well',
      description: 'One rotation back is remembered. `graceSeconds: 0` refuses the old secrets at once.',
      body: z.strictObject({
        config: z
          .record(z.string().max(100), z.unknown())
          .refine((config) => Object.keys(config).length > 0, 'must name at least one secret')
          .meta({ examples: [{ secretToken: 'a-new-secret-of-the-webhook' }] }),
        graceSeconds: z
          .int()
          .min(0)
          .max(30 * DAY)
          .default(DAY),
      }),
      response: ShownChannel,
      async handle({ tenantId, actor, ip, requestId, params, body, now }) {
        await rotateSecrets(deps, tenantId, params.id, { ...body, now }, { actor, ip, requestId });
        return shown(tenantId, params.id, now);
      },
    }),
    tenantOperation({
      ...act,
      path: '/channels/{id}/disconnect',
      summary: 'Take a channel out of use; all that was said stays',
      description:
        'Its webhook is removed at the platform where that is possible; where it is not, `platformProblem` says why, and ' +
        'the channel is disconnected all the same.',
      response: z.strictObject({ channel: ShownChannel, platformProblem: z.string().nullable() }),
      async handle({ tenantId, actor, ip, requestId, params, now }) {
        const ended = await disconnectChannel(deps, tenantId, params.id, now, { actor, ip, requestId });
        return { channel: await shown(tenantId, params.id, now), ...ended };
      },
    }),
    tenantOperation({
      ...act,
      path: '/channels/{id}/reconnect',
      summary: 'Take a channel into use again, at its old address',
      description:
        'The platform is told where to post, also for a channel that is connected: that takes a webhook back. When it does ' +
        'not agree the channel stays as it was.',
      response: ShownChannel,
      async handle({ tenantId, actor, ip, requestId, params, now }) {
        await reconnectChannel(deps, tenantId, params.id, { actor, ip, requestId });
        return shown(tenantId, params.id, now);
      },
    }),
  ];
}
