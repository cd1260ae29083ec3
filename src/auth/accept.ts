import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { Membership, type MemberRole } from '../entities/membership.ts';
import { Tenant } from '../entities/tenant.ts';
import { conflict, forbidden, notFound, unauthorized } from '../errors.ts';
import { worksElsewhere } from '../tenancy/as-system.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { enrol, enrolFirstAdmin, findAccount, findFirstAdmin, replacePassword, type Account } from './accounts.ts';
import { invitationMark } from './invite.ts';
import { markOf, readJoinLink, type JoinLink } from './join-link.ts';
import type { LogIn } from './log-in.ts';
import { lockTeam } from './team.ts';

export interface JoinDeps {
  orm: MikroORM;
  keys: KeyRing;
  logIn: LogIn;
  logInPool: pg.Pool;
}

/** What a link is for, in words for the person who has it. */
export interface Invitation {
  tenant: { slug: string; name: string } | null;
  role: MemberRole | null;
  email: string | null;
  name: string | null;
  /** `password`: one is to be chosen; `log-in`: that person has to log in; `address`: an e-mail address as well. */
  needs: 'password' | 'log-in' | 'address';
}

interface Found {
  link: JoinLink;
  account: Account;
  invitation: Invitation;
}

const OVER = 'this link was used, is over or is not whole; ask for a new one';

/** Throws 404 for a link that is good for nothing (any more). */
export async function findInvitation(deps: JoinDeps, token: string): Promise<Found> {
  const link = await readJoinLink(deps.keys, token);
  const account = link && (await findAccount(deps.logInPool, link.userId));
  if (!account || account.isDisabled || !(await isUnused(deps, link, account))) throw notFound(OVER);
  if (link.by === 'first') {
    return { link, account, invitation: { tenant: null, role: null, email: null, name: null, needs: 'address' } };
  }
  const place = link.tenantId === null ? null : await placeOf(deps.orm, link.tenantId, link.userId);
  const needs = link.by === 'operator' || !account.canLogIn ? 'password' : 'log-in';
  const invitation: Invitation = {
    tenant: place && { slug: place.slug, name: place.name },
    role: place?.role ?? null,
    email: account.email,
    // Whoever invites somebody is not told by a link of his own what that person is called elsewhere.
    name: account.canLogIn && link.by !== 'member' ? account.name : null,
    needs,
  };
  return { link, account, invitation };
}

async function isUnused({ orm, logInPool }: JoinDeps, link: JoinLink, account: Account): Promise<boolean> {
  if (link.by === 'first') return (await findFirstAdmin(logInPool)) === link.userId;
  if (link.by === 'operator') return link.mark === markOf(account.password);
  return link.tenantId !== null && link.mark === (await invitationMark(orm, link.tenantId, link.userId));
}

function placeOf(orm: MikroORM, tenantId: string, userId: string) {
  return withTenant(orm, tenantId, async (em) => {
    const tenant = await em.findOne(Tenant, { id: tenantId });
    const membership = await em.findOne(Membership, { tenantId, userId });
    if (!tenant || !membership || tenant.status === 'deleted') throw notFound(OVER);
    return { slug: tenant.slug, name: tenant.name, role: membership.role };
  });
}

export interface Acceptance {
  name: string | null;
  password: string | null;
  email: string | null;
}

/** In the transaction in which the person becomes one of the tenant. */
type OnJoin = (em: EntityManager, membership: Membership) => Promise<void>;

/**
 * Accepts what the link offers. Whoever can log in already has to have done so, as that person: `sessionUserId`. Throws
 * 404 for a link that is good for nothing, 401 or 403 where the bearer may not use it so.
 */
export async function acceptInvitation(
  deps: JoinDeps,
  token: string,
  given: Acceptance,
  sessionUserId: string | null,
  onJoin: OnJoin,
): Promise<{ tenantSlug: string | null }> {
  const { link, account, invitation } = await findInvitation(deps, token);
  if (invitation.needs === 'log-in') {
    if (sessionUserId !== link.userId) throw unauthorized(`log in as ${account.email}, then open this link again`);
  } else {
    await setPassword(deps, link, account, given);
  }
  if (link.tenantId !== null) await activate(deps.orm, link.tenantId, link.userId, onJoin);
  return { tenantSlug: invitation.tenant?.slug ?? null };
}

async function setPassword(deps: JoinDeps, link: JoinLink, account: Account, given: Acceptance): Promise<void> {
  const { logInPool: pool, logIn, orm } = deps;
  const { userId } = link;
  const { name, email, password } = given;
  if (password === null) throw forbidden('choose a password: send it as "password"');
  if (link.by === 'member') await refuseTakeOver(orm, link);
  const hash = await logIn.hashPassword(password);
  if (link.by === 'first') {
    if (email === null || name === null) throw forbidden('send an e-mail address and a name as well');
    await freeOrConflict(() => enrolFirstAdmin(pool, { userId, email, name, hash }));
  } else if (link.by === 'operator') {
    await freeOrConflict(() => replacePassword(pool, { userId, name, hash, before: account.password }));
  } else {
    await freeOrConflict(() => enrol(pool, { userId, name, hash, isAddressProven: link.by === 'mail' }));
  }
}

/**
 * A link that people pass on by themselves proves nothing of an address. With it a new person gets a password, but
 * nobody gets one for somebody who works elsewhere or runs the service.
 */
async function refuseTakeOver(orm: MikroORM, { userId, tenantId }: JoinLink): Promise<void> {
  if (tenantId !== null && !(await worksElsewhere(orm, userId, tenantId))) return;
  throw forbidden(
    'this person works with Frontdesk already and has no password yet: the link in the mail is needed, or one from ' +
      'whoever runs Frontdesk ("npm run frontdesk -- user <email>")',
  );
}

async function freeOrConflict(work: () => Promise<boolean>): Promise<void> {
  try {
    if (!(await work())) throw notFound(OVER);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === '23505')) throw error;
    throw conflict('this e-mail address belongs to somebody already; use another one');
  }
}

/** Whoever comes second finds no invitation any more. */
async function activate(orm: MikroORM, tenantId: string, userId: string, onJoin: OnJoin): Promise<void> {
  await withTenant(orm, tenantId, async (em) => {
    await lockTeam(em, tenantId);
    const membership = await em.findOne(Membership, { tenantId, userId });
    if (membership?.status !== 'invited') return;
    membership.status = 'active';
    await onJoin(em, membership);
  });
}
