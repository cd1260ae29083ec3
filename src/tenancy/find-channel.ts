import type { MikroORM } from '@mikro-orm/postgresql';
import { findChannelRow, type FoundChannel } from './as-system.ts';
import type { Changes } from './changes.ts';
import { remember } from './remember.ts';
import type { KeyRing } from './secrets.ts';

/** A channel as a webhook needs it. */
export interface Channel {
  tenantId: string;
  channelId: string;
  kind: string;
  /** A suspended tenant's messages are not taken. */
  isSuspended: boolean;
  /** Opened, and read by the schema of its kind. */
  config: unknown;
  previous: PreviousConfig | null;
}

/** What a channel's config was before the last rotation of its secrets. */
export interface PreviousConfig {
  config: unknown;
  /** Until then its secrets are good as well. */
  until: Date;
}

/** The earlier config where its secrets are still good. */
export const stillGood = (previous: PreviousConfig | null, now: Date): PreviousConfig | null =>
  previous && previous.until > now ? previous : null;

/** Finds the channel, and so the tenant, by the credential that a webhook came with; null when there is none. */
export type FindChannel = (kind: string, purpose: 'key' | 'account', address: string) => Promise<Channel | null>;

export function createFindChannel(
  orm: MikroORM,
  keys: KeyRing,
  changes: Changes,
  readConfig: (kind: string, config: unknown) => unknown,
): FindChannel {
  const get = remember<Channel | null>(changes, {
    most: 20_000,
    tenantOf: (_key, channel) => channel?.tenantId ?? null,
    async load(key) {
      const [kind = '', purpose, ...address] = key.split(' ');
      const row = await findChannelRow(orm, kind, purpose === 'account' ? 'account' : 'key', address.join(' '));
      if (!row || row.channelStatus !== 'active' || row.tenantStatus === 'deleted') return null;
      const open = (sealed: Uint8Array) =>
        readConfig(kind, keys.open(sealed, sealContext(row.tenantId, row.channelId)));
      return {
        tenantId: row.tenantId,
        channelId: row.channelId,
        kind,
        isSuspended: row.tenantStatus === 'suspended',
        config: open(row.configSealed),
        previous: previousOf(row, open),
      };
    },
  });
  return async (kind, purpose, address) => (ADDRESS.test(address) ? get(`${kind} ${purpose} ${address}`) : null);
}

/** What was before must not keep out what is now, whatever has become of it. */
function previousOf(
  { previousConfigSealed: sealed, previousUntil: until }: FoundChannel,
  open: (sealed: Uint8Array) => unknown,
): PreviousConfig | null {
  if (!sealed || !until || until <= new Date()) return null;
  try {
    return { config: open(sealed), until };
  } catch {
    return null;
  }
}

/** What keys and account ids are made of; anything else is nobody's, and never reaches the database. */
const ADDRESS = /^[\w.+:@-]{1,200}$/;

/** Names the row whose secret is sealed, so that sealed bytes cannot be moved to another row or tenant. */
export const sealContext = (tenantId: string, id: string) => `${tenantId}/${id}`;
