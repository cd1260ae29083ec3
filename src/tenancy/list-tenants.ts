import type { MikroORM } from '@mikro-orm/postgresql';
import type { Feature } from '../entities/tenant.ts';

export interface ListedTenant {
  id: string;
  slug: string;
  name: string;
  status: 'active' | 'suspended' | 'deleted';
  timezone: string;
  domain: string | null;
  externalRef: string | null;
  features: Feature[];
  limits: Record<string, number>;
  createdAt: Date;
  updatedAt: Date;
  suspendedAt: Date | null;
  deletedAt: Date | null;
  /** Its place in the order. */
  sortName: string;
}

/** Tenants in the order of their names, behind `after`; deleted ones only where they are asked for. */
export async function listTenants(
  orm: MikroORM,
  wanted: {
    after: readonly [sortName: string, id: string] | null;
    status: ListedTenant['status'] | null;
    /** How their names begin, in whatever case. */
    beginning: string;
    most: number;
  },
): Promise<ListedTenant[]> {
  const [name = null, id = null] = wanted.after ?? [];
  const rows = await orm.em.execute<
    (Omit<ListedTenant, 'externalRef' | 'createdAt' | 'updatedAt' | 'suspendedAt' | 'deletedAt' | 'sortName'> & {
      external_ref: string | null;
      created_at: string;
      updated_at: string;
      suspended_at: string | null;
      deleted_at: string | null;
      sort_name: string;
    })[]
  >('select * from system_tenants(?, ?, ?, ?, ?)', [name, id, wanted.status, wanted.beginning, wanted.most]);
  return rows.map(({ external_ref, created_at, updated_at, suspended_at, deleted_at, sort_name, ...row }) => ({
    ...row,
    externalRef: external_ref,
    createdAt: new Date(created_at),
    updatedAt: new Date(updated_at),
    suspendedAt: suspended_at === null ? null : new Date(suspended_at),
    deletedAt: deleted_at === null ? null : new Date(deleted_at),
    sortName: sort_name,
  }));
}
