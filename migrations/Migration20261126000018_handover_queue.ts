import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction, systemMay } from './support/tenant-table.ts';

/** Who waits for a person, who is there, and who was given whom. */
export class Migration20261126000018 extends Migration {
  override readonly name = 'Migration20261126000018_handover_queue';

  override up(): void {
    for (const statement of [...presence(), ...queue()]) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of due()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** What changes how many conversations a person can take is announced; that somebody is still there is not. */
const presence = () => [
  `alter table memberships
    add column presence_due_at timestamptz,
    add column given_at timestamptz`,
  'create index memberships_presence_due on memberships (presence_due_at) where presence_due_at is not null',
  `create trigger announce after delete on memberships for each row execute function announce_change()`,
  `create trigger announce_update after update of is_online, capacity, status, role on memberships
    for each row execute function announce_change()`,
  // Whoever may not answer any more has left at that moment, whoever says so.
  `create function note_departure() returns trigger language plpgsql as $$
    begin
      new.is_online := false;
      new.presence_due_at := now();
      return new;
    end $$`,
  `create trigger departs before update of status, role on memberships for each row
    when (new.status <> 'active' or new.role = 'viewer') execute function note_departure()`,
];

const queue = () => [
  `alter table handovers
    add column apologized_at timestamptz,
    add column told_until timestamptz`,
  `create index handovers_open on handovers (tenant_id, queued_at) where outcome is null`,
  `alter table ownership_transitions
    add column assignee_user_id uuid,
    add constraint ownership_transitions_assignee_user_id_fkey
      foreign key (tenant_id, assignee_user_id) references memberships (tenant_id, user_id)`,
];

/** Tenants in which somebody has left, or in which somebody waits although a person who is there has room. */
const due = () => [
  ...systemMay('select', 'tenant_settings'),
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
    $$`,
  ),
];
