import type { EntityManager } from '@mikro-orm/postgresql';
import { Tenant, type Feature } from '../entities/tenant.ts';
import { AppError, notFound } from '../errors.ts';

/** Whether the tenant's plan has it. */
export const hasFeature = ({ features }: { features: readonly Feature[] }, feature: Feature): boolean =>
  features.includes(feature);

/** Throws 403 `feature_off` where the tenant has not. `em` is one of `withTenant`. */
export async function requireFeature(em: EntityManager, tenantId: string, feature: Feature): Promise<void> {
  const tenant = await em.findOne(Tenant, { id: tenantId }, { disableIdentityMap: true });
  if (!tenant) throw notFound('there is no such tenant');
  if (!hasFeature(tenant, feature)) throw featureOff(feature);
}

export const featureOff = (feature: Feature) =>
  new AppError(
    403,
    'feature_off',
    `the feature ${feature} is off for this tenant; a system admin can switch it on with PATCH /api/v1/tenants/{id} ` +
      'or "npm run frontdesk -- tenant features"',
  );
