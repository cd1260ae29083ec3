import type { Unit } from '../conversations/unit.ts';
import { Handover } from '../entities/handover.ts';
import { watch } from './hand-over.ts';
import { patienceAnew } from './patience.ts';
import { WAITING } from './queue.ts';

/** In one transaction; the rest is the next one's. */
const MOST = 200;

/**
 * Times those anew who wait by business hours or a `queue_timeout` that have changed meanwhile. Says nothing to anybody:
 * that is done when the new time has come, which may be now. Whose conversation somebody is at work on is left to the
 * next look.
 */
export async function recountWaiting(unit: Unit): Promise<void> {
  const { em, settings, writes } = unit;
  const { clockVersion } = settings;
  const tenantId = settings.tenant.id;
  const rows = await em.execute<{ id: string }[]>(
    `select h.id ${WAITING} and h.clock_version < ? order by h.id limit ? for update of c skip locked`,
    [tenantId, clockVersion, MOST],
  );
  if (rows.length === 0) return;
  // Looked at again under the lock: whoever had it before may have timed it.
  const found = await em.find(
    Handover,
    { tenantId, id: { $in: rows.map(({ id }) => id) }, clockVersion: { $lt: clockVersion } },
    { disableIdentityMap: true },
  );
  for (const handover of found) {
    const set = patienceAnew(unit, handover);
    writes.handoverChanges.push({ id: handover.id, set: { ...set } });
    watch(unit, handover.id, set.timeoutAt);
  }
  if (rows.length === MOST) writes.wakes.push(['watch-queue', tenantId, tenantId]);
}
