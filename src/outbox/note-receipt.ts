import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { InboundContent } from '../channels/adapter.ts';
import type { Statement } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';
import { AFTERMATH, WELL } from './aftermath.ts';

interface Noted {
  outOfReach: string | null;
  noteId: string | null;
}

const Known = z.object({ out_of_reach: z.string().nullable(), note_id: z.string().nullable() });

type Receipt = Pick<Extract<InboundContent, { type: 'status' }>, 'messageId' | 'status' | 'error'>;

/**
 * Writes down what a platform says later of a send that it had accepted. Receipts come in any order, so a message only
 * ever moves forward, and is as far as the last of its parts; `failed` is the last word, and what follows from it is
 * what follows from a refusal. Gives null where the send is not known (yet), and otherwise the conversation that is now
 * out of reach, if any, which is left to the caller, who may have it in hand; and the notification that tells a manager of
 * the failure, if any.
 */
export async function noteReceipt(
  em: EntityManager,
  tenantId: string,
  channelId: string,
  receipt: Receipt,
): Promise<Noted | null> {
  const [known] = await runBound(em, receiptStatement(tenantId, channelId, receipt));
  if (!known) return null;
  const { out_of_reach: outOfReach, note_id: noteId } = Known.parse(known);
  return { outOfReach, noteId };
}

export function receiptStatement(
  tenantId: string,
  channelId: string,
  { messageId, status, error }: Receipt,
): Statement {
  const send = [tenantId, channelId, messageId];
  if (status !== 'failed') return [PROGRESS, [...send, status, `{${before(status).join()}}`]];
  const { code = 'failed', reason = 'the platform could not deliver the message', scope = 'message' } = error ?? {};
  return [FAILURE, [...send, code, reason, ...send, scope]];
}

const STEPS = ['queued', 'sent', 'delivered', 'read'];
const before = (status: string) => STEPS.slice(0, STEPS.indexOf(status));

/** What was sent after a send had failed for its channel, and got through, says that it is well again. */
const PROGRESS = `
  with known as (
    select message_id, channel_id, part, sent_at from outbound_messages
    where tenant_id = ? and channel_id = ? and external_id = ?
  ), shown as (
    update messages m set status = ?
    where m.tenant_id = current_setting('app.tenant_id')::uuid
      and m.id = any (array(
        select message_id from known where part = (
          select max(any_part.part) from outbound_messages any_part
          where any_part.tenant_id = current_setting('app.tenant_id')::uuid
            and any_part.message_id = known.message_id)))
      and m.status = any (?::text[])
  ), well as (
    update channels c set ${WELL}
    where c.tenant_id = current_setting('app.tenant_id')::uuid and c.id = any (array(select channel_id from known))
      and c.send_fault_at < (select max(sent_at) from known)
  )
  select null as out_of_reach, null as note_id from known`;

/** Of a send that has failed already, or is on its way again, nothing follows. */
const FAILURE = `
  with known as (
    select id from outbound_messages where tenant_id = ? and channel_id = ? and external_id = ?
  ), changed as (
    update outbound_messages o set status = 'failed', error_code = ?, error = ?
    where o.tenant_id = ? and o.channel_id = ? and o.external_id = ? and o.status || '' = 'sent'
    returning o.id, o.message_id, o.conversation_id, o.channel_id, o.status, o.error_code, o.error, ?::text as scope,
      0::float8 as delay_ms
  ), ${AFTERMATH}
  select (select min(conversation_id::text) from changed where scope = 'conversation') as out_of_reach,
    (select min(id::text) from told) as note_id
  from known`;
