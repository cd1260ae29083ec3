import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { KeyRing } from '../tenancy/secrets.ts';

/**
 * Who vouches for the bearer of a link: `member`, a person of the tenant who passes it on himself; `mail`, the mailbox it
 * was sent to; `operator`, whoever runs Frontdesk; `first`, whoever sees the output of the first start.
 */
const vouchers = ['member', 'mail', 'operator', 'first'] as const;

const Claims = z.object({
  sub: z.uuid(),
  /** The tenant that the person is invited to. */
  tenant: z.uuid().nullable(),
  by: z.enum(vouchers),
  /** What the link was made for looked like: used, it looks different. */
  mark: z.string(),
});

export interface JoinLink {
  userId: string;
  tenantId: string | null;
  by: (typeof vouchers)[number];
  mark: string;
}

const AUDIENCE = 'frontdesk-join';
const PURPOSE = 'join link';
const DAYS = 7;

/** The token of a link that lets a person in. Whether it was used is told by `mark`, which the reader has to compare. */
export function issueJoinLink(keys: KeyRing, { userId, tenantId, by, mark }: JoinLink): Promise<string> {
  return new SignJWT({ tenant: tenantId, by, mark })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${DAYS}d`)
    .sign(keys.derive(PURPOSE));
}

/** What the link is for; null when it is forged, over or meant for something else. */
export async function readJoinLink(keys: KeyRing, token: string): Promise<JoinLink | null> {
  try {
    const { payload } = await jwtVerify(token, keys.derive(PURPOSE), { audience: AUDIENCE, algorithms: ['HS256'] });
    const { sub, tenant, by, mark } = Claims.parse(payload);
    return { userId: sub, tenantId: tenant, by, mark };
  } catch {
    return null;
  }
}

/** Names a state, and tells nothing of it. */
export const markOf = (...state: (string | null)[]): string =>
  createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22);

/** In the part of the address that is sent to no server and stands in no log. */
export const joinUrl = (publicUrl: string, token: string) => `${publicUrl}/join#${token}`;
