import { z } from 'zod';
import { uuidList, type Statement } from '../tenancy/at-once.ts';
import type { Claimant } from '../tenancy/claimants.ts';

/**
 * Whoever sends has this long; afterwards the send counts as lost and another worker may take it. Longer than a send and
 * writing it down may take, which for a file, that may have to be fetched before, is longer.
 */
export const LEASE_SECONDS = { text: 60, file: 120 };

/** SQL: when the lease of a send that is taken now ends. Takes both of `LEASE_SECONDS`, as values. */
export const leaseFor = (attachmentId: string) =>
  `now() + make_interval(secs => case when ${attachmentId} is null then ?::float8 else ?::float8 end)`;

/** A message that this worker, and no other, is to send now. */
export interface Claim {
  id: string;
  conversationId: string;
  channelId: string;
  messageId: string;
  thread: string;
  /** Empty where a file is sent. */
  text: string;
  attachmentId: string | null;
  quickReplies: string[];
  /** Counts this try. */
  attempts: number;
  /** How often the platform asked to wait, without saying for how long. */
  waits: number;
  askedAt: Date;
  /** When the lease ends, as the database writes it; also the fencing token: a result of an older claim changes nothing. */
  lease: string;
  lastInboundAt: Date | null;
  /** In whose name it was claimed; entered once for each claim. */
  by: Claimant | null;
}

/** SQL: whether sending through this channel is not put off. */
export function notPaused(tenantId: string, channelId: string): string {
  return `coalesce((select ch.paused_until from channels ch where ch.tenant_id = ${tenantId} and ch.id = ${channelId}),
        '-infinity') <= now()`;
}

const ClaimRow = z.object({
  id: z.string(),
  status: z.string(),
  conversation_id: z.string(),
  channel_id: z.string(),
  message_id: z.string(),
  thread: z.string(),
  text: z.string(),
  attachment_id: z.string().nullable(),
  quick_replies: z.array(z.string()),
  attempts: z.number(),
  waits: z.number(),
  asked_at: z.coerce.date(),
  lease: z.string(),
  last_inbound_at: z.coerce.date().nullable(),
});
type ClaimRow = z.infer<typeof ClaimRow>;

/** A send of automation for a conversation that has changed hands since. Nobody can take it any more. */
export type Stale = Pick<ClaimRow, 'id' | 'conversation_id' | 'message_id'>;

/**
 * Takes the first unsent message of each conversation, where it is due and its channel is not paused. Only the first:
 * that keeps the order. What automation wrote before the conversation changed hands is not taken: it is to be withheld.
 */
export const claimStatement = (
  tenantId: string,
  conversationIds: string[],
  busyChannels: string[],
  by: Claimant | null = null,
): Statement => [
  CLAIM,
  [
    tenantId,
    uuidList(conversationIds),
    uuidList(busyChannels),
    by?.number ?? null,
    LEASE_SECONDS.text,
    LEASE_SECONDS.file,
  ],
];

/** Rows of `claimStatement`: what to send now, which enters `by` for each, and what is to be withheld. */
export function readClaims(
  rows: Record<string, unknown>[],
  by: Claimant | null = null,
): { claims: Claim[]; stale: Stale[] } {
  const read = rows.map((row) => ClaimRow.parse(row));
  const toSend = read.filter((row) => row.status === 'sending');
  for (const _ of toSend) by?.enter();
  return {
    claims: toSend.map((row) => toClaim(row, by)),
    stale: read.filter((row) => row.status === 'stale'),
  };
}

// A plan is made once and must be right for ever, so nothing is left to it: rows are looked up by lists of their ids and
// by sub-selects of one row, not by joins, for which the planner would rather read all that a tenant has. And where a row
// is looked up by its key, its status is hidden by || '', or the small index of what is unsent would be taken.
const CLAIM = `
  with ready as (
    select head.id, c.id as conversation_id, head.channel_id, head.message_id, c.thread, c.last_inbound_at,
      head.is_automatic and head.epoch <> c.epoch as is_stale
    from conversations c
    cross join lateral (
      select o.id, o.is_automatic, o.epoch, o.due_at, o.channel_id, o.message_id from outbound_messages o
      where o.tenant_id = c.tenant_id and o.conversation_id = c.id and o.status in ('queued', 'sending')
      order by o.seq, o.part limit 1
    ) head
    where c.tenant_id = ? and c.id = any (?::uuid[]) and head.due_at <= now() and head.channel_id <> all (?::uuid[])
      and ${notPaused('c.tenant_id', 'head.channel_id')}
  ), taken as (
    update outbound_messages o
    set status = 'sending', error = null, is_uncertain = o.is_uncertain or o.status = 'sending',
        attempts = o.attempts + 1, claimed_by = ?, due_at = ${leaseFor('o.attachment_id')}
    from ready
    where o.tenant_id = current_setting('app.tenant_id')::uuid
      and o.id = any (array(select id from ready where not is_stale))
      and o.id = ready.id and o.status || '' in ('queued', 'sending') and o.due_at <= now()
    returning o.id, o.status, o.conversation_id, o.channel_id, o.message_id, ready.thread, o.text, o.attachment_id,
      o.quick_replies, o.attempts, o.waits, o.asked_at, o.due_at::text as lease, ready.last_inbound_at
  )
  select * from taken
  union all
  select id, 'stale', conversation_id, channel_id, message_id, thread, '', null, '{}', 0, 0, now(), now()::text,
    last_inbound_at
  from ready where is_stale`;

/**
 * Discards sends, and their messages and decisions say so. For one transaction: whoever does it may die at any moment. What
 * somebody has taken meanwhile, before the conversation changed hands, is on its way.
 */
export function withholdStatements(tenantId: string, rows: Stale[]): Statement[] {
  if (rows.length === 0) return [];
  const messageIds = uuidList(rows.map((row) => row.message_id));
  return [
    [DISCARD, [tenantId, uuidList(rows.map((row) => row.id)), tenantId]],
    [
      `update decisions set withheld_reason = 'the conversation changed hands before the reply was sent'
       where tenant_id = ? and conversation_id = any (?::uuid[]) and reply_message_id = any (?::uuid[])
         and exists (select from messages m where m.tenant_id = ? and m.id = reply_message_id and m.status = 'withheld')`,
      [tenantId, uuidList(rows.map((row) => row.conversation_id)), messageIds, tenantId],
    ],
  ];
}

const DISCARD = `
  with discarded as (
    update outbound_messages
    set status = 'discarded', error = 'the conversation changed hands before this was sent',
        is_uncertain = is_uncertain or status = 'sending'
    where tenant_id = ? and id = any (?::uuid[]) and status || '' in ('queued', 'sending') and due_at <= now()
    returning message_id
  )
  update messages set status = 'withheld' where tenant_id = ? and id = any (array(select message_id from discarded))`;

const toClaim = (row: ClaimRow, by: Claimant | null): Claim => ({
  id: row.id,
  conversationId: row.conversation_id,
  channelId: row.channel_id,
  messageId: row.message_id,
  thread: row.thread,
  text: row.text,
  attachmentId: row.attachment_id,
  quickReplies: row.quick_replies,
  attempts: row.attempts,
  waits: row.waits,
  askedAt: row.asked_at,
  lease: row.lease,
  lastInboundAt: row.last_inbound_at,
  by,
});
