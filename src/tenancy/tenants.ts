import { LockMode, UniqueConstraintViolationException, type EntityManager } from '@mikro-orm/postgresql';
import { Tenant, type Feature } from '../entities/tenant.ts';
import { conflict, notFound } from '../errors.ts';
import type { Limit } from './limits.ts';

/** Throws 404. `em` is one of `withTenant` with this tenant. */
export async function findTenant(em: EntityManager, tenantId: string): Promise<Tenant> {
  const tenant = await em.findOne(Tenant, { id: tenantId });
  if (!tenant) throw noSuchTenant();
  return tenant;
}

/** As `findTenant`; nobody else changes it until the transaction ends. */
export async function lockTenant(em: EntityManager, tenantId: string): Promise<Tenant> {
  const tenant = await em.findOne(Tenant, { id: tenantId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!tenant) throw noSuchTenant();
  return tenant;
}

const noSuchTenant = () => notFound('there is no such tenant');

/** What of a tenant can be changed. A limit that is null goes back to its default. */
export interface TenantPatch {
  name?: string | undefined;
  timezone?: string | undefined;
  domain?: string | null | undefined;
  externalRef?: string | null | undefined;
  features?: Feature[] | undefined;
  limits?: { [name in Limit]?: number | null | undefined } | undefined;
}

/** Changes the tenant's row, which the caller has locked. Gives the names of what is another than before. */
export function changeTenant(tenant: Tenant, { limits, ...patch }: TenantPatch): string[] {
  const given = { ...patch, ...(limits && { limits: withLimits(tenant.limits, limits) }) };
  const changed = Object.entries(given).filter(
    ([name, value]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(Reflect.get(tenant, name) ?? null),
  );
  Object.assign(tenant, Object.fromEntries(changed));
  return changed.map(([name]) => name);
}

function withLimits(before: Record<string, number>, given: NonNullable<TenantPatch['limits']>): Record<string, number> {
  const after: Record<string, number> = { ...before };
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete after[name];
    else if (value !== undefined) after[name] = value;
  }
  return after;
}

export const moves = ['suspend', 'activate', 'delete', 'restore'] as const;
export type Move = (typeof moves)[number];

/**
 * Suspends: the API answers reads only, webhooks are refused, automation waits. Deletes: as if it were not there, with all
 * it has kept; restoring brings it back as it was. Gives whether that changed anything; repeating a move does not. Throws
 * 409 where a deleted tenant is to be suspended or activated.
 */
export async function moveTenant(em: EntityManager, tenantId: string, move: Move, now: Date) {
  const tenant = await lockTenant(em, tenantId);
  const before = tenant.status;
  if (before === 'deleted' && (move === 'suspend' || move === 'activate')) {
    throw conflict('this tenant is deleted; restore it first');
  }
  if (move === 'suspend') tenant.suspendedAt ??= now;
  if (move === 'activate') tenant.suspendedAt = null;
  if (move === 'delete') tenant.deletedAt ??= now;
  if (move === 'restore') tenant.deletedAt = null;
  tenant.status = tenant.deletedAt ? 'deleted' : tenant.suspendedAt ? 'suspended' : 'active';
  await em.flush();
  if (tenant.status === 'active' && before !== 'active') await goOn(em, tenantId);
  return { tenant, hasChanged: tenant.status !== before };
}

/** What waited is due now; the sweep finds it. Whoever is at a conversation just now sees it anyway. */
async function goOn(em: EntityManager, tenantId: string): Promise<void> {
  await em.execute(
    `update conversations set turn_due_at = now() where tenant_id = ? and id in (
       select id from conversations where tenant_id = ? and turn_due_at > now() for update skip locked)`,
    [tenantId, tenantId],
  );
}

/** Says which name is taken, where two tenants would have the same one. */
export async function refusingTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    if (error.message.includes('tenants_slug_key')) {
      throw conflict('slug: another tenant has it, or had it before it was deleted; choose another one');
    }
    if (error.message.includes('tenants_domain_key')) throw conflict('domain: another tenant has it');
    throw error;
  }
}
