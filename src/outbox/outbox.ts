import { z } from 'zod';
import { uuidList, type Statement } from '../tenancy/at-once.ts';

/** Whoever sends has this long; afterwards the send counts as lost and another worker may take it. */
export const LEASE_SECONDS = 60;

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
  replyToExternalId: string | null;
  /** Counts this try; also the fencing token: a result of an older try changes nothing. */
  attempts: number;
  lastInboundAt: Date | null;
}

/** What became of a try. */
export interface SendResult {
  claim: Claim;
  status: 'sent' | 'queued' | 'failed';
  externalId?: string;
  errorCode?: string;
  error?: string;
  /** `queued`: not before this. */
  delayMs?: number;
  /** The platform may have shown the message although we got no answer. */
  isUncertain?: boolean;
  /** The try does not count: we were asked to wait, nothing was sent. */
  isFree?: boolean;
  /** How far the failure or the wait reaches. */
  scope?: 'message' | 'conversation' | 'channel';
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
  reply_to_external_id: z.string().nullable(),
  attempts: z.number(),
  last_inbound_at: z.coerce.date().nullable(),
});
type ClaimRow = z.infer<typeof ClaimRow>;

/**
 * Takes the first unsent message of each conversation, where it is due and its channel is not paused. Only the first:
 * that keeps the order. What automation wrote before the conversation changed hands is discarded on the way.
 */
export const claimStatement = (tenantId: string, conversationIds: string[], busyChannels: string[]): Statement => [
  CLAIM,
  [tenantId, uuidList(conversationIds), uuidList(busyChannels), LEASE_SECONDS],
];

/** Rows of `claimStatement`: what to send now, and the rows that were discarded. */
export function readClaims(rows: Record<string, unknown>[]): { claims: Claim[]; discarded: ClaimRow[] } {
  const read = rows.map((row) => ClaimRow.parse(row));
  return {
    claims: read.filter((row) => row.status === 'sending').map(toClaim),
    discarded: read.filter((row) => row.status === 'discarded'),
  };
}

// A plan is made once and must be right for ever, so nothing is left to it: rows are looked up by lists of their ids and
// by sub-selects of one row, not by joins, for which the planner would rather read all that a tenant has. And where a row
// is looked up by its key, its status is hidden by || '', or the small index of what is unsent would be taken.
const CLAIM = `
  with ready as (
    select head.id, c.thread, c.last_inbound_at, head.is_automatic and head.epoch <> c.epoch as is_stale
    from conversations c
    cross join lateral (
      select o.id, o.is_automatic, o.epoch, o.due_at, o.channel_id from outbound_messages o
      where o.tenant_id = c.tenant_id and o.conversation_id = c.id and o.status in ('queued', 'sending')
      order by o.seq, o.part limit 1
    ) head
    where c.tenant_id = ? and c.id = any (?::uuid[]) and head.due_at <= now() and head.channel_id <> all (?::uuid[])
      and ${notPaused('c.tenant_id', 'head.channel_id')}
  )
  update outbound_messages o
  set status = case when ready.is_stale then 'discarded' else 'sending' end,
      error = case when ready.is_stale then 'the conversation changed hands before this was sent' end,
      is_uncertain = o.is_uncertain or o.status = 'sending',
      attempts = o.attempts + 1,
      due_at = now() + make_interval(secs => ?)
  from ready
  where o.tenant_id = current_setting('app.tenant_id')::uuid and o.id = any (array(select id from ready))
    and o.id = ready.id and o.status || '' in ('queued', 'sending') and o.due_at <= now()
  returning o.id, o.status, o.conversation_id, o.channel_id, o.message_id, ready.thread, o.text, o.attachment_id,
    o.quick_replies, o.reply_to_external_id, o.attempts, ready.last_inbound_at`;

/** The messages and decisions of discarded sends say so. */
export function withholdStatements(tenantId: string, rows: ClaimRow[]): Statement[] {
  if (rows.length === 0) return [];
  const ids = uuidList(rows.map((row) => row.message_id));
  return [
    [`update messages set status = 'withheld' where tenant_id = ? and id = any (?::uuid[])`, [tenantId, ids]],
    [
      `update decisions set withheld_reason = 'the conversation changed hands before the reply was sent'
       where tenant_id = ? and conversation_id = any (?::uuid[]) and reply_message_id = any (?::uuid[])`,
      [tenantId, uuidList(rows.map((row) => row.conversation_id)), ids],
    ],
  ];
}

