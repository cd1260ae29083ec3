import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** What people set about their tenants, channels, agents and conversations. */
export class Migration20261126000014 extends Migration {
  override readonly name = 'Migration20261126000014_management';

  override up(): void {
    for (const statement of [...tenants(), ...settings(), ...channels(), ...agents(), ...desk()])
      this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of lookUps()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

const DEFINER = `security definer set search_path = public, pg_temp`;

const tenants = () => [
  `alter table tenants
    add column domain text unique,
    add column features text[] not null default '{}'
      check (features <@ array['custom_agents', 'agent_sharing', 'advanced_analytics', 'priority_support']),
    add column limits jsonb not null default '{}',
    add column suspended_at timestamptz`,
  'create index tenants_by_name on tenants (lower(name), id)',
];

const settings = () => [
  `alter table tenant_settings
    add column languages text[] not null default '{}',
    add column business_hours jsonb,
    add column auto_assign boolean not null default false,
    add column default_capacity int not null default 5 check (default_capacity between 0 and 1000)`,
];

/** The secrets before the last rotation are believed until their time is over. */
const channels = () => [
  `alter table channels
    add column previous_config_sealed bytea,
    add column previous_until timestamptz,
    add column last_event_at timestamptz,
    add column disconnected_at timestamptz`,
];

const agents = () => [
  `alter table agents
    add column owner_user_id uuid,
    add column agent_type text not null default 'customer_service',
    add column system_prompt text not null default '',
    add column is_public boolean not null default false,
    add column status text not null default 'active' check (status in ('draft', 'active', 'paused')),
    add constraint agents_owner_user_id_fkey
      foreign key (tenant_id, owner_user_id) references memberships (tenant_id, user_id)`,
  'create index agents_by_owner on agents (tenant_id, owner_user_id) where is_active',
  'create index agents_by_type on agents (tenant_id, agent_type) where is_active',
  'create index agents_by_status on agents (tenant_id, status) where is_active',
];

/** Each list of conversations has an index in its order. */
const desk = () => [
  `alter table conversations
    add column priority int not null default 0,
    add column assigned_at timestamptz`,
  `create index conversations_by_assignee on conversations (tenant_id, assignee_user_id, last_activity_at desc, id desc)
    where assignee_user_id is not null`,
  `create index conversations_by_handler on conversations (tenant_id, handler, last_activity_at desc, id desc)
    where last_activity_at is not null`,
];

const lookUps = () => [
  `drop function system_find_channel(text, text, text)`,
  ...systemFunction(
    'system_find_channel(kind text, purpose text, address text)',
    `returns table (tenant_id uuid, channel_id uuid, tenant_status text, channel_status text, config_sealed bytea,
      previous_config_sealed bytea, previous_until timestamptz)
    language sql stable ${DEFINER} as $$
      select c.tenant_id, c.id, t.status, c.status, c.config_sealed, c.previous_config_sealed, c.previous_until
      from channel_addresses a
      join channels c on c.tenant_id = a.tenant_id and c.id = a.channel_id
      join tenants t on t.id = a.tenant_id
      where a.kind = $1 and a.purpose = $2 and a.address = $3
    $$`,
  ),
  ...systemFunction(
    'system_tenants(after_name text, after_id uuid, wanted_status text, most int)',
    `returns table (id uuid, created_at timestamptz, updated_at timestamptz, slug text, name text, status text,
      timezone text, external_ref text, deleted_at timestamptz, domain text, features text[], limits jsonb,
      suspended_at timestamptz)
    language sql stable ${DEFINER} as $$
      select t.id, t.created_at, t.updated_at, t.slug, t.name, t.status, t.timezone, t.external_ref, t.deleted_at,
        t.domain, t.features, t.limits, t.suspended_at
      from tenants t
      where ($3 is null or t.status = $3) and ($1 is null or (lower(t.name), t.id) > ($1, $2))
      order by lower(t.name), t.id limit $4
    $$`,
  ),
  ...systemFunction(
    'system_find_tenant_by_domain(host text)',
    `returns table (id uuid, slug text, status text) language sql stable ${DEFINER} as $$
      select t.id, t.slug, t.status from tenants t where t.domain = lower($1)
    $$`,
  ),
];
