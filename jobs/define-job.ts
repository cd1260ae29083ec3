import { UnrecoverableError, type Job } from 'bullmq';
import { z } from 'zod';
import type { Deps } from '../src/deps.ts';
import { AppError, PermanentError } from '../src/errors.ts';
import { jobs, type JobName } from '../src/queue/contracts.ts';

export interface JobModule {
  name: JobName;
  /** Jobs of this kind that one worker process runs at once. */
  concurrency: (deps: Deps) => number;
  process(deps: Deps, job: Pick<Job, 'data'>): Promise<void>;
}

interface JobOptions {
  concurrency: (deps: Deps) => number;
}

/** Pairs a contract with what it does to some rows of one tenant. Data is parsed here, once, on the way in. */
export const defineJob = (
  name: JobName,
  { concurrency }: JobOptions,
  run: (deps: Deps, tenantId: string, subjects: string[]) => Promise<void>,
): JobModule => ({
  name,
  concurrency,
  async process(deps, job) {
    try {
      const { wakes } = jobs[name].parse(job.data);
      // Each tenant's rows by themselves: the trouble of one is not another's.
      const ends = await Promise.allSettled(wakes.map(({ tenantId, subjects }) => run(deps, tenantId, subjects)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } catch (error) {
      // A job that can never succeed must not come back; its rows stay, and say why.
      if (error instanceof PermanentError || error instanceof AppError || error instanceof z.ZodError) {
        throw new UnrecoverableError(error.message);
      }
      throw error;
    }
  },
});
