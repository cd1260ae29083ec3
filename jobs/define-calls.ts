import { createCalls, type CallLimits } from '../src/calls.ts';
import type { Deps } from '../src/deps.ts';
import { lineOf } from '../src/errors.ts';
import type { JobName } from '../src/queue/contracts.ts';
import { runAll, type JobModule } from './define-job.ts';

interface CallJob extends CallLimits {
  /** Makes the call for one row, if it is due and nobody else does, and writes down what came of it. */
  call: (deps: Deps, tenantId: string, id: string) => Promise<void>;
  /** Up to `most` rows of a tenant for which a call is due, without those that `except` names. */
  next: (deps: Deps, tenantId: string, most: number, except: string[]) => Promise<string[]>;
  /** Looks at rows for which there is no room, or whose call is open. */
  left?: (deps: Deps, tenantId: string, ids: string[]) => Promise<void>;
}

/** Jobs that a process takes at once: each only begins calls. */
const CONCURRENCY = 32;

/** As `defineJob`, for rows that mean a call to somebody else's system: the job does not last as long as its calls. */
export const defineCalls = (name: JobName, { call, next, left, ...limits }: CallJob): JobModule => ({
  name,
  concurrency: () => CONCURRENCY,
  start(deps) {
    const calls = createCalls(
      {
        call: (tenantId, id) => call(deps, tenantId, id),
        next: (tenantId, most, except) => next(deps, tenantId, most, except),
        onBroken: (error, tenantId, id) =>
          deps.log.warn({ job: name, tenantId, id, error: lineOf(error) }, 'call.broke'),
      },
      limits,
    );
    return {
      process: (job) =>
        runAll(name, job, async (tenantId, ids) => {
          const begin = calls.begin(tenantId, ids);
          const looked = begin.left.length > 0 ? left?.(deps, tenantId, begin.left) : undefined;
          await Promise.all([begin.begun, looked ?? Promise.resolve()]);
        }),
      leave: () => calls.close(),
      settled: () => calls.settled(),
    };
  },
});
