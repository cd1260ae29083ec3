import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** Who waits is timed by the business hours and the `queue_timeout` in force, also when these change meanwhile. */
export class Migration20261126000024 extends Migration {
  override readonly name = 'Migration20261126000024_clocks_of_who_waits';

  override up(): void {
    for (const statement of clocks()) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of due()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** Whoever changes them, the version counts up: what was timed by an older one is found by it. */
const clocks = () => [
  'alter table tenant_settings add column clock_version int not null default 1',
  `alter table handovers
    add column patience_from timestamptz,
    add column clock_version int not null default 1`,
  `create index handovers_clock on handovers (tenant_id, clock_version) where outcome is null and queued_at is not null`,
  `create function count_clock_up() returns trigger language plpgsql as $$
    begin
      new.clock_version := old.clock_version + 1;
      return new;
    end $$`,
  `create trigger clock_changes before update on tenant_settings for each row
    when (old.business_hours is distinct from new.business_hours
      or old.thresholds -> 'queue_timeout' is distinct from new.thresholds -> 'queue_timeout')
    execute function count_clock_up()`,
];

/** As before, and tenants in which somebody waits by a clock that has changed. */
const due = () => [
  'drop function system_due_queues(interval, int)',
  ...systemFunction(
    'system_due_queues(grace interval, most int)',
    `returns table (tenant_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
      (select distinct gone.tenant_id from (
        select m.tenant_id from memberships m where m.presence_due_at < now()
        order by m.presence_due_at limit $2) gone)
      union
      (select m.tenant_id from memberships m
        join tenant_settings s on s.tenant_id = m.tenant_id and s.auto_assign
        join tenants t on t.id = m.tenant_id and t.status = 'active'
        where m.is_online and m.status = 'active' and m.role <> 'viewer'
          and exists (
            select from handovers h
            join conversations c on c.tenant_id = h.tenant_id and c.id = h.conversation_id
            where h.tenant_id = m.tenant_id and h.outcome is null and h.queued_at < now() - $1
              and h.returned_by is distinct from m.user_id
              and c.handler = 'queued' and c.open_handover_id = h.id)
          and coalesce(m.capacity, s.default_capacity) > (
            select count(*) from conversations c
            where c.tenant_id = m.tenant_id and c.assignee_user_id = m.user_id and c.handler = 'human')
        limit $2)
      union
      (select s.tenant_id from tenant_settings s
        where s.clock_version > 1
          and exists (
            select from handovers h
            join conversations c on c.tenant_id = h.tenant_id and c.id = h.conversation_id
            where h.tenant_id = s.tenant_id and h.outcome is null and h.queued_at < now() - $1
              and h.clock_version < s.clock_version
              and c.handler = 'queued' and c.open_handover_id = h.id)
        limit $2)
    $$`,
  ),
];
