import { withUnit } from '../src/conversations/with-unit.ts';
import { watchHandover as watch } from '../src/handover/watch-handover.ts';
import { defineJob } from './define-job.ts';

/** Handovers whose time has come: an offer met with silence, a queue in which nobody came, the end of business hours. */
export const watchHandover = defineJob(
  'watch-handover',
  { concurrency: () => 2 },
  async (deps, tenantId, handoverIds) => {
    for (const id of handoverIds) await withUnit(deps, tenantId, (unit) => watch(unit, id));
  },
);
