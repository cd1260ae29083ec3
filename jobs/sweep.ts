import type { Deps } from '../src/deps.ts';
import { jobNames, jobs, type JobName } from '../src/queue/contracts.ts';
import { findDueQueues, findDueWork, forgetPayloads, type DueWork } from '../src/tenancy/as-system.ts';
import { forgetRequests } from '../src/tenancy/repeatable-requests.ts';
import { createFreeAbandoned } from './abandoned-claims.ts';
import { startRounds } from './rounds.ts';

/** Rows younger than this are most likely being worked on. */
const GRACE_MS = 3_000;
const MOST = 2_000;
/** While this many jobs wait, rows are late because the system is busy, not because they were forgotten. */
const BUSY = 500;
const RETENTION_EVERY_MS = 600_000;
/** Rows of a kind forgotten by one look. */
const FORGET_AT_ONCE = 10_000;
/** As long as a request may be sent again with its Idempotency-Key. */
const REPEATABLE_HOURS = 24;

/**
 * Finds what nobody picked up - wake-ups lost with a queue, claims of workers that died, times that have come - and
 * wakes for it again. Runs in every worker, on a timer of its own: it must work when the queue has forgotten all.
 */
export function startSweep(deps: Deps): { stop(): Promise<void> } {
  // At the start: a worker that never lives for ten minutes has to forget as well.
  let lastRetention = -Infinity;
  const freeAbandoned = createFreeAbandoned(deps);
  return startRounds(deps, {
    pauseMs: deps.config.sweepIntervalMs,
    failed: 'sweep.failed',
    async look() {
      const freed = await freeAbandoned(performance.now());
      if (freed.length > 0) deps.log.info({ freed: freed.length }, 'sweep.freed');
      const found = await sweepOnce(deps, GRACE_MS, freed);
      if (found > 0) deps.log.info({ found }, 'sweep.woke');
      if (performance.now() - lastRetention <= RETENTION_EVERY_MS) return;
      const payloads = await forgetPayloads(deps.orm, deps.config.payloadRetentionDays, FORGET_AT_ONCE);
      const requests = await forgetRequests(deps.orm, REPEATABLE_HOURS, FORGET_AT_ONCE);
      // Where there is more, the next round goes on.
      if (payloads < FORGET_AT_ONCE && requests < FORGET_AT_ONCE) lastRetention = performance.now();
    },
  });
}

/** One look at everything that is overdue, and wake-ups for it and for what was `freed`. Gives the number of rows woken for. */
export async function sweepOnce(deps: Deps, graceMs = GRACE_MS, freed: DueWork[] = []): Promise<number> {
  const busy = await busyJobs(deps);
  const queues = await findDueQueues(deps.orm, graceMs, MOST);
  const due = [
    ...freed,
    ...(await findDueWork(deps.orm, graceMs, MOST, busy)),
    ...queues.map((tenantId) => ({ job: 'watch-queue', tenantId, subject: tenantId })),
  ];
  let woken = 0;
  for (const { job, tenantId, subject } of due) {
    if (!isJob(job) || busy.includes(job)) continue;
    deps.wake(job, tenantId, subject);
    woken += 1;
  }
  return woken;
}

/** Where nobody knows how long a queue is, a wake-up does no harm. */
async function busyJobs({ waker }: Deps): Promise<JobName[]> {
  const lengths = await Promise.all(
    jobNames.map(async (job) => ({ job, waiting: await waker.waiting(job).catch(() => 0) })),
  );
  return lengths.filter(({ waiting }) => waiting > BUSY).map(({ job }) => job);
}

const isJob = (name: string): name is JobName => name in jobs;
