import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue, QueueBackend } from './backend.ts';
import { jobNames, writeWake, type JobName } from './contracts.ts';

/** Rows of one tenant that are handled in one go, and tenants in one job. */
const MOST_SUBJECTS = 50;
const MOST_GROUPS = 16;
/** Delays are rounded up to this, so that rows which are due together share a job. */
const DELAY_STEP_MS = 50;
/** Adding jobs may take this part of the time: one part adding, three parts gathering. */
const GATHER = 3;
const QUIET = 2;
const GATHER_MS = { least: 25, most: 40 };
/** A tenant that was not among the last ones waits only so long: it is none of those who are many. */
const NEWCOMER_MS = 2;

/** Asks some worker to look at a row again, at once or after `delayMs`. Never throws and never waits. */
export type Wake = (job: JobName, tenantId: string, subject: string, delayMs?: number) => void;

export interface Waker {
  wake: Wake;
  /** Resolves once everything asked for so far is in the queue, or has failed to get there. */
  settled(): Promise<void>;
  /** Jobs that wait in a queue; the sweep holds back while a queue is long. */
  waiting(job: JobName): Promise<number>;
  close(): Promise<void>;
}

/** Rows to wake for: job -> delay -> tenant -> subjects. */
type Pending = Map<JobName, Map<number, Map<string, Set<string>>>>;

/**
 * The only producer of jobs. The first wake-up leaves at once; those that are asked for while it is on its way, and
 * a little longer, leave together in one job for many rows: the busier the system, the fewer jobs per message.
 * A wake-up that cannot be queued is dropped: the sweep finds its row.
 */
export function createWaker(backend: QueueBackend, onError: (error: Error) => void): Waker {
  const queues = new Map(jobNames.map((name) => [name, backend.queue(name)]));
  let pending: Pending = new Map();
  let sending: Promise<void> | null = null;
  let isClosing = false;
  let onWake: ((tenantId: string) => void) | undefined;

  async function send(): Promise<void> {
    // Let everything that is ready at this moment come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (pending.size > 0) {
      const batch = pending;
      pending = new Map();
      const started = performance.now();
      await Promise.all([...batch].map(([name, wakes]) => addAll(queues.get(name), name, wakes).catch(onError)));
      // Where little is going on, the next one does not wait for company.
      if (isClosing || subjectsIn(batch) <= QUIET) continue;
      const gatherMs = Math.min(Math.max((performance.now() - started) * GATHER, GATHER_MS.least), GATHER_MS.most);
      await gather(gatherMs, tenantsIn(batch));
    }
    sending = null;
  }

  async function gather(ms: number, known: ReadonlySet<string>): Promise<void> {
    await sleep(NEWCOMER_MS);
    if ([...tenantsIn(pending)].some((tenantId) => !known.has(tenantId))) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms - NEWCOMER_MS);
    onWake = (tenantId) => known.has(tenantId) || resolve();
    await promise;
    clearTimeout(timer);
    onWake = undefined;
  }

  return {
    wake(job, tenantId, subject, delayMs = 0) {
      const delay = Math.ceil(delayMs / DELAY_STEP_MS) * DELAY_STEP_MS;
      const tenants = entry(
        entry(pending, job, newMap<number, Map<string, Set<string>>>),
        delay,
        newMap<string, Set<string>>,
      );
      entry(tenants, tenantId, () => new Set<string>()).add(subject);
      onWake?.(tenantId);
      sending ??= send();
    },
    async settled() {
      while (sending) await sending;
    },
    waiting: async (job) => (await queues.get(job)?.count()) ?? 0,
    async close() {
      isClosing = true;
      while (sending) await sending;
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function tenantsIn(batch: Pending): Set<string> {
  return new Set(
    [...batch.values()].flatMap((delays) => [...delays.values()].flatMap((tenants) => [...tenants.keys()])),
  );
}

function subjectsIn(batch: Pending): number {
  let count = 0;
  for (const delays of batch.values()) {
    for (const tenants of delays.values()) for (const subjects of tenants.values()) count += subjects.size;
  }
  return count;
}

async function addAll(
  queue: JobQueue | undefined,
  name: JobName,
  wakes: Map<number, Map<string, Set<string>>>,
): Promise<void> {
  const added = [...wakes].flatMap(([delay, tenants]) =>
    chunk(groupsOf(tenants), MOST_GROUPS).map((group) => ({
      name,
      data: { wakes: group },
      opts: delay > 0 ? { delay } : {},
    })),
  );
  await queue?.add(added);
}

const groupsOf = (tenants: Map<string, Set<string>>) =>
  [...tenants].flatMap(([tenantId, subjects]) =>
    chunk([...subjects], MOST_SUBJECTS).map((part) => writeWake(tenantId, part)),
  );

function chunk<T>(all: T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < all.length; start += size) chunks.push(all.slice(start, start + size));
  return chunks;
}

const newMap = <K, V>() => new Map<K, V>();

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
