import { LockMode, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { audit, type Deed } from '../audit.ts';
import type { ChannelAdapter } from '../channels/adapter.ts';
import { Channel } from '../entities/channel.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { AppError, notFound } from '../errors.ts';
import type { SafeRequest } from '../safe-request.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';

/** What connecting the outside world needs. */
export interface ConnectingDeps {
  orm: MikroORM;
  keys: KeyRing;
  adapterOf: (kind: string) => ChannelAdapter | undefined;
  request: SafeRequest;
  /** Where the operator points a platform's API, by channel kind. */
  apiBases: Record<string, string>;
  publicUrl: string;
}

/** Who does it; null for whoever runs Frontdesk, at the command line. */
export type Doer = Deed | null;

export const note = async (em: EntityManager, doer: Doer, ...what: [string, string, Record<string, unknown>?]) =>
  doer ? audit(em, doer, ...what) : undefined;

/** A channel with the key of its own address; null where it has none any more. */
export interface ChannelAndKey {
  channel: Channel;
  key: string | null;
}

/** The tenant's channel, locked for a change where `lock` says so. Throws 404. */
export async function findChannelAndKey(
  em: EntityManager,
  tenantId: string,
  id: string,
  { lock = false } = {},
): Promise<ChannelAndKey> {
  const channel = await em.findOne(Channel, { tenantId, id }, lock ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {});
  if (!channel) throw notFound('there is no such channel');
  const address = await em.findOne(ChannelAddress, { tenantId, channelId: id, purpose: 'key' });
  return { channel, key: address?.address ?? null };
}

/** The adapter of a stored channel. */
export function adapterFor({ adapterOf }: Pick<ConnectingDeps, 'adapterOf'>, kind: string): ChannelAdapter {
  const adapter = adapterOf(kind);
  if (!adapter) throw new Error(`there is no channel of kind '${kind}'`);
  return adapter;
}

/** The channel's config as it was sealed, not yet read by its schema. Throws 409 when its key is gone. */
export function openConfig({ keys }: Pick<ConnectingDeps, 'keys'>, { tenantId, id, configSealed }: Channel): unknown {
  try {
    return keys.open(configSealed, sealContext(tenantId, id));
  } catch (error) {
    const what = 'the key that sealed this channel’s config is gone; enter the whole config anew with PATCH';
    throw new AppError(409, 'key_missing', what, { cause: error });
  }
}

/** Where a channel's platform posts. */
export const webhookUrl = (publicUrl: string, kind: string, key: string) => `${publicUrl}/webhooks/${kind}/${key}`;

/** No secrets but those of now are good. */
export const withoutPrevious = { previousConfigSealed: null, previousUntil: null };

/** The accounts of a stored config. */
export function accountsOf(deps: Pick<ConnectingDeps, 'adapterOf'>, kind: string, config: unknown): string[] {
  const adapter = adapterFor(deps, kind);
  return adapter.accounts?.(adapter.config.parse(config)) ?? [];
}

/** Nothing bad is known of a channel whose config somebody has just entered or proven. */
export const asNew = {
  health: 'unknown' as const,
  healthReason: null,
  healthAt: null,
  sendFault: null,
  sendFaultAt: null,
  pausedUntil: null,
  brokenToldAt: null,
};
