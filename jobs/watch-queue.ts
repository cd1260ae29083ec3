import { withUnit } from '../src/conversations/with-unit.ts';
import { assignWaiting } from '../src/handover/auto-assign.ts';
import { releaseAbsent } from '../src/handover/release.ts';
import { defineJob } from './define-job.ts';

/** Tenants' queues: who waits for somebody who has left goes back, and who waits is given to whoever has room. */
export const watchQueue = defineJob('watch-queue', { concurrency: () => 2 }, async (deps, tenantId) => {
  await withUnit(deps, tenantId, releaseAbsent);
  const { autoAssign } = await deps.settingsOf(tenantId);
  if (autoAssign) await withUnit(deps, tenantId, assignWaiting);
});
