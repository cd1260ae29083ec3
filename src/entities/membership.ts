import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, updatedAt } from './columns.ts';

export const memberRoles = ['owner', 'admin', 'manager', 'viewer'] as const;
export type MemberRole = (typeof memberRoles)[number];

const schema = defineEntity({
  name: 'Membership',
  tableName: 'memberships',
  properties: {
    tenantId: p.uuid().primary(),
    userId: p.uuid().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
    ...updatedAt,
    role: p.text().$type<MemberRole>(),
    status: p.text().$type<'invited' | 'active' | 'disabled'>().default('active'),
    invitedBy: p.uuid().nullable(),
    /** Takes conversations just now. */
    isOnline: p.boolean().default(false),
    /** When the desk of this person last said that somebody is there. */
    seenAt: p.datetime().nullable(),
    /** Conversations at the same time; null = what the tenant has set for all. */
    capacity: p.integer().nullable(),
    /** When somebody has to look whether this person has left. */
    presenceDueAt: p.datetime().nullable(),
    /** When this person last took, or was given, a conversation. */
    givenAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** A user's role in a tenant. A manager is a user with one that may answer. */
export class Membership extends schema.class {}
schema.setClass(Membership);
