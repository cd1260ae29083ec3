import type { EntityManager } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { Handover } from '../entities/handover.ts';
import { packetOf, type Packet } from './packet.ts';
import { WAITING } from './queue.ts';

/** Offered: the contact has not said yet whether a person is wanted. */
export const handoverStatuses = ['offered', 'waiting', 'taken', 'ended'] as const;
export type HandoverStatus = (typeof handoverStatuses)[number];

export interface HandoverRow {
  id: string;
  conversation_id: string;
  channel_id: string;
  contact_name: string | null;
  status: HandoverStatus;
  priority: number;
  reason_category: string;
  reason_text: string;
  mode: 'ask' | 'immediate' | 'manual';
  queued_at: string | null;
  accepted_at: string | null;
  accepted_by: string | null;
  accepted_by_name: string | null;
  outcome: string | null;
  created_at: string;
  /** Microseconds; the place among those of the same priority. */
  since: string;
}

/** The last one's place: priority, microseconds, id. */
export type Place = readonly [priority: number, since: number, id: string];
export const placeOf = ({ priority, since, id }: HandoverRow): Place => [priority, Number(since), id];

const SINCE = '(extract(epoch from coalesce(h.queued_at, h.created_at)) * 1000000)::bigint';
const ROWS = `
  select h.id, h.conversation_id, c.channel_id, p.display_name as contact_name, c.priority, h.reason_category,
    h.reason_text, h.mode, h.queued_at, h.accepted_at, h.accepted_by, u.name as accepted_by_name, h.outcome,
    h.created_at, ${SINCE} as since,
    case when h.outcome is not null or c.open_handover_id is distinct from h.id then 'ended'
      when c.handler = 'queued' then 'waiting' when c.handler = 'human' then 'taken' else 'offered' end as status
  from handovers h
  join conversations c on c.tenant_id = h.tenant_id and c.id = h.conversation_id
  join contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
  left join users u on u.id = h.accepted_by
  where h.tenant_id = ?`;

/** Open ones: the highest priority first, then the longest waiting. Ended ones: the newest first. */
export function listHandovers(
  em: EntityManager,
  tenantId: string,
  { status, after, most }: { status: HandoverStatus; after: Place | null; most: number },
): Promise<HandoverRow[]> {
  if (status === 'ended') {
    const behind = after ? 'and h.id < ?' : '';
    const values = [tenantId, ...(after ? [after[2]] : []), most];
    return em.execute(`${ROWS} and h.outcome is not null ${behind} order by h.id desc limit ?`, values);
  }
  const [priority, since, id] = after ?? [];
  const behind = after ? `and (c.priority < ? or (c.priority = ? and (${SINCE}, h.id) > (?::bigint, ?::uuid)))` : '';
  const handler = { offered: 'awaiting_consent', waiting: 'queued', taken: 'human' }[status];
  return em.execute(
    `${ROWS} and h.outcome is null and c.open_handover_id = h.id and c.handler = ? ${behind}
     order by c.priority desc, ${SINCE}, h.id limit ?`,
    [tenantId, handler, ...(after ? [priority, priority, since, id] : []), most],
  );
}

export async function readHandover(em: EntityManager, tenantId: string, id: string): Promise<HandoverRow | null> {
  const [row] = await em.execute<HandoverRow[]>(`${ROWS} and h.id = ?`, [tenantId, id]);
  return row ?? null;
}

/** How many are before this one in the queue, and this one; null unless it waits. */
export async function positionOf(em: EntityManager, tenantId: string, row: HandoverRow): Promise<number | null> {
  if (row.status !== 'waiting') return null;
  const [priority, since, id] = placeOf(row);
  const [found] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count ${WAITING}
     and (c.priority > ? or (c.priority = ? and (${SINCE}, h.id) <= (?::bigint, ?::uuid)))`,
    [tenantId, priority, priority, since, id],
  );
  return found?.count ?? null;
}

/** What a manager needs to know about it, as the conversation stands. */
export async function readPacket(
  em: EntityManager,
  tenantId: string,
  row: HandoverRow,
  channel: string,
): Promise<Packet> {
  const conversation = await em.findOneOrFail(Conversation, { tenantId, id: row.conversation_id });
  const handover = await em.findOneOrFail(Handover, { tenantId, id: row.id });
  return packetOf(em, conversation, handover, channel);
}
