import type { Context } from 'koa';
import { forbidden } from '../errors.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A cookie comes along whoever's page asks, so what changes something has to say that it comes from a page of ours: by
 * its Origin, or, where a browser sends none, by Sec-Fetch-Site. Throws 403.
 */
export function refuseOtherSites(ctx: Context, publicUrl: string): void {
  if (READS.has(ctx.method)) return;
  const [origin, site] = [ctx.get('origin'), ctx.get('sec-fetch-site')];
  if (site === 'cross-site') throw otherSite();
  if (origin === '' && site !== 'same-origin') {
    throw forbidden('this request does not say which site it comes from: send the header Origin, or use an API key');
  }
  const own = [new URL(publicUrl).origin, `${ctx.protocol}://${ctx.host}`];
  if (origin !== '' && !own.includes(origin)) throw otherSite();
}

const otherSite = () => forbidden('this request comes from another site');
