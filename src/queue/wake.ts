import type { JobQueue, QueueBackend } from './backend.ts';
import { jobNames, type JobName } from './contracts.ts';

const MOST_SUBJECTS = 50;

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

interface Pending {
  job: JobName;
  tenantId: string;
  delayMs: number;
  subjects: Set<string>;
}

/**
 * The only producer of jobs. Wake-ups asked for while an earlier batch is on its way to the queue leave together,
 * one job for up to 50 rows of a tenant: the busier the system, the fewer jobs per message.
 * A wake-up that cannot be queued is dropped: the sweep finds its row.
 */
export function createWaker(backend: QueueBackend, onError: (error: Error) => void): Waker {
  const queues = new Map(jobNames.map((name) => [name, backend.queue(name)]));
  let pending = new Map<string, Pending>();
  let sending: Promise<void> | null = null;

  async function send(): Promise<void> {
    // Let everything that is ready at this moment come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (pending.size > 0) {
      const batch = pending;
      pending = new Map();
      await Promise.all(jobNames.map((name) => addAll(queues.get(name), batch, name).catch(onError)));
    }
    sending = null;
  }

  return {
    wake(job, tenantId, subject, delayMs = 0) {
      const key = `${job} ${tenantId} ${delayMs}`;
      const group = pending.get(key) ?? { job, tenantId, delayMs, subjects: new Set<string>() };
      group.subjects.add(subject);
      pending.set(key, group);
      sending ??= send();
    },
    async settled() {
      while (sending) await sending;
    },
    waiting: async (job) => (await queues.get(job)?.getJobCountByTypes('waiting', 'active')) ?? 0,
    async close() {
      while (sending) await sending;
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

async function addAll(queue: JobQueue | undefined, batch: Map<string, Pending>, name: JobName): Promise<void> {
  const added = [...batch.values()].filter((group) => group.job === name).flatMap(toJobs);
  if (added.length > 0) await queue?.addBulk(added);
}

function toJobs({ job, tenantId, delayMs, subjects }: Pending) {
  const all = [...subjects];
  const chunks = [];
  for (let start = 0; start < all.length; start += MOST_SUBJECTS) chunks.push(all.slice(start, start + MOST_SUBJECTS));
  return chunks.map((chunk) => ({
    name: job,
    data: { tenantId, subjects: chunk },
    ...(delayMs > 0 ? { opts: { delay: delayMs } } : {}),
  }));
}
