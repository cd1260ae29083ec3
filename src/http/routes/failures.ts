import { z } from 'zod';
import { audit } from '../../audit.ts';
import { healthOf } from '../../connecting/channel-health.ts';
import type { Deps } from '../../deps.ts';
import { Channel } from '../../entities/channel.ts';
import { failuresOf } from '../../inbox/failures.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { id, time } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const tag = 'Failures';
const failed = { id, error: z.string().nullable(), attempts: z.int(), createdAt: time };

const ShownFailures = z
  .strictObject({
    inbound: z.array(z.strictObject({ ...failed, channelId: id, externalId: z.string() })),
    outbound: z.array(
      z.strictObject({
        ...failed,
        conversationId: id,
        errorCode: z.string().nullable(),
        isUncertain: z.boolean().meta({ description: 'The contact may have got it all the same.' }),
      }),
    ),
    notifications: z.array(z.strictObject({ ...failed, conversationId: id, kind: z.string(), name: z.string() })),
    channels: z.array(z.strictObject({ id, kind: z.string(), name: z.string(), healthReason: z.string().nullable() })),
  })
  .meta({ id: 'Failures' });

const BOXES = { inbound: 'inbound', outbound: 'outbound', notifications: 'notification' } as const;

/** What ended as failed, and the button beside it. */
export const failureOperations = ({ orm, replay }: Pick<Deps, 'orm' | 'replay'>): Operation[] => [
  tenantOperation({
    method: 'get',
    path: '/failures',
    tag,
    summary: 'What failed for good: the newest 100 of each box, and channels that are broken',
    permission: 'failures:read',
    response: ShownFailures,
    handle: ({ tenantId }) =>
      withTenant(orm, tenantId, async (em) => {
        const broken = await em.find(Channel, { tenantId, $or: [{ health: 'broken' }, { sendFault: { $ne: null } }] });
        return {
          ...(await failuresOf(em, tenantId)),
          channels: broken.map((one) => ({
            id: one.id,
            kind: one.kind,
            name: one.name,
            healthReason: healthOf(one).reason,
          })),
        };
      }),
  }),
  tenantOperation({
    method: 'post',
    path: '/failures/{box}/{id}/replay',
    tag,
    summary: 'Do again what failed',
    description: '`replayed` is false when it is not failed any more: whoever asks twice does it once.',
    permission: 'failures:replay',
    params: z.strictObject({ box: z.enum(['inbound', 'outbound', 'notifications']), id }),
    response: z.strictObject({ replayed: z.boolean() }),
    async handle({ tenantId, actor, params, ip, requestId }) {
      const replayed = await replay[BOXES[params.box]](tenantId, params.id);
      if (replayed) {
        await withTenant(orm, tenantId, (em) =>
          audit(em, { actor, ip, requestId }, 'failure.replay', params.id, { box: params.box }),
        );
      }
      return { replayed };
    },
  }),
];
