import { z } from 'zod';
import { invitationUrl, mailInvitation } from '../../auth/invite.ts';
import { audit, type Deed } from '../../audit.ts';
import type { Actor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { invalidFields } from '../../errors.ts';
import { SLUG } from '../../tenancy/as-system.ts';
import { limitNames } from '../../tenancy/limits.ts';
import { listTenants } from '../../tenancy/list-tenants.ts';
import { provisionTenant } from '../../tenancy/provision.ts';
import { changeTenant, findTenant, lockTenant, moveTenant, refusingTaken, type Move } from '../../tenancy/tenants.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, id, language, text } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { platformOperation, type Input, type Operation } from '../api/operation.ts';
import { SettingsBody } from '../api/settings-fields.ts';
import {
  domain,
  externalRef,
  featureList,
  limitValue,
  name,
  presentTenant,
  ShownTenant,
  timezone,
} from '../api/tenant-fields.ts';

const NewFaq = z.strictObject({
  question: text(1_000),
  answer: text(10_000),
  keywords: z
    .union([z.array(text(100)).max(100), z.string().max(10_000)])
    .default([])
    .meta({ description: 'A list, or words with commas between them.' }),
  priority: z.int().min(-1_000).max(1_000).default(1),
  isActive: z.boolean().default(true),
  language: language.nullable().default(null),
});

const limitsOf = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(limitNames), value);

const NewTenant = z.strictObject({
  slug: z
    .string()
    .regex(SLUG, 'must be made of a-z, 0-9, _ and -, at most 63 of them, and begin with a letter or digit'),
  name,
  timezone: timezone.default('UTC'),
  domain: domain.nullable().default(null),
  externalRef: externalRef.nullable().default(null),
  features: featureList.default([]),
  limits: limitsOf(limitValue).default({}),
  settings: SettingsBody.omit({ agentId: true }).partial().default({}),
  faqs: z.array(NewFaq).max(1_000).default([]),
  owner: z
    .strictObject({ email: z.email().max(254), name: text(200).default('Owner') })
    .optional()
    .meta({ description: 'Is invited to be the first owner.' }),
});

const TenantPatch = z.strictObject({
  name: name.optional(),
  timezone: timezone.optional(),
  domain: domain.nullable().optional(),
  externalRef: externalRef.nullable().optional(),
  features: featureList.optional(),
  limits: limitsOf(limitValue.nullable())
    .optional()
    .meta({ description: 'Only those that are to change; null brings the default back.' }),
});

const tag = 'Tenants';

