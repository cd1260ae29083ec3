import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { Membership, type MemberRole } from '../entities/membership.ts';
import { conflict } from '../errors.ts';
import { newId } from '../id.ts';
import type { SendMail } from '../mail.ts';
import { userIdFor } from '../tenancy/as-system.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { assertRoom } from '../tenancy/limits.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { findAccount } from './accounts.ts';
import { issueJoinLink, joinUrl, markOf, type JoinLink } from './join-link.ts';
import { lockTeam } from './team.ts';

export interface InviteDeps {
  orm: MikroORM;
  keys: KeyRing;
  publicUrl: string;
  sendMail: SendMail;
}

interface Invitation {
  tenantId: string;
  email: string;
  name: string;
  role: MemberRole;
  invitedBy: string | null;
  /** In the same transaction, with the membership as it was before. */
  onChange?: (em: EntityManager, userId: string, before: Membership | null) => Promise<void>;
}

/**
 * A membership that waits to be accepted; whoever has one that waits is invited again, with the new role. Gives the
 * person's id. Throws 409 for somebody who belongs to the tenant.
 */
export async function invite(orm: MikroORM, given: Invitation): Promise<string> {
  const { tenantId, email, name, role, invitedBy, onChange } = given;
  const userId = await userIdFor(orm, { id: newId(), email, name });
  await withTenant(orm, tenantId, async (em) => {
    await lockTeam(em, tenantId);
    const before = await em.findOne(Membership, { tenantId, userId });
    if (before?.status === 'active')
      throw conflict('this person belongs to the tenant already; PATCH changes the role');
    if (before?.status === 'disabled') throw conflict('this person was disabled in the tenant; enable that membership');
    if (!before) await assertRoom(em, tenantId, 'max_members');
    await onChange?.(em, userId, before);
    if (before) before.role = role;
    else await em.insert(Membership, { tenantId, userId, role, status: 'invited', invitedBy });
  });
  return userId;
}

/** What a link for this membership is marked with. An invitation that was taken back and made again is another one. */
export async function invitationMark(orm: MikroORM, tenantId: string, userId: string): Promise<string | null> {
  const membership = await withTenant(orm, tenantId, (em) => em.findOne(Membership, { tenantId, userId }));
  return membership?.status === 'invited' ? markOf(membership.createdAt.toISOString()) : null;
}

/** The link of an invitation. Throws 409 when the person has accepted it meanwhile. */
export async function invitationUrl(
  { orm, keys, publicUrl }: Pick<InviteDeps, 'orm' | 'keys' | 'publicUrl'>,
  link: { userId: string; tenantId: string; by: JoinLink['by'] },
): Promise<string> {
  const mark = await invitationMark(orm, link.tenantId, link.userId);
  if (mark === null) throw conflict('this person has accepted the invitation, or it was taken back');
  return joinUrl(publicUrl, await issueJoinLink(keys, { ...link, mark }));
}

/** Whether the mail server has taken it. */
export async function mailInvitation(
  deps: InviteDeps,
  { userId, tenantId, email, tenantName }: { userId: string; tenantId: string; email: string; tenantName: string },
): Promise<boolean> {
  const url = await invitationUrl(deps, { userId, tenantId, by: 'mail' });
  const name = tenantName.replaceAll(/\s+/g, ' ');
  return deps.sendMail({
    to: email,
    subject: `You are invited to ${name} on Frontdesk`,
    text: `${name} invites you to answer its customers. Accept here within 7 days:\n\n${url}\n\nThe link is for you alone.\n`,
  });
}

/** A link with which a person sets a password, whether there was one or not. Throws 404 for nobody. */
export async function passwordUrl(
  { keys, publicUrl }: Pick<InviteDeps, 'keys' | 'publicUrl'>,
  pool: Pool,
  { userId, tenantId }: { userId: string; tenantId: string | null },
): Promise<string> {
  const account = await findAccount(pool, userId);
  const mark = markOf(account?.password ?? null);
  return joinUrl(publicUrl, await issueJoinLink(keys, { userId, tenantId, by: 'operator', mark }));
}
