import type { EntityManager } from '@mikro-orm/postgresql';
import { Message } from '../entities/message.ts';
import { uuidList } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';

/** The last message of each conversation that is no note. */
export async function lastMessagesOf(
  em: EntityManager,
  tenantId: string,
  conversationIds: string[],
): Promise<Message[]> {
  if (conversationIds.length === 0) return [];
  const rows = await runBound(em, [LAST, [uuidList(conversationIds), tenantId]]);
  return em.find(Message, { tenantId, id: { $in: rows.map(({ id }) => String(id)) } });
}

export const LAST = `
  select m.id from unnest(?::uuid[]) as wanted (id) cross join lateral (
    select id from messages
    where tenant_id = ? and conversation_id = wanted.id and not is_internal order by seq desc limit 1) m`;
