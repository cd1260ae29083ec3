import type { EntityManager } from '@mikro-orm/postgresql';
import { Membership, type MemberRole } from '../entities/membership.ts';
import { User } from '../entities/user.ts';
import { conflict, forbidden, notFound } from '../errors.ts';
import type { TenantActor } from './actor.ts';
import { mayGrant } from './permissions.ts';

/** A person of a tenant, as other people of it see that person. */
export interface Member {
  membership: Membership;
  user: User;
}

/** At most `most` in the order in which they became known, beginning behind the person `after`. */
export async function listMembers(em: EntityManager, tenantId: string, after: string | null, most: number) {
  const memberships = await em.find(
    Membership,
    { tenantId, ...(after && { userId: { $gt: after } }) },
    { orderBy: { userId: 'asc' }, limit: most },
  );
  const users = await em.find(User, { id: { $in: memberships.map(({ userId }) => userId) } });
  const byId = new Map(users.map((user) => [user.id, user]));
  return memberships.flatMap((membership): Member[] => {
    const user = byId.get(membership.userId);
    return user ? [{ membership, user }] : [];
  });
}

export async function getMember(em: EntityManager, tenantId: string, userId: string): Promise<Member> {
  const membership = await em.findOne(Membership, { tenantId, userId });
  const user = membership && (await em.findOne(User, { id: userId }));
  if (!user) throw notFound('there is no such person in this tenant; GET /team lists them');
  return { membership, user };
}

/** Who belongs to a tenant is changed by one at a time, so that two owners cannot remove each other. */
export async function lockTeam(em: EntityManager, tenantId: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`team ${tenantId}`]);
}

/** A program acts as an admin would: it has no role of its own. */
export const roleOf = (actor: TenantActor) => (actor.kind === 'user' ? actor.role : null) ?? 'admin';

/** Throws 403 when `actor` may not give this role, or take it away. */
export function refuseGrant(actor: TenantActor, role: MemberRole): void {
  if (!mayGrant(roleOf(actor), role)) throw forbidden('only an owner may say who is an owner; ask one of them');
}

/** Throws 403 for what people may not do to themselves. */
export function refuseSelf(actor: TenantActor, userId: string): void {
  if (actor.kind !== 'user' || actor.userId !== userId) return;
  throw forbidden('nobody changes his own membership; ask another owner or admin to do it');
}

/** Call under `lockTeam`, before the person stops being an active owner. Throws 409 when there would be none left. */
export async function refuseLastOwner(em: EntityManager, { membership: { tenantId, userId, role, status } }: Member) {
  if (role !== 'owner' || status !== 'active') return;
  const others = await em.find(Membership, { tenantId, role: 'owner', status: 'active', userId: { $ne: userId } });
  const ids = others.map((other) => other.userId);
  if (await em.count(User, { id: { $in: ids }, disabledAt: null })) return;
  throw conflict('this is the last active owner of the tenant; make somebody else an owner first');
}
