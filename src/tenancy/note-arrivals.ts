import type { MikroORM } from '@mikro-orm/postgresql';
import { uuidList } from './at-once.ts';
import { withTenant } from './with-tenant.ts';

const STEP_MS = 60_000;
const MOST = 20_000;

/** Notes that something arrived on these channels of a tenant, at most once a minute for each. */
export type NoteArrivals = (tenantId: string, channelIds: readonly string[]) => Promise<void>;

/** A channel's row is locked by nobody for it while messages are handled: it is written by itself, and seldom. */
export function createNoteArrivals(orm: MikroORM): NoteArrivals {
  const noted = new Map<string, number>();
  return async function noteArrivals(tenantId, channelIds) {
    const now = performance.now();
    const due = [...new Set(channelIds)].filter((id) => now - (noted.get(id) ?? -Infinity) >= STEP_MS);
    if (due.length === 0) return;
    if (noted.size > MOST) noted.clear();
    for (const id of due) noted.set(id, now);
    await withTenant(orm, tenantId, (em) =>
      em.execute('update channels set last_event_at = now() where tenant_id = ? and id = any (?::uuid[])', [
        tenantId,
        uuidList(due),
      ]),
    );
  };
}
