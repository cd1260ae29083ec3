import type { EntityManager } from '@mikro-orm/postgresql';
import type { Unit } from '../conversations/unit.ts';
import { Conversation } from '../entities/conversation.ts';

/** Who waits for a person: the highest priority first, then whoever has waited longest. */
export const WAITING = `
  from handovers h
  join conversations c on c.tenant_id = h.tenant_id and c.id = h.conversation_id and c.open_handover_id = h.id
  where h.tenant_id = ? and h.outcome is null and h.queued_at is not null and c.handler = 'queued'`;
export const IN_ORDER = 'order by c.priority desc, h.queued_at, h.id';

export interface Waiting {
  conversation: Conversation;
  handoverId: string;
  reason: string;
  /** Who had it and gave it back. */
  returnedBy: string | null;
}

/**
 * The first `most` of those who wait, locked, without those whose conversation somebody else is working on just now, and
 * without those that `notFor` has given back.
 */
export async function lockWaiting({ em, settings }: Unit, most: number, notFor: string | null): Promise<Waiting[]> {
  const tenantId = settings.tenant.id;
  const rows = await em.execute<{ id: string; handover_id: string; reason_text: string; returned_by: string | null }[]>(
    `select c.id, h.id as handover_id, h.reason_text, h.returned_by ${WAITING}
     and (?::uuid is null or h.returned_by is distinct from ?::uuid)
     ${IN_ORDER} limit ? for update of c skip locked`,
    [tenantId, notFor, notFor, most],
  );
  const found = await em.find(Conversation, { tenantId, id: { $in: rows.map(({ id }) => id) } });
  const byId = new Map(found.map((conversation) => [conversation.id, conversation]));
  return rows.flatMap((row) => {
    const conversation = byId.get(row.id);
    if (!conversation) return [];
    return [{ conversation, handoverId: row.handover_id, reason: row.reason_text, returnedBy: row.returned_by }];
  });
}

/** How many wait, at most `most`. */
export async function countWaiting(em: EntityManager, tenantId: string, most: number): Promise<number> {
  const [row] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count from (select 1 ${WAITING} limit ?) waiting`,
    [tenantId, most],
  );
  return row?.count ?? 0;
}
