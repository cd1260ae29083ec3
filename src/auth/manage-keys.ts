import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from '../entities/api-key.ts';
import { notFound } from '../errors.ts';
import { newId } from '../id.ts';
import { makeKey } from './api-key.ts';
import type { Permission } from './permissions.ts';

export interface KeyWishes {
  name: string;
  scopes: Permission[];
  /** Addresses and networks; none allows all. */
  allowedIps: string[];
  expiresAt: Date | null;
  /** A member of the tenant. */
  createdBy: string | null;
}

/** Makes a key; its text is given here and kept nowhere. */
export async function createApiKey(em: EntityManager, tenantId: string, wishes: KeyWishes) {
  const { id, key, secretHash } = makeKey(newId());
  const apiKey = em.create(ApiKey, { ...wishes, tenantId, id, secretHash, createdAt: new Date() });
  await em.flush();
  return { apiKey, key };
}

/** Keys of a tenant, the newest first, from behind `after` on. */
export const listApiKeys = (em: EntityManager, tenantId: string, most: number, after?: string): Promise<ApiKey[]> =>
  em.find(ApiKey, { tenantId, ...(after && { id: { $lt: after } }) }, { orderBy: { id: 'desc' }, limit: most });

/** Gives whether it was not revoked before. Throws 404. */
export async function revokeApiKey(em: EntityManager, tenantId: string, id: string, now: Date): Promise<boolean> {
  const key = await em.findOne(ApiKey, { tenantId, id });
  if (!key) throw notFound('there is no such API key');
  if (key.revokedAt) return false;
  key.revokedAt = now;
  return true;
}
