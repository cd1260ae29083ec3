import { z } from 'zod';
import { channelAdapter, channelKinds } from '../../channels/registry.ts';
import { lastFailures } from '../../connecting/channel-health.ts';
import { findChannelAndKey } from '../../connecting/channel-row.ts';
import { changeChannel } from '../../connecting/change-channel.ts';
import { connectChannel } from '../../connecting/connect-channel.ts';
import type { Deps } from '../../deps.ts';
import { Channel } from '../../entities/channel.ts';
import { ChannelAddress } from '../../entities/channel-address.ts';
import { formOf } from '../../settings-form.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, id, include, text } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { ShownChannel, ShownHealth, showChannel, showHealth } from './channel-shapes.ts';

const tag = 'Channels';
const config = z.record(z.string().max(100), z.unknown());

const Kind = z
  .strictObject({
    kind: z.string(),
    config: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema; secrets carry `secret`.' }),
    limits: z.strictObject({
      textLength: z.int(),
      unit: z.enum(['utf16', 'codepoints', 'bytes']),
      quickReplies: z.strictObject({ max: z.int(), titleLength: z.int() }),
      windowHours: z.number().optional(),
    }),
    registersWebhook: z.boolean().meta({ description: 'Connecting tells the platform where to post.' }),
    canBeTested: z.boolean(),
    webhookPath: z.string(),
    sharedWebhookPath: z.string().nullable().meta({ description: 'One address for all accounts of an app.' }),
  })
  .meta({ id: 'ChannelKind' });

/** Accounts on messaging platforms: what there is, connecting and changing them. */
export function channelOperations(deps: Deps): Operation[] {
  const { orm } = deps;
  const shown = (tenantId: string, channelId: string, now: Date) =>
    withTenant(orm, tenantId, async (em) => showChannel(deps, await findChannelAndKey(em, tenantId, channelId), now));

  return [
    tenantOperation({
      method: 'get',
      path: '/channel-kinds',
      tag,
      summary: 'What can be connected, and what is asked for to connect it',
      permission: 'channels:read',
      response: z.strictObject({ items: z.array(Kind) }),
      handle: async () => ({ items: channelKinds.flatMap(presentKind) }),
    }),
    tenantOperation({
      method: 'get',
      path: '/channels',
      tag,
      summary: 'Channels of the tenant, the newest first',
      permission: 'channels:read',
      query: z.strictObject({ ...paging, include: include(['health']) }),
      response: pageOf(ShownChannel),
      async handle({ tenantId, query, now }) {
        const after = readCursor(query.cursor, z.tuple([id]));
        return withTenant(orm, tenantId, async (em) => {
          const channels = await em.find(
            Channel,
            { tenantId, ...(after && { id: { $lt: after[0] } }) },
            { orderBy: { id: 'desc' }, limit: query.limit + 1 },
          );
          const ids = channels.map((channel) => channel.id);
          const addresses = await em.find(ChannelAddress, { tenantId, channelId: { $in: ids }, purpose: 'key' });
          const keys = new Map(addresses.map(({ channelId, address }) => [channelId, address]));
          const withHealth = query.include.includes('health');
          const failures = withHealth ? await lastFailures(em, tenantId, channels) : null;
          const present = (channel: Channel) => {
            const found = { channel, key: keys.get(channel.id) ?? null };
            const health = withHealth && { health: showHealth(deps, found, failures?.get(channel.id)) };
            return { ...showChannel(deps, found, now), ...health };
          };
          return toPage(channels, query.limit, present, (channel) => [channel.id]);
        });
      },
    }),
    tenantOperation({
      method: 'get',
      path: '/channels/{id}',
      tag,
      summary: 'One channel, without its secrets',
      permission: 'channels:read',
      params: ById,
      response: ShownChannel,
      hasETag: true,
      handle: ({ tenantId, params, now }) => shown(tenantId, params.id, now),
    }),
    tenantOperation({
      method: 'post',
      path: '/channels',
      tag,
      summary: 'Connect a channel',
      description:
        'Where the kind registers its webhook, the platform is told where to post; when it does not agree, nothing is ' +
        'connected and the answer says why. Elsewhere enter `webhookUrl` at the platform. An account that is connected ' +
        'already is a conflict.',
      permission: 'channels:write',
      body: z.strictObject({
        kind: z
          .string()
          .max(50)
          .meta({ examples: ['webhook'] }),
        name: text(100),
        config: config.meta({
          examples: [
            { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', replyUrl: 'https://shop.example.com/frontdesk' },
          ],
        }),
      }),
      response: ShownChannel,
      status: 201,
      async handle({ tenantId, actor, ip, requestId, body, now }) {
        const { channelId } = await connectChannel(deps, tenantId, body, { actor, ip, requestId });
        return shown(tenantId, channelId, now);
      },
    }),
    tenantOperation({
      method: 'patch',
      path: '/channels/{id}',
      tag,
      summary: 'Change a channel’s name or parts of its config, at once',
      description:
        'A setting that is left out stays, a secret as well; null takes one away. Secrets that are replaced here are ' +
        'refused from now on; to have both good for a while, rotate them.',
      permission: 'channels:write',
      params: ById,
      body: z.strictObject({ name: text(100).optional(), config: config.optional() }),
      response: ShownChannel,
      hasETag: true,
      async handle({ tenantId, actor, ip, requestId, params, body, now, ...input }) {
        await changeChannel(deps, tenantId, params.id, body, { actor, ip, requestId }, (found) =>
          input.expectUnchanged(showChannel(deps, found, now)),
        );
        return shown(tenantId, params.id, now);
      },
    }),
    tenantOperation({
      method: 'get',
      path: '/channels/{id}/health',
      tag,
      summary: 'Whether a channel works, since when, and what went wrong last',
      permission: 'channels:read',
      params: ById,
      response: ShownHealth,
      handle: ({ tenantId, params }) =>
        withTenant(orm, tenantId, async (em) => {
          const found = await findChannelAndKey(em, tenantId, params.id);
          const failures = await lastFailures(em, tenantId, [found.channel]);
          return showHealth(deps, found, failures.get(params.id));
        }),
    }),
  ];
}

function presentKind(kind: string): z.infer<typeof Kind>[] {
  const adapter = channelAdapter(kind);
  if (!adapter) return [];
  return [
    {
      kind,
      config: formOf(adapter.config),
      limits: adapter.limits,
      registersWebhook: adapter.register !== undefined,
      canBeTested: adapter.check !== undefined,
      webhookPath: `/webhooks/${kind}/{key}`,
      sharedWebhookPath: adapter.hasSharedAddress ? `/webhooks/${kind}` : null,
    },
  ];
}