/** What only whoever runs the service does with tenants. */
export function tenantOperations(deps: Pick<Deps, 'orm' | 'keys' | 'publicUrl' | 'sendMail' | 'smtp'>): Operation[] {
  const { orm, publicUrl } = deps;
  const move = (which: Move, summary: string, description?: string) =>
    platformOperation({
      ...(which === 'delete'
        ? { method: 'delete' as const, path: '/tenants/{id}', hasETag: true as const }
        : { method: 'post' as const, path: `/tenants/{id}/${which}` }),
      tag,
      summary,
      ...(description && { description }),
      params: ById,
      response: ShownTenant,
      handle: (input) =>
        withTenant(orm, input.params.id, async (em) => {
          if (which === 'delete') input.expectUnchanged(presentTenant(await lockTenant(em, input.params.id)));
          const { tenant, hasChanged } = await moveTenant(em, input.params.id, which, input.now);
          if (hasChanged) await audit(em, deedOf(input, tenant.id), `tenant.${which}`, tenant.id);
          return presentTenant(tenant);
        }),
    });

  return [
    platformOperation({
      method: 'get',
      path: '/tenants',
      tag,
      summary: 'All tenants, by name',
      description: 'Deleted ones are in the list of `status=deleted` only.',
      query: z.strictObject({
        ...paging,
        status: z.enum(['active', 'suspended', 'deleted']).optional(),
        q: text(100).optional().meta({ description: 'How the name begins, in upper or lower case.' }),
      }),
      response: pageOf(ShownTenant),
      async handle({ query: { limit, cursor, status = null, q: beginning = '' } }) {
        const after = readCursor(cursor, z.tuple([z.string(), id]));
        const rows = await listTenants(orm, { after, status, beginning, most: limit + 1 });
        return toPage(rows, limit, presentTenant, (row) => [row.sortName, row.id]);
      },
    }),
    platformOperation({
      method: 'post',
      path: '/tenants',
      tag,
      summary: 'Make a tenant with its settings, FAQs and first owner',
      description:
        'All of it or nothing. A slug is taken for good, also when its tenant is deleted. The owner is invited: by mail where ' +
        'the service has a mail server, and by the link of this answer.',
      body: NewTenant,
      response: ShownTenant.extend({ ownerLink: z.string().nullable() }),
      status: 201,
      maxBytes: 4 * 1024 * 1024,
      async handle(input) {
        const { settings, ...given } = input.body;
        refuseOwnHost(given.domain, publicUrl);
        const { tenantId, ownerId } = await provisionTenant(orm, { ...settings, ...given }, (em, tenant) =>
          audit(em, deedOf(input, tenant), 'tenant.create', tenant, { slug: given.slug, faqs: given.faqs.length }),
        );
        const tenant = await withTenant(orm, tenantId, async (em) => presentTenant(await findTenant(em, tenantId)));
        if (!ownerId || !given.owner) return { ...tenant, ownerLink: null };
        const mail = { userId: ownerId, tenantId, email: given.owner.email, tenantName: given.name };
        if (deps.smtp) await mailInvitation(deps, mail);
        return { ...tenant, ownerLink: await invitationUrl(deps, { userId: ownerId, tenantId, by: 'member' }) };
      },
    }),
    platformOperation({
      method: 'get',
      path: '/tenants/{id}',
      tag,
      summary: 'A tenant, also a deleted one',
      params: ById,
      response: ShownTenant,
      hasETag: true,
      handle: ({ params }) => withTenant(orm, params.id, async (em) => presentTenant(await findTenant(em, params.id))),
    }),
    platformOperation({
      method: 'patch',
      path: '/tenants/{id}',
      tag,
      summary: 'Change name, domain, time zone, features, limits or reference',
      params: ById,
      body: TenantPatch,
      response: ShownTenant,
      hasETag: true,
      async handle(input) {
        refuseOwnHost(input.body.domain, publicUrl);
        return refusingTaken(() =>
          withTenant(orm, input.params.id, async (em) => {
            const tenant = await lockTenant(em, input.params.id);
            input.expectUnchanged(presentTenant(tenant));
            const changed = changeTenant(tenant, input.body);
            await em.flush();
            if (changed.length > 0) {
              const { features, limits } = tenant;
              await audit(em, deedOf(input, tenant.id), 'tenant.change', tenant.id, { changed, features, limits });
            }
            return presentTenant(tenant);
          }),
        );
      },
    }),
    move('suspend', 'Suspend: everything can be read, nothing changed, and automation is silent'),
    move('activate', 'End a suspension'),
    move(
      'delete',
      'Delete softly: as if there was no such tenant',
      'API, keys, webhooks and automation end within a second. Nothing is erased: restoring brings all of it back.',
    ),
    move('restore', 'Undo a deletion'),
  ];
}

/** Written into the tenant's own log, whichever tenant the admin looks at otherwise. */
const deedOf = (
  { actor, ip, requestId }: Input<unknown, unknown, unknown> & { actor: Actor },
  tenantId: string,
): Deed => ({
  actor: { ...actor, tenantId },
  ip,
  requestId,
});

/** Whoever comes by the host of the service itself would be taken for one of this tenant's people. */
function refuseOwnHost(given: string | null | undefined, publicUrl: string): void {
  if (!given || given !== new URL(publicUrl).hostname) return;
  throw invalidFields([{ path: 'body.domain', message: 'is the host of the service itself; take another one' }]);
}
