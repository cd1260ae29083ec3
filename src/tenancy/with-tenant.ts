import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';

/**
 * The only door to tenant-owned rows. Opens a transaction in which both the ORM filter and
 * PostgreSQL's row level security see exactly one tenant.
 *
 * Keep it short: never await a platform, an agent or n8n inside it.
 */
export function withTenant<T>(orm: MikroORM, tenantId: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
  const em = orm.em.fork({ session: { variables: { 'app.tenant_id': tenantId } } });
  em.setFilterParams('tenant', { tenantId });
  return em.transactional((transaction) => work(transaction as EntityManager));
}
