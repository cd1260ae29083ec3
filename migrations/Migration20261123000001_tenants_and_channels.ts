import { Migration } from '@mikro-orm/migrations';
import { isolate, RUNTIME_ROLE, tenantTable } from './support/tenant-table.ts';

/** Who owns what: tenants, their people and FAQs, the channels they are reached by and the contacts who write. */
export class Migration20261123000001 extends Migration {
  override readonly name = 'Migration20261123000001_tenants_and_channels';

  override up(): void {
    for (const statement of [...tenancy(), ...channels()]) this.addSql(statement);
  }
}

const tenancy = () => [
  `create table tenants (
    id uuid primary key,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    name text not null,
    status text not null default 'active' check (status in ('active', 'suspended', 'deleted')),
    timezone text not null default 'UTC',
    external_ref text,
    deleted_at timestamptz
  )`,
  ...isolate('tenants', 'id'),
  ...tenantTable('tenant_settings', {
    withoutId: true,
    primaryKey: 'tenant_id',
    columns: [
      'updated_at timestamptz not null default now()',
      `system_message text not null default ''`,
      `handover_mode text not null default 'ask' check (handover_mode in ('ask', 'immediate'))`,
      'handover_message text',
      `language text not null default 'en'`,
      `thresholds jsonb not null default '{}'`,
      'agent_id uuid',
      'settings_version int not null default 1',
    ],
  }),
  `create table users (
    id uuid primary key,
    created_at timestamptz not null default now(),
    email text not null unique,
    name text not null
  )`,
  ...tenantTable('memberships', {
    withoutId: true,
    primaryKey: 'tenant_id, user_id',
    columns: [
      'user_id uuid not null references users (id)',
      `role text not null check (role in ('owner', 'admin', 'manager', 'viewer'))`,
      `status text not null default 'active' check (status in ('active', 'disabled'))`,
    ],
    indexes: ['(user_id)'],
  }),
  // A user is visible to a tenant through a membership only.
  'alter table users enable row level security',
  'alter table users force row level security',
  `create policy member on users for select to ${RUNTIME_ROLE} using (
    exists (select from memberships m where m.user_id = users.id))`,
  `create policy maintenance on users to current_user using (true) with check (true)`,
  `grant select on users to ${RUNTIME_ROLE}`,
  ...tenantTable('faqs', {
    columns: [
      'updated_at timestamptz not null default now()',
      `question text not null check (question <> '')`,
      `answer text not null check (answer <> '')`,
      `keywords text[] not null default '{}'`,
      'language text',
      'priority int not null default 1',
      'is_active boolean not null default true',
      `source text not null default 'manual' check (source in ('manual', 'import', 'suggested'))`,
      'hit_count int not null default 0',
      'last_hit_at timestamptz',
    ],
    indexes: ['(tenant_id) where is_active'],
  }),
];

const channels = () => [
  ...tenantTable('channels', {
    columns: [
      'updated_at timestamptz not null default now()',
      'kind text not null',
      'name text not null',
      'config_sealed bytea not null',
      `status text not null default 'active' check (status in ('active', 'disabled'))`,
      `health text not null default 'unknown' check (health in ('unknown', 'ok', 'broken'))`,
      'health_reason text',
      'health_at timestamptz',
      'paused_until timestamptz',
    ],
  }),
  ...tenantTable('channel_addresses', {
    columns: [
      'channel_id uuid not null',
      'kind text not null',
      `purpose text not null check (purpose in ('key', 'account'))`,
      'address text not null',
      // One address leads to one channel of one tenant, so this key cannot begin with the tenant.
      'unique (kind, purpose, address)',
    ],
    references: { channel_id: 'channels' },
    indexes: ['(tenant_id, channel_id)'],
  }),
  ...tenantTable('contacts', {
    columns: [
      'updated_at timestamptz not null default now()',
      'display_name text',
      'locale text',
      `attributes jsonb not null default '{}'`,
      'blocked_at timestamptz',
    ],
  }),
  ...tenantTable('contact_identities', {
    columns: ['contact_id uuid not null', 'channel_id uuid not null', 'external_id text not null'],
    uniques: ['channel_id, external_id'],
    references: { contact_id: 'contacts', channel_id: 'channels' },
    indexes: ['(tenant_id, contact_id)'],
  }),
];
