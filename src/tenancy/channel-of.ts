import type { MikroORM } from '@mikro-orm/postgresql';
import { Channel } from '../entities/channel.ts';
import type { Changes } from './changes.ts';
import { sealContext } from './find-channel.ts';
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
}

/** A channel of this tenant by its id; null for any other. */
export type ChannelOf = (tenantId: string, channelId: string) => Promise<OwnChannel | null>;

export function createChannelOf(orm: MikroORM, keys: KeyRing, changes: Changes): ChannelOf {
  const get = remember<OwnChannel | null>(changes, {
    most: 20_000,
    tenantOf: (key) => key.slice(0, 36),
    async load(key) {
      const [tenantId = '', id = ''] = key.split('/');
      const channel = await withTenant(orm, tenantId, (em) => em.findOne(Channel, { tenantId, id }));
      if (!channel) return null;
      const { kind, name, status } = channel;
      const config = keys.open(channel.configSealed, sealContext(tenantId, id));
      return { id, kind, name, isActive: status === 'active', config };
    },
  });
  return (tenantId, channelId) => get(`${tenantId}/${channelId}`);
}
