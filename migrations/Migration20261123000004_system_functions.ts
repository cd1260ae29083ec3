import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction, systemMay } from './support/tenant-table.ts';

/**
 * The holes in the wall between tenants, all of them. Each is a function that does one thing; the service may call
 * it and sees nothing else across tenants. `src/tenancy/as-system.ts` is their only caller.
 */
export class Migration20261123000004 extends Migration {
  override readonly name = 'Migration20261123000004_system_functions';

  override up(): void {
    // The owner of a function must be able to create in its schema at that moment, and only then.
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of [...accept(), ...lookUps(), ...due(), ...retention()]) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
    for (const statement of changes()) this.addSql(statement);
  }
}

const DEFINER = `security definer set search_path = public, pg_temp`;

/** Stores webhooks of many tenants in one insert; gives back which were new. */
const accept = () => [
  ...systemMay('insert', 'inbound_events'),
  ...systemMay('select', 'inbound_events'),
  ...systemFunction(
    'system_accept(events json)',
    `returns table (n int) language sql ${DEFINER} as $$
      with given as (
        select * from json_to_recordset(events) as e (
          n int, tenant_id uuid, id uuid, channel_id uuid, external_id text, thread text,
          payload text, status text, error text)
      ), stored as (
        insert into inbound_events (tenant_id, id, channel_id, external_id, thread, payload, status, error)
        select tenant_id, id, channel_id, external_id, thread, payload, status, error from given order by n
        on conflict (tenant_id, channel_id, external_id) do nothing
        returning id
      )
      select given.n from given join stored using (id)
    $$`,
  ),
];

const lookUps = () => [
  ...systemMay('select', 'tenants'),
  ...systemMay('select', 'channels'),
  ...systemMay('select', 'channel_addresses'),
  ...systemFunction(
    'system_find_channel(kind text, purpose text, address text)',
    `returns table (tenant_id uuid, channel_id uuid, tenant_status text, channel_status text, config_sealed bytea)
    language sql stable ${DEFINER} as $$
      select c.tenant_id, c.id, t.status, c.status, c.config_sealed
      from channel_addresses a
      join channels c on c.tenant_id = a.tenant_id and c.id = a.channel_id
      join tenants t on t.id = a.tenant_id
      where a.kind = $1 and a.purpose = $2 and a.address = $3
    $$`,
  ),
  ...systemFunction(
    'system_find_tenant(slug text)',
    `returns table (id uuid, name text, status text) language sql stable ${DEFINER} as $$
      select t.id, t.name, t.status from tenants t where t.slug = $1
    $$`,
  ),
  `create policy system_insert on users for insert to ${SYSTEM_ROLE} with check (true)`,
  `create policy system_select on users for select to ${SYSTEM_ROLE} using (true)`,
  `grant select, insert on users to ${SYSTEM_ROLE}`,
  ...systemFunction(
    'system_user_for(id uuid, email text, name text)',
    `returns uuid language sql ${DEFINER} as $$
      with made as (
        insert into users (id, email, name) values ($1, lower($2), $3) on conflict (email) do nothing returning users.id
      )
      select made.id from made union all select u.id from users u where u.email = lower($2) limit 1
    $$`,
  ),
];

/** What nobody picked up: lost wake-ups, dead workers' leases, times that have come. */
const due = () => [
  ...['conversations', 'outbound_messages', 'agent_runs', 'notifications', 'handovers'].flatMap((table) =>
    systemMay('select', table),
  ),
  ...systemFunction(
    'system_due(grace interval, most int)',
    `returns table (job text, tenant_id uuid, subject text) language sql stable ${DEFINER} as $$
      (select distinct 'handle-inbound', e.tenant_id, e.channel_id || '/' || e.thread
        from (select * from inbound_events where status = 'pending' and created_at < now() - grace
              order by created_at limit most) e)
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

const retention = () => [
  ...systemMay('update', 'inbound_events'),
  ...systemFunction(
    'system_forget_payloads(older_than interval, most int)',
    `returns int language sql ${DEFINER} as $$
      with old as (
        select tenant_id, id from inbound_events
        where payload is not null and status <> 'pending' and created_at < now() - older_than
        order by created_at limit most
      ), forgotten as (
        update inbound_events e set payload = null from old
        where e.tenant_id = old.tenant_id and e.id = old.id returning 1
      )
      select count(*)::int from forgotten
    $$`,
  ),
];

/** Every process drops what it remembers of a tenant when one of these tables changes, whoever changed it. */
const changes = () => [
  `create function announce_change() returns trigger language plpgsql as $$
    declare changed jsonb := to_jsonb(coalesce(new, old));
    begin
      perform pg_notify('frontdesk_changes', tg_table_name || ' ' || coalesce(changed ->> 'tenant_id', changed ->> 'id'));
      return null;
    end $$`,
  ...['tenants', 'tenant_settings', 'channel_addresses', 'agents', 'notification_targets'].map(
    (table) =>
      `create trigger announce after insert or update or delete on ${table} for each row execute function announce_change()`,
  ),
  // Counting a hit or noting a pause changes nothing that is remembered.
  ...Object.entries({
    faqs: 'question, answer, keywords, language, priority, is_active',
    channels: 'kind, name, config_sealed, status',
  }).flatMap(([table, columns]) => [
    `create trigger announce after insert or delete on ${table} for each row execute function announce_change()`,
    `create trigger announce_update after update of ${columns} on ${table}
      for each row execute function announce_change()`,
  ]),
];
