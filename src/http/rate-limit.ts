import type { Context } from 'koa';
import { idOfActor, type Actor } from '../auth/actor.ts';
import { tooMany } from '../errors.ts';
import type { RateLimiters, Taken } from '../rate-limiter.ts';

interface Limits {
  limiters: RateLimiters;
  /** Of one key or person in this tenant. */
  requestsPerMinuteOf: (tenantId: string) => Promise<number>;
  /** Of one address that does not say who it is. */
  strangersPerMinute: number;
}

/** All keys and people of a tenant together may ask as often as so many of them. */
const TENANT_SHARE = 10;
const SECONDS = 60;

/**
 * Counts a request to the API: for the key or person and for its tenant, or for the address of whoever does not say who
 * it is. Sets the RateLimit headers, and throws 429 with Retry-After when it is one too many.
 */
export function createLimit({ limiters, requestsPerMinuteOf, strangersPerMinute }: Limits) {
  const byCaller = limiters.of('api-caller', SECONDS);
  const byTenant = limiters.of('api-tenant', SECONDS);
  const byAddress = limiters.of('api-address', SECONDS);

  return async function limit(ctx: Pick<Context, 'set' | 'ip'>, actor: Actor | null): Promise<void> {
    if (!actor) {
      say(ctx, { 'your address': await byAddress.take(ctx.ip, strangersPerMinute) });
      return;
    }
    const { tenantId } = actor;
    const most = tenantId ? await requestsPerMinuteOf(tenantId) : strangersPerMinute;
    const [caller, tenant] = await Promise.all([
      byCaller.take(`${tenantId}/${idOfActor(actor)}`, most),
      tenantId ? byTenant.take(tenantId, most * TENANT_SHARE) : null,
    ]);
    const who = actor.kind === 'key' ? 'this API key' : 'you';
    say(ctx, { [who]: caller, ...(tenant && { 'this tenant': tenant }) });
  };
}

/** The one that is nearest to its end is told. */
function say(ctx: Pick<Context, 'set'>, all: Record<string, Taken>): void {
  const [nearest] = Object.entries(all).toSorted(([, one], [, other]) => one.remaining - other.remaining);
  if (!nearest) return;
  const [, { limit, remaining }] = nearest;
  const refused = Object.entries(all).find(([, { isAllowed }]) => !isAllowed);
  const resetSeconds = Math.ceil((refused?.[1] ?? nearest[1]).resetMs / 1_000);
  ctx.set('RateLimit-Limit', String(limit));
  ctx.set('RateLimit-Remaining', String(remaining));
  ctx.set('RateLimit-Reset', String(resetSeconds));
  if (!refused) return;
  const words = `${refused[0]} may ask ${refused[1].limit} times a minute; wait ${resetSeconds} s, then go on more slowly`;
  throw tooMany('rate_limited', words, resetSeconds);
}