/** Writes down what became of sends; each result once, and only for the try that it belongs to. */
export function recordStatements(tenantId: string, results: SendResult[]): Statement[] {
  const given = results.map(({ claim, ...result }) => ({
    id: claim.id,
    attempts: claim.attempts,
    status: result.status,
    external_id: result.externalId ?? null,
    error_code: result.errorCode ?? null,
    error: result.error ?? null,
    delay_ms: result.delayMs ?? 0,
    is_uncertain: result.isUncertain ?? false,
    free: result.isFree ? 1 : 0,
  }));
  return [
    [RECORD, [JSON.stringify(given), tenantId, uuidList(given.map(({ id }) => id))]],
    ...results.flatMap((result) => afterFailure(tenantId, result)),
    ...healed(tenantId, results),
  ];
}

/** A pause reaches as far as the platform said, a failure as far as its cause. */
function afterFailure(
  tenantId: string,
  { claim, status, scope = 'message', error = '', delayMs = 0 }: SendResult,
): Statement[] {
  if (status === 'failed') return fail(tenantId, claim, scope, error);
  if (status !== 'queued' || scope !== 'channel') return [];
  return [
    [
      `update channels set paused_until = greatest(paused_until, now() + make_interval(secs => ?))
       where tenant_id = ? and id = ?`,
      [delayMs / 1000, tenantId, claim.channelId],
    ],
  ];
}

/** A channel through which something arrived is well again. */
function healed(tenantId: string, results: SendResult[]): Statement[] {
  const working = [...new Set(results.flatMap(({ status, claim }) => (status === 'sent' ? [claim.channelId] : [])))];
  if (working.length === 0) return [];
  return [
    [
      `update channels set health = 'ok', health_reason = null, health_at = now()
       where tenant_id = ? and health <> 'ok' and id = any (?::uuid[])`,
      [tenantId, uuidList(working)],
    ],
  ];
}

const RECORD = `
  with given as (
    select * from json_to_recordset(?::json) as r (
      id uuid, attempts int, status text, external_id text, error_code text, error text, delay_ms float8,
      is_uncertain boolean, free int)
  ), changed as (
    update outbound_messages o
    set status = g.status, external_id = coalesce(g.external_id, o.external_id), error_code = g.error_code,
        error = g.error, is_uncertain = o.is_uncertain or g.is_uncertain, attempts = o.attempts - g.free,
        due_at = now() + make_interval(secs => g.delay_ms / 1000),
        sent_at = case when g.status = 'sent' then now() end
    from given g
    where o.tenant_id = ? and o.id = any (?::uuid[]) and o.id = g.id and o.attempts = g.attempts
      and o.status || '' = 'sending'
    returning o.id, o.message_id, o.status
  )
  update messages m set status = 'sent', sent_at = now()
  where m.tenant_id = current_setting('app.tenant_id')::uuid
    and m.id = any (array(select message_id from changed where status = 'sent')) and m.status = 'queued'
    and (select count(*) from outbound_messages other
         where other.tenant_id = m.tenant_id and other.conversation_id = m.conversation_id
           and other.status in ('queued', 'sending') and other.message_id = m.id
           and other.id <> all (array(select id from changed))) = 0`;

function fail(
  tenantId: string,
  claim: Claim,
  scope: 'message' | 'conversation' | 'channel',
  reason: string,
): Statement[] {
  const { messageId, conversationId, channelId } = claim;
  const statements: Statement[] = [
    [`update messages set status = 'failed', is_error = true where tenant_id = ? and id = ?`, [tenantId, messageId]],
    // The rest of a message whose beginning could not be sent would make no sense.
    [
      `update outbound_messages set status = 'discarded', error = 'an earlier part of this message failed'
       where tenant_id = ? and message_id = ? and status = 'queued'`,
      [tenantId, messageId],
    ],
  ];
  if (scope === 'conversation') {
    const sql = `update conversations set is_subscribed = false where tenant_id = ? and id = ?`;
    statements.push([sql, [tenantId, conversationId]]);
  }
  if (scope === 'channel') {
    const sql = `update channels set health = 'broken', health_reason = ?,
      health_at = case when health = 'broken' then health_at else now() end where tenant_id = ? and id = ?`;
    statements.push([sql, [reason, tenantId, channelId]]);
  }
  return statements;
}

const toClaim = (row: ClaimRow): Claim => ({
  id: row.id,
  conversationId: row.conversation_id,
  channelId: row.channel_id,
  messageId: row.message_id,
  thread: row.thread,
  text: row.text,
  attachmentId: row.attachment_id,
  quickReplies: row.quick_replies,
  replyToExternalId: row.reply_to_external_id,
  attempts: row.attempts,
  lastInboundAt: row.last_inbound_at,
});
