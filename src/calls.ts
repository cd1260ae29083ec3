import { createUnderWay, withPatience } from './under-way.ts';

export interface CallLimits {
  /** Calls of one tenant that are open at once. */
  perTenant: number;
  /** Calls that are open at once in this process. */
  inAll: number;
}

interface CallWork {
  /** Makes the call for one row, if it is due and nobody else does, and writes down what came of it. */
  call: (tenantId: string, id: string) => Promise<void>;
  /** Up to `most` rows of a tenant for which a call is due, without those that `except` names. */
  next: (tenantId: string, most: number, except: string[]) => Promise<string[]>;
  /** Told of everything that rejects, whoever waits for it; `id` is left out where it was `next`. */
  onBroken: (error: unknown, tenantId: string, id?: string) => void;
}

export interface Calls {
  /**
   * Begins the calls for these rows of a tenant for which there is room. `left` are the others: those whose call is open
   * already, and those that wait in the database until one of the tenant's calls ends. `begun` resolves when the calls have
   * ended, or before: after two seconds, and at once where the tenant has several open. It rejects when one broke by then.
   */
  begin(tenantId: string, ids: string[]): { begun: Promise<void>; left: string[] };
  /** Begins nothing more. */
  close(): void;
  /** Resolves when no call is open any more. */
  settled(): Promise<void>;
}

/** A tenant may have this part of the room that is left: whoever comes next always finds some. */
const SHARE = 1 / 8;
/** Calls of one tenant that are waited for at a time: those of one that hangs must not take up all who wait. */
const MOST_WAITED_FOR = 4;

/**
 * Calls to other people's systems, which may take as long as they like: each tenant's by themselves, with room for a
 * certain number. What finds no room stays where it is, in the database, and costs no memory but the tenant's name.
 */
export function createCalls({ call, next, onBroken }: CallWork, { perTenant, inAll }: CallLimits): Calls {
  const open = new Map<string, Set<string>>();
  let total = 0;
  /** Tenants with rows that found no room, in the order in which their turn comes. */
  const behind = new Set<string>();
  const looking = new Set<string>();
  const underWay = createUnderWay();
  let isClosed = false;

  function roomFor(tenantId: string): number {
    const left = inAll - total;
    const share = Math.min(perTenant, left, Math.max(1, Math.floor(left * SHARE)));
    return isClosed ? 0 : Math.max(0, share - (open.get(tenantId)?.size ?? 0));
  }

  async function start(tenantId: string, id: string): Promise<void> {
    const ids = open.get(tenantId) ?? new Set();
    open.set(tenantId, ids.add(id));
    total += 1;
    try {
      await call(tenantId, id);
    } catch (error) {
      // Its row is as due as before: the sweep wakes for it, and for those that wait behind it.
      behind.delete(tenantId);
      onBroken(error, tenantId, id);
      throw error;
    } finally {
      ids.delete(id);
      if (ids.size === 0) open.delete(tenantId);
      total -= 1;
      fill();
    }
  }

  /** Gives the rows that found no room. */
  function startSome(tenantId: string, ids: string[]): { calls: Promise<void>[]; left: string[] } {
    const calls: Promise<void>[] = [];
    const left: string[] = [];
    for (const id of ids) {
      const isOpen = open.get(tenantId)?.has(id);
      if (!isOpen && roomFor(tenantId) > 0) {
        const started = start(tenantId, id);
        void underWay.add(started.catch(() => undefined));
        calls.push(started);
        continue;
      }
      left.push(id);
      if (!isOpen && !isClosed) behind.add(tenantId);
    }
    return { calls, left };
  }

  /** Room that was left goes to those who are behind, in turns. */
  function fill(): void {
    for (const tenantId of behind) {
      if (total >= inAll || isClosed) return;
      if (looking.has(tenantId) || roomFor(tenantId) === 0) continue;
      behind.delete(tenantId);
      looking.add(tenantId);
      void underWay.add(look(tenantId));
    }
  }

  async function look(tenantId: string): Promise<void> {
    const most = roomFor(tenantId);
    // Kept for it until it is known what there is, or each of the others would look for the same room.
    total += most;
    let ids: string[] = [];
    try {
      ids = await next(tenantId, most, [...(open.get(tenantId) ?? [])]);
    } catch (error) {
      onBroken(error, tenantId);
    }
    total -= most;
    looking.delete(tenantId);
    if (ids.length === most) behind.add(tenantId);
    startSome(tenantId, ids);
    fill();
  }

  return {
    begin(tenantId, ids) {
      const { calls, left } = startSome(tenantId, ids);
      const all = Promise.all(calls);
      all.catch(() => undefined);
      const isWaitedFor = calls.length > 0 && (open.get(tenantId)?.size ?? 0) <= MOST_WAITED_FOR;
      return { begun: isWaitedFor ? withPatience(all) : Promise.resolve(), left };
    },
    close: () => void (isClosed = true),
    settled: () => underWay.settled(),
  };
}
