/**
 * SQL: what follows from `changed`, the sends of which a statement has just learnt the end. Its rows have
 * `id`, `message_id`, `conversation_id`, `channel_id`, `status`, `error_code`, `error`, `scope` and `delay_ms`. A pause reaches as far as
 * the platform said, a failure as far as its cause. Several of one channel are one change of it: a row can be changed once
 * in a statement. `told` are the notifications for managers that come of it, to be sent.
 */
export const AFTERMATH = `
  shown as (
    update messages m set status = 'failed', is_error = true
    where m.tenant_id = current_setting('app.tenant_id')::uuid
      and m.id = any (array(select message_id from changed where status = 'failed'))
  ), rest as (
    -- The rest of a message whose beginning could not be sent would make no sense.
    update outbound_messages o set status = 'discarded', error = 'an earlier part of this message failed'
    where o.tenant_id = current_setting('app.tenant_id')::uuid and o.status || '' = 'queued'
      and o.id = any (array(
        select other.id from changed join outbound_messages other on other.tenant_id = current_setting('app.tenant_id')::uuid
          and other.conversation_id = changed.conversation_id and other.message_id = changed.message_id
          and other.status = 'queued'
        where changed.status = 'failed'))
  ), reached as (
    select channel_id, max(delay_ms) filter (where status = 'queued') as pause_ms,
      min(error) filter (where status = 'failed') as reason
    from changed where scope = 'channel' group by channel_id
  ), through as (
    update channels c
    set paused_until = greatest(c.paused_until, now() + make_interval(secs => r.pause_ms / 1000)),
        send_fault = coalesce(r.reason, c.send_fault),
        send_fault_at = case when r.reason is null then c.send_fault_at else coalesce(c.send_fault_at, now()) end
    from reached r
    where c.tenant_id = current_setting('app.tenant_id')::uuid and c.id = any (array(select channel_id from reached))
      and c.id = r.channel_id
  ), told as (
    -- Whoever wrote it in a chat of managers is told there, once for a message; what \`handover/note.ts\` reads.
    insert into notifications (tenant_id, id, target_id, conversation_id, notice)
    select m.tenant_id, (m.metadata #>> '{writtenIn,noteId}')::uuid, (m.metadata #>> '{writtenIn,targetId}')::uuid,
      m.conversation_id, jsonb_build_object('note', jsonb_build_object(
        'thread', m.metadata #> '{writtenIn,thread}', 'messageId', m.metadata #> '{writtenIn,messageId}',
        'failure', jsonb_build_object('code', changed.error_code, 'reason', changed.error, 'scope', changed.scope,
          'isPartial', (
            select count(*) > 0 from outbound_messages other
            where other.tenant_id = m.tenant_id and other.conversation_id = m.conversation_id
              and other.message_id = m.id and other.status = 'sent' and other.id <> all (array(select id from changed))))))
    from changed join messages m on m.id = changed.message_id
    where m.tenant_id = current_setting('app.tenant_id')::uuid
      and m.id = any (array(select message_id from changed where status = 'failed')) and changed.status = 'failed'
      and m.metadata -> 'writtenIn' is not null and (
        select t.is_active from notification_targets t
        where t.tenant_id = m.tenant_id and t.id = (m.metadata #>> '{writtenIn,targetId}')::uuid)
    on conflict (tenant_id, id) do nothing
    returning id
  )`;

/** SQL: what a message that got through says of its channel, `c`. What a check has found is not for it to end. */
export const WELL = `
  send_fault = null, send_fault_at = null, health = case c.health when 'unknown' then 'ok' else c.health end,
  health_at = case c.health when 'broken' then c.health_at else now() end`;
