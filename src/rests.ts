/** A tenant counts as a neighbour of others so long after it was seen. */
const NEIGHBOUR_MS = 1_000;
const LONGEST_REST_MS = 200;

export interface Rests {
  /** A tenant is here: the neighbour of all others for a second. */
  seen(tenantId: string): void;
  /** A tenant had more than its share done, which took so long: while it has neighbours it rests as long. */
  worked(tenantId: string, forMs: number): void;
  /** Resolves when the tenant has rested; null when it need not. */
  over(tenantId: string): Promise<void> | null;
}

/**
 * Leaves half of the time to the neighbours of a tenant that would take it all. Where there are none, nobody rests.
 */
export function createRests(): Rests {
  let latest = { tenantId: '', at: -Infinity };
  let before = latest;
  const resting = new Map<string, Promise<void>>();

  function hasNeighbour(tenantId: string): boolean {
    const other = latest.tenantId === tenantId ? before : latest;
    return performance.now() - other.at < NEIGHBOUR_MS;
  }

  return {
    seen(tenantId) {
      if (latest.tenantId !== tenantId) before = latest;
      latest = { tenantId, at: performance.now() };
    },
    worked(tenantId, forMs) {
      if (resting.has(tenantId) || !hasNeighbour(tenantId)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      resting.set(tenantId, promise);
      setTimeout(
        () => {
          resting.delete(tenantId);
          resolve();
        },
        Math.min(forMs, LONGEST_REST_MS),
      );
    },
    over: (tenantId) => resting.get(tenantId) ?? null,
  };
}
