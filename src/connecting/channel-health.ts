import type { EntityManager } from '@mikro-orm/postgresql';
import type { Channel } from '../entities/channel.ts';
import { uuidList } from '../tenancy/at-once.ts';

/** How a channel is doing: broken by what its platform says, or by what became of messages, or by both. */
export function healthOf(channel: Faults): { status: Channel['health']; reason: string | null; since: Date | null } {
  const { health, healthReason: asked, healthAt, sendFault: sent, sendFaultAt } = channel;
  if (!sent) return { status: health, reason: asked ?? null, since: healthAt ?? null };
  if (health !== 'broken') return { status: 'broken', reason: sent, since: sendFaultAt ?? null };
  const reason = !asked || asked === sent ? sent : `${sent}; ${asked}`;
  const [since = null] = [sendFaultAt, healthAt].flatMap((at) => at ?? []).toSorted((a, b) => Number(a) - Number(b));
  return { status: 'broken', reason, since };
}

type Faults = Pick<Channel, 'health' | 'healthReason' | 'healthAt' | 'sendFault' | 'sendFaultAt'>;

/** A message that could not be sent on a channel. */
export interface LastFailure {
  at: Date;
  code: string | null;
  reason: string | null;
}

/** The newest failed message of each of these channels that has one. */
export async function lastFailures(
  em: EntityManager,
  tenantId: string,
  channels: readonly Pick<Channel, 'id'>[],
): Promise<Map<string, LastFailure>> {
  if (channels.length === 0) return new Map();
  const rows = await em.execute<{ id: string; at: Date | string; code: string | null; reason: string | null }[]>(
    `select c.id, o.created_at as at, o.error_code as code, o.error as reason
     from unnest(?::uuid[]) as c (id) cross join lateral (
       select created_at, error_code, error from outbound_messages
       where tenant_id = ? and status = 'failed' and channel_id = c.id order by created_at desc limit 1) o`,
    [uuidList(channels.map(({ id }) => id)), tenantId],
  );
  return new Map(rows.map(({ id, at, code, reason }) => [id, { at: new Date(at), code, reason }]));
}
