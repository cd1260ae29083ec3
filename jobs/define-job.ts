import { UnrecoverableError, type Job } from 'bullmq';
import { z } from 'zod';
import type { Deps } from '../src/deps.ts';
import { AppError, PermanentError } from '../src/errors.ts';
import { createFairBatches } from '../src/fair-batches.ts';
import { jobs, type JobName } from '../src/queue/contracts.ts';

export interface JobModule {
  name: JobName;
  /** Jobs of this kind that one worker process takes at once. */
  concurrency: (deps: Deps) => number;
  /** Made ready for one process. */
  start(deps: Deps): RunningJob;
}

interface RunningJob {
  process(job: Pick<Job, 'data'>): Promise<void>;
  /** Leaves what has not begun to others. */
  leave(): void;
  /** Resolves when nothing goes on any more that jobs have begun and not waited for. */
  settled(): Promise<void>;
}

interface JobOptions {
  concurrency: (deps: Deps) => number;
  /** Tenants take turns, each with one batch of rows at a time; left out, every job runs by itself. */
  inTurns?: (deps: Deps) => Parameters<typeof createFairBatches>[1];
}

/** Pairs a contract with what it does to some rows of one tenant. Data is parsed here, once, on the way in. */
export const defineJob = (
  name: JobName,
  { concurrency, inTurns }: JobOptions,
  run: (deps: Deps, tenantId: string, subjects: string[]) => Promise<void>,
): JobModule => ({
  name,
  concurrency,
  start(deps) {
    const runHere = (tenantId: string, subjects: string[]) => run(deps, tenantId, subjects);
    if (!inTurns) return { process: (job) => runAll(name, job, runHere), leave: () => undefined, settled };
    const batches = createFairBatches(runHere, inTurns(deps));
    return {
      process: (job) => runAll(name, job, (tenantId, subjects) => batches.add(tenantId, subjects)),
      leave: () => batches.close(),
      settled,
    };
  },
});

/** A job that is over has left nothing behind that goes on. */
const settled = () => Promise.resolve();

/** Does what a job says, for each of its tenants at once. */
export async function runAll(
  name: JobName,
  job: Pick<Job, 'data'>,
  run: (tenantId: string, subjects: string[]) => Promise<void>,
): Promise<void> {
  try {
    const { wakes } = jobs[name].parse(job.data);
    // Each tenant's rows by themselves: the trouble of one is not another's.
    const ends = await Promise.allSettled(wakes.map(({ tenantId, subjects }) => run(tenantId, subjects)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } catch (error) {
    // A job that can never succeed must not come back; its rows stay, and say why.
    if (error instanceof PermanentError || error instanceof AppError || error instanceof z.ZodError) {
      throw new UnrecoverableError(error.message);
    }
    throw error;
  }
}
