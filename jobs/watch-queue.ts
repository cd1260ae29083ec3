import { withUnit } from '../src/conversations/with-unit.ts';
import { assignWaiting } from '../src/handover/auto-assign.ts';
import { recountWaiting } from '../src/handover/recount-waiting.ts';
import { releaseAbsent } from '../src/handover/release.ts';
import { defineJob } from './define-job.ts';

/**
 * Tenants' queues: who waits is timed by the clock in force, who waits for somebody who has left goes back, and who waits
 * is given to whoever has room.
 */
export const watchQueue = defineJob('watch-queue', { concurrency: () => 2 }, async (deps, tenantId) => {
  await withUnit(deps, tenantId, async (unit) => {
    await recountWaiting(unit);
    await releaseAbsent(unit);
  });
  const { autoAssign } = await deps.settingsOf(tenantId);
  if (autoAssign) await withUnit(deps, tenantId, assignWaiting);
});
