import { z } from 'zod';
import { permissionsOfActor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { memberRoles } from '../../entities/membership.ts';
import { tenantsOf } from '../../tenancy/as-system.ts';
import { id } from '../api/fields.ts';
import { personOperation, tenantOperation, type Operation } from '../api/operation.ts';

/** Who am I here? */
export function meOperations({ orm }: Pick<Deps, 'orm'>): Operation[] {
  return [
    personOperation({
      method: 'get',
      path: '/me',
      tag: 'Me',
      summary: 'The tenants that I belong to',
      response: z.strictObject({
        userId: id,
        tenants: z.array(z.strictObject({ id, slug: z.string(), name: z.string(), role: z.enum(memberRoles) })),
      }),
      handle: async ({ userId }) => ({ userId, tenants: await tenantsOf(orm, userId) }),
    }),
    tenantOperation({
      method: 'get',
      path: '/me/permissions',
      tag: 'Me',
      summary: 'What I may do in this tenant',
      permission: 'tenant:read',
      response: z.strictObject({ tenantId: id, permissions: z.array(z.string()) }),
      handle: ({ actor }) => Promise.resolve({ tenantId: actor.tenantId, permissions: [...permissionsOfActor(actor)] }),
    }),
  ];
}
