import { z } from 'zod';
import { audit } from '../../audit.ts';
import { acceptInvitation, findInvitation } from '../../auth/accept.ts';
import { invitationUrl, invite, mailInvitation } from '../../auth/invite.ts';
import { PASSWORD_LENGTH } from '../../auth/log-in.ts';
import { getMember, refuseGrant } from '../../auth/team.ts';
import type { Deps } from '../../deps.ts';
import { memberRoles } from '../../entities/membership.ts';
import { Tenant } from '../../entities/tenant.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { text } from '../api/fields.ts';
import { openOperation, tenantOperation, type Operation } from '../api/operation.ts';
import { refuseOtherSites } from '../own-pages.ts';
import { sessionOf } from './log-in.ts';
import { presentMember, ShownMember } from './team.ts';

type Needs = Pick<Deps, 'orm' | 'keys' | 'publicUrl' | 'sendMail' | 'logIn' | 'logInPool' | 'config' | 'smtp'>;

const tag = 'Team';
const email = z.email().max(320).toLowerCase();
const ByToken = z.strictObject({ token: z.string().max(2_000) });
const Place = z.strictObject({ slug: z.string(), name: z.string() });

/** How people get in: invited by those who are, and by links that whoever runs Frontdesk makes. */
export const invitationOperations = (deps: Needs): Operation[] => [
  inviting(deps),
  reading(deps),
  accepting(deps),
  waysToLogIn(deps),
];

const inviting = (deps: Needs): Operation =>
  tenantOperation({
    method: 'post',
    path: '/team/invitations',
    tag,
    summary: 'Invite a person, or invite again',
    description:
      'Sent by mail where mail is set up. People also get the link in the answer, to pass it on by themselves; with an ' +
      'API key it is null. A link is good for 7 days and for once.',
    permission: 'team:write',
    body: z.strictObject({ email, name: text(100), role: z.enum(memberRoles) }),
    response: z.strictObject({ member: ShownMember, isMailed: z.boolean(), link: z.string().nullable() }),
    status: 201,
    async handle({ tenantId, actor, body, ip, requestId }) {
      refuseGrant(actor, body.role);
      const { orm } = deps;
      const userId = await invite(orm, {
        tenantId,
        ...body,
        invitedBy: actor.kind === 'user' && actor.role !== 'system_admin' ? actor.userId : null,
        async onChange(em, invited, before) {
          if (before) refuseGrant(actor, before.role);
          await audit(em, { actor, ip, requestId }, 'team.invite', invited, { role: body.role });
        },
      });
      const { member, tenantName } = await withTenant(orm, tenantId, async (em) => ({
        member: presentMember(await getMember(em, tenantId, userId)),
        tenantName: (await em.findOneOrFail(Tenant, { id: tenantId })).name,
      }));
      const link = actor.kind === 'user' ? await invitationUrl(deps, { userId, tenantId, by: 'member' }) : null;
      const mail = { userId, tenantId, email: body.email, tenantName };
      return { member, isMailed: deps.smtp !== null && (await mailInvitation(deps, mail)), link };
    },
  });

const reading = (deps: Needs): Operation =>
  openOperation({
    method: 'get',
    path: '/invitations/{token}',
    tag,
    summary: 'What a link is for',
    params: ByToken,
    response: z.strictObject({
      tenant: Place.nullable(),
      role: z.enum(memberRoles).nullable(),
      email: z.string().nullable(),
      name: z.string().nullable(),
      needs: z.enum(['password', 'log-in', 'address']).meta({
        description: 'A password; that this person logs in first; or an address, a name and a password.',
      }),
    }),
    handle: async ({ params }) => (await findInvitation(deps, params.token)).invitation,
  });

const accepting = (deps: Needs): Operation =>
  openOperation({
    method: 'post',
    path: '/invitations/{token}/accept',
    tag,
    summary: 'Accept it, once',
    description: 'Whoever has no password yet chooses one; whoever has one has to be logged in.',
    params: ByToken,
    body: z.strictObject({
      name: text(100).optional(),
      password: z.string().min(PASSWORD_LENGTH.least).max(PASSWORD_LENGTH.most).optional(),
      email: email.optional(),
    }),
    response: z.strictObject({ ok: z.literal(true), tenantSlug: z.string().nullable() }),
    async handle({ params, body, ctx, ip, requestId }) {
      const given = { name: body.name ?? null, password: body.password ?? null, email: body.email ?? null };
      const person = await sessionOf(deps)(ctx);
      if (person) refuseOtherSites(ctx, deps.publicUrl);
      const { tenantSlug } = await acceptInvitation(deps, params.token, given, person, (em, membership) => {
        const { tenantId, userId, role } = membership;
        const actor = { kind: 'user', userId, role, isSystemAdmin: false, tenantId, isTenantSuspended: false } as const;
        return audit(em, { actor, ip, requestId }, 'team.join', userId, { role });
      });
      return { ok: true, tenantSlug };
    },
  });

const waysToLogIn = ({ config: { oidc }, smtp }: Needs): Operation =>
  openOperation({
    method: 'get',
    path: '/ways-to-log-in',
    tag: 'Me',
    summary: 'What the page on which people log in can offer',
    response: z.strictObject({ singleSignOn: z.string().nullable(), canResetByMail: z.boolean() }),
    handle: () => Promise.resolve({ singleSignOn: oidc?.name ?? null, canResetByMail: smtp !== null }),
  });
