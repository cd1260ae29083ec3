import type { MikroORM } from '@mikro-orm/postgresql';
import { Membership } from '../entities/membership.ts';
import type { Changes } from '../tenancy/changes.ts';
import { remember } from '../tenancy/remember.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

/** Whether anybody who may answer is online in the tenant. */
export type IsStaffed = (tenantId: string) => Promise<boolean>;

/** Remembered until somebody comes or leaves. */
export function createIsStaffed(orm: MikroORM, changes: Changes): IsStaffed {
  return remember<boolean>(changes, {
    most: 20_000,
    tenantOf: (tenantId) => tenantId,
    load: (tenantId) =>
      withTenant(orm, tenantId, async (em) => {
        const there = { tenantId, isOnline: true, status: 'active', role: { $ne: 'viewer' } } as const;
        return (await em.count(Membership, there)) > 0;
      }),
  });
}
