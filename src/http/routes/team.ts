import { ForeignKeyConstraintViolationException, type EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { TenantActor } from '../../auth/actor.ts';
import {
  getMember,
  listMembers,
  lockTeam,
  refuseGrant,
  refuseLastOwner,
  refuseSelf,
  type Member,
} from '../../auth/team.ts';
import type { Deps } from '../../deps.ts';
import { memberRoles, Membership } from '../../entities/membership.ts';
import { conflict } from '../../errors.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { Done, done, id, time, timeOf } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

export const ShownMember = z
  .strictObject({
    userId: id,
    email: z.string(),
    name: z.string().nullable().meta({ description: 'Known once the person has accepted.' }),
    role: z.enum(memberRoles),
    status: z.enum(['invited', 'active', 'disabled']),
    invitedBy: id.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Member' });

const ByUser = z.strictObject({ userId: id });
const tag = 'Team';

/** The people of a tenant. Changes hold from their next request on. */
export function teamOperations(deps: Pick<Deps, 'orm'>): Operation[] {
  return [...readingOperations(deps), changeRole(deps), ...standingOperations(deps), removing(deps)];
}

const readingOperations = ({ orm }: Pick<Deps, 'orm'>): Operation[] => [
  tenantOperation({
    method: 'get',
    path: '/team',
    tag,
    summary: 'People of the tenant, also those who are invited or disabled',
    permission: 'team:read',
    query: z.strictObject(paging),
    response: pageOf(ShownMember),
    async handle({ tenantId, query: { limit, cursor } }) {
      const after = readCursor(cursor, z.tuple([id]));
      const members = await withTenant(orm, tenantId, (em) => listMembers(em, tenantId, after?.[0] ?? null, limit + 1));
      return toPage(members, limit, presentMember, ({ user }) => [user.id]);
    },
  }),
  tenantOperation({
    method: 'get',
    path: '/team/{userId}',
    tag,
    summary: 'One person of the tenant',
    permission: 'team:read',
    params: ByUser,
    response: ShownMember,
    hasETag: true,
    handle: ({ tenantId, params }) =>
      withTenant(orm, tenantId, async (em) => presentMember(await getMember(em, tenantId, params.userId))),
  }),
];

const changeRole = ({ orm }: Pick<Deps, 'orm'>): Operation =>
  tenantOperation({
    method: 'patch',
    path: '/team/{userId}',
    tag,
    summary: 'Give a person another role',
    description:
      'Only an owner makes owners or takes that from them; nobody changes his own role; one active owner stays.',
    permission: 'team:write',
    params: ByUser,
    body: z.strictObject({ role: z.enum(memberRoles) }),
    response: ShownMember,
    hasETag: true,
    async handle(input) {
      const { tenantId, actor, ip, requestId } = input;
      const { userId } = input.params;
      const { role } = input.body;
      return withTenant(orm, tenantId, async (em) => {
        const member = await lockedMember(em, actor, userId);
        input.expectUnchanged(presentMember(member));
        const before = member.membership.role;
        if (before === role) return presentMember(member);
        refuseGrant(actor, role);
        if (role !== 'owner') await refuseLastOwner(em, member);
        member.membership.role = role;
        await audit(em, { actor, ip, requestId }, 'team.role', userId, { before, after: role });
        return presentMember(member);
      });
    },
  });

/** Disabling and enabling: the membership stays, and with it all that the person did. */
const standingOperations = ({ orm }: Pick<Deps, 'orm'>): Operation[] =>
  (['disable', 'enable'] as const).map((act) =>
    tenantOperation({
      method: 'post',
      path: `/team/{userId}/${act}`,
      tag,
      summary: act === 'disable' ? 'Shut a person out of the tenant' : 'Let a person in again',
      permission: 'team:write',
      params: ByUser,
      response: ShownMember,
      async handle({ tenantId, actor, params: { userId }, ip, requestId }) {
        return withTenant(orm, tenantId, async (em) => {
          const member = await lockedMember(em, actor, userId);
          const { membership } = member;
          const wanted = act === 'disable' ? 'disabled' : 'active';
          if (membership.status === wanted) return presentMember(member);
          if (membership.status === 'invited') {
            throw conflict('this person has not accepted the invitation yet; DELETE takes it back');
          }
          if (act === 'disable') await refuseLastOwner(em, member);
          membership.status = wanted;
          await audit(em, { actor, ip, requestId }, `team.${act}`, userId);
          return presentMember(member);
        });
      },
    }),
  );

const removing = ({ orm }: Pick<Deps, 'orm'>): Operation =>
  tenantOperation({
    method: 'delete',
    path: '/team/{userId}',
    tag,
    summary: 'Remove a person, or take an invitation back',
    description: 'Refused for a person who has done something that is kept: disable that person instead.',
    permission: 'team:write',
    params: ByUser,
    response: Done,
    hasETag: true,
    async handle(input) {
      const { tenantId, actor, ip, requestId } = input;
      const { userId } = input.params;
      try {
        await withTenant(orm, tenantId, async (em) => {
          const member = await lockedMember(em, actor, userId);
          input.expectUnchanged(presentMember(member));
          await refuseLastOwner(em, member);
          // Whom a person invited is in the audit log as well.
          await em.nativeUpdate(Membership, { tenantId, invitedBy: userId }, { invitedBy: null });
          await em.nativeDelete(Membership, { tenantId, userId });
          await audit(em, { actor, ip, requestId }, 'team.remove', userId);
        });
      } catch (error) {
        if (!(error instanceof ForeignKeyConstraintViolationException)) throw error;
        throw conflict('conversations or other things still name this person; disable that person instead');
      }
      return done;
    },
  });

/** Under the lock, the person whom `actor` may change. */
async function lockedMember(em: EntityManager, actor: TenantActor, userId: string): Promise<Member> {
  await lockTeam(em, actor.tenantId);
  const member = await getMember(em, actor.tenantId, userId);
  refuseSelf(actor, userId);
  refuseGrant(actor, member.membership.role);
  return member;
}

/** What a name is elsewhere is no business of whoever only invites. */
export const presentMember = ({ membership, user }: Member) => ({
  userId: user.id,
  email: user.email,
  name: membership.status === 'invited' ? null : user.name,
  role: membership.role,
  status: membership.status,
  invitedBy: membership.invitedBy ?? null,
  createdAt: timeOf(membership.createdAt),
});
