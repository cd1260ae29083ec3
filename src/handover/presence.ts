import type { EntityManager } from '@mikro-orm/postgresql';
import { Membership } from '../entities/membership.ts';
import { forbidden } from '../errors.ts';

export interface Presence {
  isOnline: boolean;
  seenAt: Date | null;
}

interface Sign {
  tenantId: string;
  userId: string;
  now: Date;
  /** `presence_grace`. */
  graceSeconds: number;
}

/** Comes, or goes. Whoever goes has the grace to come back before anybody is taken away. */
export async function setPresence(em: EntityManager, sign: Sign, isOnline: boolean): Promise<Presence> {
  const member = await memberOf(em, sign);
  // Whoever says so again has not just left.
  if (isOnline || member.isOnline) note(member, sign);
  if (member.isOnline !== isOnline) member.isOnline = isOnline;
  await em.flush();
  return presenceOf(member);
}

/** Says that the desk is still open. One that was away too long is offline, and does not come back by this. */
export async function beat(em: EntityManager, sign: Sign): Promise<Presence> {
  const member = await memberOf(em, sign);
  if (member.isOnline) note(member, sign);
  await em.flush();
  return presenceOf(member);
}

function note(member: Membership, { now, graceSeconds }: Sign): void {
  member.seenAt = now;
  member.presenceDueAt = new Date(now.getTime() + graceSeconds * 1000);
}

async function memberOf(em: EntityManager, { tenantId, userId }: Sign): Promise<Membership> {
  const member = await em.findOne(Membership, { tenantId, userId, status: 'active' });
  if (!member) throw forbidden('only a member of this tenant can be there for it');
  return member;
}

const presenceOf = ({ isOnline, seenAt }: Membership): Presence => ({ isOnline, seenAt: seenAt ?? null });
