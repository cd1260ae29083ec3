import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { Deps } from '../../deps.ts';
import { changeTenant, findTenant, lockTenant } from '../../tenancy/tenants.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { name, presentOwnTenant, ShownOwnTenant, timezone } from '../api/tenant-fields.ts';

/** The tenant that the caller acts for. */
export function currentTenantOperations({ orm }: Pick<Deps, 'orm'>): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/tenants/current',
      tag: 'Tenants',
      summary: 'The tenant that I act for',
      permission: 'tenant:read',
      response: ShownOwnTenant,
      hasETag: true,
      handle: ({ tenantId }) =>
        withTenant(orm, tenantId, async (em) => presentOwnTenant(await findTenant(em, tenantId))),
    }),
    tenantOperation({
      method: 'put',
      path: '/tenants/current',
      tag: 'Tenants',
      summary: 'Set its name and time zone',
      description: 'Domain, features and limits are changed by a system admin: `PATCH /tenants/{id}`.',
      permission: 'tenant:write',
      body: z.strictObject({ name, timezone }),
      response: ShownOwnTenant,
      hasETag: true,
      handle: (input) =>
        withTenant(orm, input.tenantId, async (em) => {
          const { tenantId } = input;
          const tenant = await lockTenant(em, tenantId);
          input.expectUnchanged(presentOwnTenant(tenant));
          const changed = changeTenant(tenant, input.body);
          await em.flush();
          if (changed.length > 0) await audit(em, input, 'tenant.change', tenantId, { changed });
          return presentOwnTenant(tenant);
        }),
    }),
  ];
}
