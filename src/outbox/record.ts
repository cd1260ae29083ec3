import { z } from 'zod';
import { uuidList, type Statement } from '../tenancy/at-once.ts';
import { AFTERMATH, WELL } from './aftermath.ts';
import type { Claim } from './outbox.ts';

/** What became of a try. */
export interface SendResult {
  claim: Claim;
  status: 'sent' | 'queued' | 'failed';
  externalId?: string;
  /** The thread where it was shown, where that is another one by now. */
  movedTo?: string;
  errorCode?: string;
  error?: string;
  /** `queued`: not before this. */
  delayMs?: number;
  /** `sent`: taken by a platform that tells later whether it got through. */
  isAcceptedOnly?: boolean;
  /** The platform may have shown the message although we got no answer. */
  isUncertain?: boolean;
  /** The try does not count: we were asked to wait, nothing was sent. */
  isFree?: boolean;
  /** The next wait is to be longer. */
  isGrowing?: boolean;
  /** How far the failure or the wait reaches. */
  scope?: 'message' | 'conversation' | 'channel';
}

/**
 * Writes down what became of sends, and what follows from it; each result once, and only for the claim that it belongs
 * to: one that comes after another has taken the send over changes nothing. Gives rows for `notesIn`.
 */
export function recordStatements(tenantId: string, results: SendResult[]): Statement[] {
  const sent = results.filter(({ status }) => status === 'sent');
  const others = results.filter(({ status }) => status !== 'sent');
  return [...sentStatements(tenantId, sent), ...otherStatements(tenantId, others)];
}

/** The notifications that tell managers of what could not be sent, among the rows of `recordStatements`. */
export const notesIn = (rows: Record<string, unknown>[]): string[] => rows.map((row) => Note.parse(row).note_id);

const Note = z.object({ note_id: z.string() });

function sentStatements(tenantId: string, results: SendResult[]): Statement[] {
  if (results.length === 0) return [];
  const given = results.map(({ claim, externalId }) => ({
    id: claim.id,
    lease: claim.lease,
    external_id: externalId ?? null,
  }));
  return [
    [SENT, [JSON.stringify(given), tenantId, uuidList(given.map(({ id }) => id))]],
    // A channel through which something arrived is well again; what was merely accepted may still fail.
    [
      `update channels c set ${WELL}
       where tenant_id = ? and id = any (?::uuid[])
         and (send_fault is not null and id = any (?::uuid[]) or send_fault is null and health = 'unknown')`,
      [tenantId, channelsOf(results), channelsOf(results.filter(({ isAcceptedOnly }) => !isAcceptedOnly))],
    ],
  ];
}

function otherStatements(tenantId: string, results: SendResult[]): Statement[] {
  if (results.length === 0) return [];
  const given = results.map(({ claim, ...result }) => ({
    id: claim.id,
    lease: claim.lease,
    status: result.status,
    error_code: result.errorCode ?? null,
    error: result.error ?? '',
    delay_ms: result.delayMs ?? 0,
    is_uncertain: result.isUncertain ?? false,
    free: result.isFree ? 1 : 0,
    growing: result.isGrowing ? 1 : 0,
    scope: result.scope ?? 'message',
  }));
  return [[NOT_SENT, [JSON.stringify(given), tenantId, uuidList(given.map(({ id }) => id))]]];
}

const channelsOf = (results: SendResult[]) => uuidList([...new Set(results.map(({ claim }) => claim.channelId))]);

const SENT = `
  with given as (
    select * from json_to_recordset(?::json) as r (id uuid, lease timestamptz, external_id text)
  ), changed as (
    update outbound_messages o
    set status = 'sent', external_id = coalesce(g.external_id, o.external_id), error_code = null, error = null,
        due_at = now(), sent_at = now()
    from given g
    where o.tenant_id = ? and o.id = any (?::uuid[]) and o.id = g.id and o.due_at = g.lease
      and o.status || '' = 'sending'
    returning o.id, o.message_id
  )
  update messages m set status = 'sent', sent_at = now()
  where m.tenant_id = current_setting('app.tenant_id')::uuid
    and m.id = any (array(select message_id from changed)) and m.status = 'queued'
    and (select count(*) from outbound_messages other
         where other.tenant_id = m.tenant_id and other.conversation_id = m.conversation_id
           and other.status in ('queued', 'sending') and other.message_id = m.id
           and other.id <> all (array(select id from changed))) = 0`;

const NOT_SENT = `
  with given as (
    select * from json_to_recordset(?::json) as r (
      id uuid, lease timestamptz, status text, error_code text, error text, delay_ms float8, is_uncertain boolean,
      free int, growing int, scope text)
  ), changed as (
    update outbound_messages o
    set status = g.status, error_code = g.error_code, error = g.error, is_uncertain = o.is_uncertain or g.is_uncertain,
        attempts = o.attempts - g.free, waits = o.waits + g.growing, due_at = now() + make_interval(secs => g.delay_ms / 1000)
    from given g
    where o.tenant_id = ? and o.id = any (?::uuid[]) and o.id = g.id and o.due_at = g.lease
      and o.status || '' = 'sending'
    returning o.id, o.message_id, o.conversation_id, o.channel_id, o.status, o.error_code, o.error, g.scope, g.delay_ms
  ), ${AFTERMATH}, unsubscribed as (
    update conversations c set is_subscribed = false
    where c.tenant_id = current_setting('app.tenant_id')::uuid
      and c.id = any (array(
        select conversation_id from changed where status = 'failed' and scope = 'conversation'))
  )
  select id as note_id from told`;
