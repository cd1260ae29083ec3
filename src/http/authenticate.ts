import type { Context, Next } from 'koa';
import { readManagerToken, type Manager } from '../auth/manager-token.ts';
import type { Deps } from '../deps.ts';
import { Membership } from '../entities/membership.ts';
import { forbidden, unauthorized } from '../errors.ts';
import { SLUG } from '../tenancy/as-system.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

export interface ManagerState {
  manager: Manager;
}

/** Header in which the desk names its tenant; it also proves that our own page asks, as other sites cannot set it. */
const DESK_HEADER = 'x-frontdesk-tenant';

/** Each tenant's desk has a cookie of its own, so that one browser can have several open. */
export const deskCookie = (slug: string) => `frontdesk_desk_${slug}`;

/** Says how to get in. A name that no tenant can have is not repeated. */
export const linkNeeded = (slug: string) =>
  unauthorized(
    'the link or token of a manager is missing or over; whoever runs Frontdesk makes a new one with ' +
      `"npm run frontdesk -- desk ${SLUG.test(slug) ? slug : '<tenant>'} --email <email>"`,
  );

/** Lets managers in: by bearer token, or by the cookie that the desk's link has set. Membership is asked each time. */
export function requireManager({ keys, orm }: Pick<Deps, 'keys' | 'orm'>) {
  return async function authenticateManager(ctx: Context & { state: ManagerState }, next: Next): Promise<void> {
    const bearer = /^Bearer (.+)$/.exec(ctx.get('authorization'))?.[1];
    const slug = ctx.get(DESK_HEADER);
    const token = bearer ?? (slug ? ctx.cookies.get(deskCookie(slug)) : undefined);
    const manager = token ? await readManagerToken(keys, token) : null;
    if (!manager) throw linkNeeded(slug);
    const member = await withTenant(orm, manager.tenantId, (em) =>
      em.findOne(Membership, { ...manager, status: 'active', role: { $ne: 'viewer' } }),
    );
    if (!member) throw forbidden('this person is not a manager of this tenant any more');
    ctx.state.manager = manager;
    await next();
  };
}
