import type { NewOutbound } from '../entities/outbound-message.ts';
import { uuidList, type Statement } from '../tenancy/at-once.ts';
import type { Claimant } from '../tenancy/claimants.ts';
import { leaseFor, LEASE_SECONDS, notPaused } from './outbox.ts';

/** The first send of each conversation, where its channel has room: only these may leave at once. */
export function firstOfEach(sends: NewOutbound[], busyChannels: string[]): NewOutbound[] {
  const first = new Map<string, NewOutbound>();
  for (const send of sends) if (!first.has(send.conversationId)) first.set(send.conversationId, send);
  return [...first.values()].filter(({ channelId }) => !busyChannels.includes(channelId));
}

/**
 * Writes sends into the outbox. Of `heads`, those are taken at once, as `claimStatement` would take them a moment
 * later, before which nothing of their conversation waits, whose channel is not paused and whose conversation has not
 * changed hands meanwhile. Gives the rows that were taken, for `readClaims`.
 */
export const enqueueStatement = (sends: NewOutbound[], heads: NewOutbound[], by: Claimant | null = null): Statement => [
  ENQUEUE,
  [
    JSON.stringify(sends.map(toRow)),
    uuidList(heads.map((head) => head.conversationId)),
    uuidList(heads.map((head) => head.id)),
    by?.number ?? null,
    LEASE_SECONDS.text,
    LEASE_SECONDS.file,
  ],
];

const toRow = (send: NewOutbound) => ({
  tenant_id: send.tenantId,
  id: send.id,
  conversation_id: send.conversationId,
  channel_id: send.channelId,
  message_id: send.messageId,
  seq: send.seq,
  part: send.part,
  epoch: send.epoch,
  is_automatic: send.isAutomatic,
  text: send.text,
  attachment_id: send.attachmentId ?? null,
  quick_replies: send.quickReplies,
});

const ENQUEUE = `
  with given as (
    select * from json_populate_recordset(null::outbound_messages, ?::json)
  ), taken as (
    select g.id, c.thread, c.last_inbound_at
    from conversations c
    join given g on g.conversation_id = c.id
    where c.tenant_id = current_setting('app.tenant_id')::uuid and c.id = any (?::uuid[]) and g.id = any (?::uuid[])
      and not (g.is_automatic and g.epoch <> c.epoch)
      and ${notPaused('c.tenant_id', 'g.channel_id')}
      and not exists (
        select from outbound_messages o
        where o.tenant_id = g.tenant_id and o.conversation_id = g.conversation_id and o.status in ('queued', 'sending'))
  ), stored as (
    insert into outbound_messages (tenant_id, id, conversation_id, channel_id, message_id, seq, part, epoch,
      is_automatic, text, attachment_id, quick_replies, status, attempts, claimed_by, due_at)
    select g.tenant_id, g.id, g.conversation_id, g.channel_id, g.message_id, g.seq, g.part, g.epoch,
      g.is_automatic, g.text, g.attachment_id, g.quick_replies, case when t.id is null then 'queued' else 'sending' end,
      case when t.id is null then 0 else 1 end, case when t.id is null then null else ?::int end,
      case when t.id is null then now() else ${leaseFor('g.attachment_id')} end
    from given g left join taken t on t.id = g.id
    returning id, status, conversation_id, channel_id, message_id, text, attachment_id, quick_replies,
      attempts, waits, asked_at, due_at::text as lease
  )
  select stored.*, taken.thread, taken.last_inbound_at from stored join taken using (id)`;
