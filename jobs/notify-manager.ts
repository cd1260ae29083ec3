import { notify } from '../src/handover/notify.ts';
import { defineJob } from './define-job.ts';

/** Tells managers that somebody needs them: each target by itself. */
export const notifyManager = defineJob('notify-manager', { concurrency: () => 16 }, async (deps, tenantId, ids) => {
  await Promise.all(ids.map((id) => notify(deps, tenantId, id)));
});
