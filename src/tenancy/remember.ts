import type { Changes } from './changes.ts';

/** What may be remembered while changes cannot be heard. */
const DEAF_TTL_MS = 1_000;

interface Entry<Value> {
  value: Promise<Value>;
  tenantId: string | null;
  loadedAt: number;
}

interface Memory<Value> {
  load: (key: string) => Promise<Value>;
  /** Whose changes make it stale; null = everybody's. */
  tenantOf: (key: string, value: Value) => string | null;
  /** Entries kept; the least recently used leave first. */
  most: number;
}

/**
 * Remembers what `load` gave until the tenant it belongs to changes. Callers that ask at the same moment share
 * one load; a load that a change overtook is not kept; a failed one is not kept either. `anew` asks past what is remembered.
 */
export function remember<Value>(changes: Changes, { load, tenantOf, most }: Memory<Value>) {
  const entries = new Map<string, Entry<Value>>();
  changes.listen((tenantId) => {
    for (const [key, entry] of entries) {
      if (tenantId === null || entry.tenantId === null || entry.tenantId === tenantId) entries.delete(key);
    }
  });

  /** In order of their last use, where places may become scarce; moving an entry at each look would cost more than it. */
  function moveToEnd(key: string, entry: Entry<Value>): void {
    entries.delete(key);
    entries.set(key, entry);
  }

  return function get(key: string, { anew = false } = {}): Promise<Value> {
    const known = anew ? undefined : entries.get(key);
    if (known && (changes.isLive() || performance.now() - known.loadedAt < DEAF_TTL_MS)) {
      if (entries.size * 2 > most) moveToEnd(key, known);
      return known.value;
    }
    const entry: Entry<Value> = { value: load(key), tenantId: null, loadedAt: performance.now() };
    entries.set(key, entry);
    entry.value.then(
      (value) => {
        entry.tenantId = tenantOf(key, value);
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key);
      },
    );
    const oldest = entries.size > most ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
    return entry.value;
  };
}
