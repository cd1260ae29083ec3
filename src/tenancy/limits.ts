import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Tenant } from '../entities/tenant.ts';
import { AppError, notFound } from '../errors.ts';
import type { Changes } from './changes.ts';
import { remember } from './remember.ts';
import { withTenant } from './with-tenant.ts';
import { runBound } from './bound.ts';

const most = (fallback: number) => z.int().min(0).max(100_000_000).default(fallback);

/** What a tenant's plan allows. */
export const Limits = z.strictObject({
  /** Active or not. */
  max_faqs: most(100_000),
  max_channels: most(100),
  /** People who are members or invited. */
  max_members: most(1_000),
  max_agents: most(100),
  /** Open conversations of the tenant; holds back those that the API opens, never a customer's message. */
  max_conversations_per_tenant: most(10_000),
  /** The same for one contact. */
  max_conversations_per_user: most(100),
  /** Of files that managers upload, in MiB, begun ones counted as whole. */
  max_attachment_mb: most(5_000),
  /** Of one API key or person. */
  requests_per_minute: most(600),
});

export type Limits = z.infer<typeof Limits>;
export type Limit = keyof Limits;
export const limitNames = Limits.keyof().options;

/** What a tenant may have of something that is counted. */
export type Countable = Exclude<Limit, 'requests_per_minute'>;

const Stored = z.object(Limits.shape);

/** Limits with their defaults, as they stand in `tenants.limits`; those of a newer version are left out. */
export const readLimits = (given: unknown): Limits => Stored.parse(given ?? {});

/** What a key or person of the tenant may ask a minute; remembered until the tenant changes. */
export function createRequestsPerMinuteOf(orm: MikroORM, changes: Changes): (tenantId: string) => Promise<number> {
  return remember<number>(changes, {
    most: 10_000,
    tenantOf: (tenantId) => tenantId,
    async load(tenantId) {
      const tenant = await withTenant(orm, tenantId, (em) => em.findOne(Tenant, { id: tenantId }));
      return readLimits(tenant?.limits).requests_per_minute;
    },
  });
}

const COUNTED: Record<Countable, string> = {
  max_faqs: 'select count(*)::int as used from faqs where tenant_id = ?',
  max_channels: 'select count(*)::int as used from channels where tenant_id = ? and disconnected_at is null',
  max_members: `select count(*)::int as used from memberships where tenant_id = ? and status <> 'disabled'`,
  max_agents: 'select count(*)::int as used from agents where tenant_id = ? and is_active',
  max_conversations_per_tenant: `select count(*)::int as used from conversations where tenant_id = ?
    and last_activity_at is not null and handler in ('bot', 'awaiting_consent', 'queued', 'human')`,
  max_conversations_per_user: `select count(*)::int as used from conversations where tenant_id = ? and contact_id = ?
    and handler <> 'closed'`,
  max_attachment_mb: `select ceil(coalesce(sum(size_bytes), 0) / 1048576.0)::int as used from attachments
    where tenant_id = ?`,
};

/** How many the tenant has of what the limit counts; of one contact's conversations where it is about those. */
export async function countUsed(
  em: EntityManager,
  tenantId: string,
  limit: Countable,
  contactId?: string,
): Promise<number> {
  if (limit === 'max_conversations_per_user' && !contactId) throw new Error(`${limit} is counted for a contact`);
  const [row] = await em.execute<{ used: number }[]>(COUNTED[limit], [tenantId, ...(contactId ? [contactId] : [])]);
  return row?.used ?? 0;
}

export const countedOfTenant = [
  'max_faqs',
  'max_channels',
  'max_members',
  'max_agents',
  'max_conversations_per_tenant',
  'max_attachment_mb',
] as const satisfies Countable[];

/** How many the tenant has of all that is counted for it as a whole. */
export async function countAllUsed(em: EntityManager, tenantId: string) {
  const counts = countedOfTenant.map((name) => `(${COUNTED[name]}) as ${name}`);
  const values = countedOfTenant.map(() => tenantId);
  const [row] = await runBound(em, [`select ${counts.join()}`, values]);
  return Used.parse(row);
}

const Used = z.record(z.enum(countedOfTenant), z.int());

/**
 * Throws 409 `limit_reached` unless the tenant may have `n` more. Whoever else adds to the tenant waits until this
 * transaction ends, so that two cannot take the last place; call it in the transaction that adds, before adding. What is
 * counted by its size is added first, and then asked about with `n` = 0.
 */
export async function assertRoom(
  em: EntityManager,
  tenantId: string,
  limit: Countable,
  n = 1,
  { contactId }: { contactId?: string } = {},
): Promise<void> {
  const { [limit]: allowed } = await holdPlan(em, tenantId);
  const used = await countUsed(em, tenantId, limit, contactId);
  if (used + n > allowed) throw limitReached(limit, allowed, used, n);
}

/** What the tenant's plan allows. Whoever else adds to the tenant waits until this transaction ends. */
export async function holdPlan(em: EntityManager, tenantId: string): Promise<Limits> {
  // Not the lock of foreign keys: who writes what is not counted does not wait.
  const [tenant] = await em.execute<{ limits: unknown }[]>(
    'select limits from tenants where id = ? for no key update',
    [tenantId],
  );
  if (!tenant) throw notFound('there is no such tenant');
  return readLimits(tenant.limits);
}

const limitReached = (limit: Countable, allowed: number, used: number, n: number) =>
  new AppError(
    409,
    'limit_reached',
    `${limit} is ${allowed} for this tenant, which ${n === 0 ? 'would have' : 'has'} ${used}${n > 1 ? `, and this would add ${n}` : ''}; remove what ` +
      'is not needed, or ask a system admin to raise it with PATCH /api/v1/tenants/{id}',
  );
