import type { MikroORM } from '@mikro-orm/postgresql';
import { Channel } from '../entities/channel.ts';
import type { Changes } from './changes.ts';
import { sealContext, type PreviousConfig } from './find-channel.ts';
import { remember } from './remember.ts';
import type { KeyRing } from './secrets.ts';
import { withTenant } from './with-tenant.ts';

/** A tenant's channel, its config opened but not yet read by the channel's schema. */
export interface OwnChannel {
  id: string;
  kind: string;
  name: string;
  isActive: boolean;
  config: unknown;
  /** Not read by the channel's schema either. */
  previous: PreviousConfig | null;
}

/** A tenant's channels by id. */
export type ChannelsOf = (tenantId: string, how?: { anew?: boolean }) => Promise<ReadonlyMap<string, OwnChannel>>;

/** The same with these among them, if they exist: another process may know a channel before this one has heard of it. */
export async function channelsWith(
  channelsOf: ChannelsOf,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, OwnChannel>> {
  const channels = await channelsOf(tenantId);
  return ids.every((id) => channels.has(id)) ? channels : channelsOf(tenantId, { anew: true });
}

/** The tenant's channels, remembered until one changes. */
export function createChannelsOf(orm: MikroORM, keys: KeyRing, changes: Changes): ChannelsOf {
  return remember<ReadonlyMap<string, OwnChannel>>(changes, {
    most: 20_000,
    tenantOf: (tenantId) => tenantId,
    load: async (tenantId) => {
      const channels = await withTenant(orm, tenantId, (em) => em.find(Channel, { tenantId }));
      return new Map(
        channels.map(({ id, kind, name, status, configSealed, previousConfigSealed: before, previousUntil: until }) => {
          const open = (sealed: Uint8Array) => openOrNull(() => keys.open(sealed, sealContext(tenantId, id)));
          const config = open(configSealed);
          const previous = before && until ? { config: open(before), until } : null;
          return [id, { id, kind, name, isActive: status === 'active' && config !== null, config, previous }];
        }),
      );
    },
  });
}

/** A channel whose secret does not open is out of order; the tenant's others are not. */
function openOrNull(open: () => unknown): unknown {
  try {
    return open();
  } catch {
    return null;
  }
}
