import { UniqueConstraintViolationException, type EntityManager } from '@mikro-orm/postgresql';
import { randomBytes } from 'node:crypto';
import type { Channel } from '../entities/channel.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { conflict } from '../errors.ts';
import { newId } from '../id.ts';

type ChannelName = Pick<Channel, 'tenantId' | 'id' | 'kind'>;

/** Gives a channel an address of its own. */
export async function addKey(em: EntityManager, { tenantId, id, kind }: ChannelName, key = newKey()): Promise<string> {
  await em.insert(ChannelAddress, { tenantId, id: newId(), channelId: id, kind, purpose: 'key', address: key });
  return key;
}

/** These accounts, and no others, lead to the channel. Throws 409 when another channel has one, whoever's it is. */
export async function claimAccounts(em: EntityManager, channel: ChannelName, accounts: string[]): Promise<void> {
  const { tenantId, id: channelId, kind } = channel;
  await em.nativeDelete(ChannelAddress, { tenantId, channelId, purpose: 'account' });
  const rows = accounts.map((address) => ({
    tenantId,
    id: newId(),
    channelId,
    kind,
    purpose: 'account' as const,
    address,
  }));
  if (rows.length === 0) return;
  try {
    await em.insertMany(ChannelAddress, rows);
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw conflict('this account is connected already; disconnect it where it is, then connect it here');
  }
}

/** Unguessable, and safe in a URL. */
export const newKey = () => randomBytes(18).toString('base64url');
