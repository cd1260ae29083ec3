import type { Context } from 'koa';
import { z } from 'zod';
import type { Actor } from '../auth/actor.ts';
import type { CheckKey } from '../auth/api-key.ts';
import { readManagerToken, type Manager } from '../auth/manager-token.ts';
import type { Deps } from '../deps.ts';
import { notFound, unauthorized } from '../errors.ts';
import { findMember, findTenantByDomain, findTenantBySlug, SLUG, tenantsOf } from '../tenancy/as-system.ts';
import { refuseOtherSites } from './own-pages.ts';

/** In it people name the tenant they mean, by slug or id. Other sites cannot set it, so it also proves our own page. */
const TENANT_HEADER = 'x-frontdesk-tenant';

/** Each tenant's desk has a cookie of its own, so that one browser can have several open. */
export const deskCookie = (slug: string) => `frontdesk_desk_${slug}`;

/** Says how to get in. A name that no tenant can have is not repeated. */
export const linkNeeded = (slug: string) =>
  unauthorized(
    'the link or token of a manager is missing or over; whoever runs Frontdesk makes a new one with ' +
      `"npm run frontdesk -- desk ${SLUG.test(slug) ? slug : '<tenant>'} --email <email>"`,
  );

interface Doors extends Pick<Deps, 'orm' | 'keys' | 'publicUrl'> {
  checkKey: CheckKey;
  /** Id of the person whose session the request's cookies are; null when there is none. */
  sessionOf: (ctx: Context) => Promise<string | null>;
}

/**
 * Who asks: a program by its API key, a manager by the token of a link, or a person by a session. Null when nobody says
 * who it is. The tenant is the key's or token's; a session says which of its tenants it means by header or host, or has
 * one only. `inPath` is the tenant that the request's path names, where it does: then no other one is meant.
 */
export function createAuthenticate(doors: Doors) {
  const { orm, keys } = doors;
  return async function authenticate(ctx: Context, inPath?: string): Promise<Actor | null> {
    const bearer = /^Bearer (.+)$/i.exec(ctx.get('authorization'))?.[1];
    const wanted = inPath ?? ctx.get(TENANT_HEADER);
    if (bearer?.startsWith('fd_')) return program(doors, ctx, bearer, wanted);
    const token = bearer ?? (wanted ? ctx.cookies.get(deskCookie(wanted)) : undefined);
    const manager = token ? await readManagerToken(keys, token) : null;
    if (bearer && !manager) throw linkNeeded(wanted);
    if (manager && !bearer) refuseOtherSites(ctx, doors.publicUrl);
    if (manager) return inPath ? bearerOfLink(doors, manager, inPath) : person(doors, manager.userId, manager.tenantId);
    const userId = await doors.sessionOf(ctx);
    if (!userId) return null;
    refuseOtherSites(ctx, doors.publicUrl);
    return person(doors, userId, wanted ? await tenantNamed(orm, wanted) : await tenantMeant(orm, ctx, userId));
  };
}

async function program({ orm, checkKey }: Doors, ctx: Context, key: string, wanted: string): Promise<Actor> {
  const use = await checkKey(key, ctx.ip, new Date());
  if ('refused' in use) throw unauthorized(use.refused);
  if (wanted && (await tenantNamed(orm, wanted)) !== use.tenantId) throw noSuchTenant();
  const { keyId, scopes, tenantId, isTenantSuspended } = use;
  return { kind: 'key', keyId, scopes, tenantId, isTenantSuspended };
}

/** A link is for one tenant, unless it is a system admin's. */
async function bearerOfLink(doors: Doors, { userId, tenantId }: Manager, wanted: string): Promise<Actor> {
  const actor = await person(doors, userId, tenantId);
  const named = await tenantNamed(doors.orm, wanted);
  if (named === tenantId) return actor;
  if (actor.kind !== 'user' || !actor.isSystemAdmin) throw noSuchTenant();
  return person(doors, userId, named);
}

/** Asked each time: whoever was disabled is out with the next request. */
async function person({ orm }: Doors, userId: string, tenantId: string | null): Promise<Actor> {
  const found = await findMember(orm, userId, tenantId);
  if (!found || found.isDisabled) throw unauthorized('this person may not log in any more');
  const { isSystemAdmin } = found;
  if (!tenantId) return { kind: 'user', userId, role: null, isSystemAdmin, tenantId, isTenantSuspended: false };
  const role = found.memberStatus === 'active' ? found.role : isSystemAdmin ? 'system_admin' : null;
  if (!role || found.tenantStatus === null) throw noSuchTenant();
  if (found.tenantStatus === 'deleted' && !isSystemAdmin) throw noSuchTenant();
  const isTenantSuspended = found.tenantStatus === 'suspended' && !isSystemAdmin;
  return { kind: 'user', userId, role, isSystemAdmin, tenantId, isTenantSuspended };
}

async function tenantNamed(orm: Deps['orm'], name: string): Promise<string> {
  if (z.uuid().safeParse(name).success) return name;
  const tenant = await findTenantBySlug(orm, name);
  if (!tenant) throw noSuchTenant();
  return tenant.id;
}

async function tenantMeant(orm: Deps['orm'], ctx: Context, userId: string): Promise<string | null> {
  const byHost = await findTenantByDomain(orm, ctx.hostname);
  if (byHost) return byHost.id;
  const [only, ...others] = await tenantsOf(orm, userId);
  return only && others.length === 0 ? only.id : null;
}

/** The same whether it is another's or nobody's. */
const noSuchTenant = () => notFound('there is no such tenant, or you do not belong to it');
