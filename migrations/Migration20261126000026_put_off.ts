import { Migration } from '@mikro-orm/migrations';
import { RUNTIME_ROLE, SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** A receipt or an edit that speaks of a message which is not there yet is put off, and holds up nothing behind it. */
export class Migration20261126000026 extends Migration {
  override readonly name = 'Migration20261126000026_put_off';

  override up(): void {
    for (const statement of inbox()) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of due()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** Both are null, and so cost nothing, in all that is never put off. */
const inbox = () => [
  `alter table inbound_events
    add column due_at timestamptz,
    add column waits_for text`,
  `grant update (due_at, waits_for) on inbound_events to ${RUNTIME_ROLE}`,
];

/** As before, but for what of the inbox was put off and is not due. */
const due = () => [
  'drop function system_due(interval, int)',
  ...systemFunction(
    'system_due(grace interval, most int)',
    `returns table (job text, tenant_id uuid, subject text)
    language sql stable security definer set search_path = public, pg_temp as $$
      (select distinct 'handle-inbound', e.tenant_id, e.channel_id || '/' || e.thread
        from (select * from inbound_events where status = 'pending' and coalesce(due_at, created_at) < now() - grace
              order by coalesce(due_at, created_at) limit most) e)
      union
      (select 'handle-inbound', c.tenant_id, c.channel_id || '/' || c.thread from conversations c
        where c.turn_due_at < now() - grace order by c.turn_due_at limit most)
      union
      (select distinct 'deliver-outbound', o.tenant_id, o.conversation_id::text
        from (select * from outbound_messages where status in ('queued', 'sending') and due_at < now() - grace
              order by due_at limit most) o)
      union
      (select 'run-agent', r.tenant_id, r.id::text from agent_runs r
        where r.status = 'queued' and r.due_at < now() - grace
           or r.status in ('calling', 'waiting', 'queued') and r.deadline_at < now() order by r.deadline_at limit most)
      union
      (select 'notify-manager', n.tenant_id, n.id::text from notifications n
        where n.status in ('queued', 'sending') and n.due_at < now() - grace order by n.due_at limit most)
      union
      (select 'watch-handover', h.tenant_id, h.id::text from handovers h
        where h.outcome is null and h.timeout_at < now() order by h.timeout_at limit most)
    $$`,
  ),
];
