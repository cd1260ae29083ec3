import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { MikroORM } from '@mikro-orm/postgresql';
import { ApiKey } from '../entities/api-key.ts';
import { findKey, type FoundKey } from '../tenancy/as-system.ts';
import type { Changes } from '../tenancy/changes.ts';
import { remember } from '../tenancy/remember.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

/**
 * `fd_<id>_<secret>`: the id finds the row without a search, the prefix lets scanners of leaked secrets know what they
 * have found. The secret has 256 random bits, so one round of SHA-256 keeps it as well as a slow hash would.
 */
export interface NewKey {
  id: string;
  /** Shown once. */
  key: string;
  secretHash: Buffer;
}

export function makeKey(id: string): NewKey {
  const secret = randomBytes(32).toString('base64url');
  return { id, key: `fd_${id.replaceAll('-', '')}_${secret}`, secretHash: hash(secret) };
}

const KEY = /^fd_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/;

export interface KeyUse {
  keyId: string;
  tenantId: string;
  scopes: readonly string[];
  isTenantSuspended: boolean;
}

/** Whose key it is, and what it may do; otherwise why it may not, in words for its owner. */
export type CheckKey = (key: string, ip: string, now: Date) => Promise<KeyUse | { refused: string }>;

/** Asks the database once, and again when the key changes: a revoked key ends within a second, in every process. */
export function createCheckKey(orm: MikroORM, changes: Changes): CheckKey {
  const noteUse = createNoteUse(orm);
  const find = remember<FoundKey | null>(changes, {
    most: 10_000,
    tenantOf: (_id, key) => key?.tenantId ?? null,
    load: (id) => findKey(orm, id),
  });
  return async (key, ip, now) => {
    const [, a, b, c, d, e, secret = ''] = KEY.exec(key) ?? [];
    if (!a) return { refused: 'this is not an API key of Frontdesk; it begins with fd_' };
    const id = [a, b, c, d, e].join('-');
    const found = await find(id);
    // An id that nobody has costs as much as a wrong secret.
    const isRight = timingSafeEqual(hash(secret), found ? Buffer.from(found.secretHash) : NOBODY);
    if (!found || !isRight || found.tenantStatus === 'deleted') return { refused: 'there is no such API key' };
    if (found.revokedAt) return { refused: 'this API key was revoked; use another one' };
    if (found.expiresAt && found.expiresAt <= now) return { refused: 'this API key is over; make a new one' };
    if (!isAllowed(found.allowedIps, ip)) return { refused: `this API key may not be used from ${ip}` };
    const { tenantId, scopes, tenantStatus } = found;
    noteUse(tenantId, id, now);
    return { keyId: id, tenantId, scopes, isTenantSuspended: tenantStatus === 'suspended' };
  };
}

const NOTE_EVERY_MS = 60_000;
const MOST_NOTED = 10_000;

/**
 * Writes down when a key was last used, at most once a minute for each, over all processes. Nobody waits for it, and
 * where it fails the next use is written down.
 */
function createNoteUse(orm: MikroORM) {
  const noted = new Map<string, number>();
  return function noteUse(tenantId: string, id: string, now: Date): void {
    const at = now.getTime();
    if (at - (noted.get(id) ?? 0) < NOTE_EVERY_MS) return;
    if (noted.size >= MOST_NOTED) noted.clear();
    noted.set(id, at);
    const before = new Date(at - NOTE_EVERY_MS);
    withTenant(orm, tenantId, (em) =>
      em.nativeUpdate(
        ApiKey,
        { tenantId, id, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: before } }] },
        { lastUsedAt: now },
      ),
    ).catch(() => noted.delete(id));
  };
}

const hash = (secret: string) => createHash('sha256').update(secret).digest();
const NOBODY = Buffer.alloc(32);

/** An empty list allows every address. Throws where an entry is neither an address nor a network. */
export function isAllowed(networks: readonly string[], ip: string): boolean {
  if (networks.length === 0) return true;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}
