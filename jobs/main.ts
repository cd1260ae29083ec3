import type { Deps } from '../src/deps.ts';
import { messageOf } from '../src/errors.ts';
import { jobModules } from './index.ts';
import { startChannelChecks } from './check-channels.ts';
import { startSweep } from './sweep.ts';

/** Starts a worker for every job, and the sweep. `stop` lets the jobs at hand end. */
export function startWorkers(deps: Deps): { stop(): Promise<void> } {
  const jobs = jobModules.map((module) => ({ ...module, running: module.start(deps) }));
  const workers = jobs.map((module) =>
    deps.queue.worker(module.name, module.concurrency(deps), async (job) => {
      try {
        await module.running.process(job);
      } catch (error) {
        deps.log.warn(
          { job: module.name, jobId: job.id, attempts: job.attemptsMade, error: messageOf(error) },
          'job.failed',
        );
        throw error;
      }
    }),
  );
  const sweep = startSweep(deps);
  let isStopped = false;
  // Whoever changes who is there, how much they can take, whether they are given anything, or the hours: somebody may have
  // room now, or waits by another clock.
  deps.changes.listen((tenantId, table) => {
    if (isStopped || !tenantId || !(table === 'memberships' || table === 'tenant_settings')) return;
    deps.wake('watch-queue', tenantId, tenantId);
  });
  const channelChecks = startChannelChecks(deps);
  deps.delivery.open();
  return {
    async stop() {
      isStopped = true;
      deps.delivery.close();
      await Promise.all([sweep.stop(), channelChecks.stop()]);
      for (const { running } of jobs) running.leave();
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(jobs.map(({ running }) => running.settled()));
      await deps.delivery.settled();
    },
  };
}
