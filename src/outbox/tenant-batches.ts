import { createBatcher } from '../batch.ts';

interface TenantBatches<Item, Result> {
  /** Resolves with the item's own result. */
  add(tenantId: string, item: Item): Promise<Result>;
  /** Tenants of which something waits. */
  readonly size: number;
}

/** A batcher for each tenant, kept for as long as something of the tenant waits in it. */
export function createTenantBatches<Item, Result>(
  run: (tenantId: string, items: Item[]) => Promise<(Result | Error)[]>,
  limits: Parameters<typeof createBatcher>[1],
): TenantBatches<Item, Result> {
  const inUse = new Map<string, { add: (item: Item) => Promise<Result>; waiting: number }>();
  return {
    async add(tenantId, item) {
      const batches = inUse.get(tenantId) ?? {
        add: createBatcher<Item, Result>((items) => run(tenantId, items), limits),
        waiting: 0,
      };
      inUse.set(tenantId, batches);
      batches.waiting += 1;
      try {
        return await batches.add(item);
      } finally {
        batches.waiting -= 1;
        if (batches.waiting === 0) inUse.delete(tenantId);
      }
    },
    get size() {
      return inUse.size;
    },
  };
}
