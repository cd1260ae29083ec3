import { p } from '@mikro-orm/postgresql';

// Shared by spreading, not by inheritance. Every tenant-owned key begins with the tenant,
// so that a foreign key cannot point at another tenant's row.
export const tenantOwned = {
  tenantId: p.uuid().primary(),
  id: p.uuid().primary(),
  createdAt: p.datetime().defaultRaw('now()'),
};

export const updatedAt = {
  updatedAt: p
    .datetime()
    .defaultRaw('now()')
    .onUpdate(() => new Date()),
};

/** On by default for every tenant-owned entity; row level security repeats it in the database. */
export const tenantFilter = {
  tenant: {
    name: 'tenant',
    cond: ({ tenantId }: { tenantId: string }) => ({ tenantId }),
    default: true,
  },
};
