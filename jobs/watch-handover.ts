import type { Unit } from '../src/conversations/unit.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import { Handover } from '../src/entities/handover.ts';
import { watchHandover as watch } from '../src/handover/watch-handover.ts';
import { defineJob } from './define-job.ts';
import { each } from './each.ts';

/** Handovers whose time has come: an offer met with silence, a queue in which nobody came, the end of business hours. */
export const watchHandover = defineJob('watch-handover', { concurrency: () => 2 }, (deps, tenantId, handoverIds) =>
  each(handoverIds, (id) =>
    withUnit(deps, tenantId, (unit) => (unit.settings.isActive ? watch(unit, id) : postpone(unit, id))),
  ),
);

/** While a tenant is suspended nobody is told anything; its clocks are looked at again now and then. */
async function postpone({ em, settings, now }: Unit, handoverId: string): Promise<void> {
  const due = { tenantId: settings.tenant.id, id: handoverId, outcome: null, timeoutAt: { $lte: now } };
  await em.nativeUpdate(Handover, due, { timeoutAt: new Date(now.getTime() + LOOK_AGAIN_MS) });
}

const LOOK_AGAIN_MS = 20_000;
