import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import type { KeyRing } from '../tenancy/secrets.ts';

/** Who acts, for which tenant. */
export interface Manager {
  tenantId: string;
  userId: string;
}

const AUDIENCE = 'frontdesk-desk';
const PURPOSE = 'manager token';

/** A link's worth of trust: lets its bearer act as this manager of this tenant for a while. */
export function issueManagerToken(keys: KeyRing, { tenantId, userId }: Manager, hours: number): Promise<string> {
  return new SignJWT({ tenant: tenantId })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${hours}h`)
    .sign(keys.derive(PURPOSE));
}

/** The manager a token was issued to; null when it is forged, expired or meant for something else. */
export async function readManagerToken(keys: KeyRing, token: string): Promise<Manager | null> {
  try {
    const { payload } = await jwtVerify(token, keys.derive(PURPOSE), { audience: AUDIENCE, algorithms: ['HS256'] });
    const { tenant, sub } = payload;
    return typeof tenant === 'string' && typeof sub === 'string' ? { tenantId: tenant, userId: sub } : null;
  } catch {
    return null;
  }
}

/** When a token ends that `readManagerToken` has found to be good. */
export const expiryOf = (token: string): Date => new Date((decodeJwt(token).exp ?? 0) * 1000);
