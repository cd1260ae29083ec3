import { Migration } from '@mikro-orm/migrations';
import { RUNTIME_ROLE, SYSTEM_ROLE, systemFunction, systemMay, tenantTable } from './support/tenant-table.ts';

/** Who may come in: people who log in, keys of programs, what they did, and how often they may ask. */
export class Migration20261126000013 extends Migration {
  override readonly name = 'Migration20261126000013_access';

  override up(): void {
    const all = [...people(), ...members(), ...keys(), ...audit(), ...requests(), ...limits()];
    for (const statement of all) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of lookUps()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

const DEFINER = `security definer set search_path = public, pg_temp`;

/** Seen and written by the login library's own connections only, which say that they are its. */
const logInOnly = (table: string) => [
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
  `create policy log_in on ${table} to ${RUNTIME_ROLE}
    using (current_setting('app.log_in', true) = 'on') with check (current_setting('app.log_in', true) = 'on')`,
  `create policy maintenance on ${table} to current_user using (true) with check (true)`,
  `grant select, insert, update, delete on ${table} to ${RUNTIME_ROLE}`,
];

/** Tables of the login library; passwords are hashed by it, and in a row of their own. */
const people = () => [
  `alter table users
    add column updated_at timestamptz not null default now(),
    add column email_verified boolean not null default false,
    add column image text,
    add column two_factor_enabled boolean not null default false,
    add column is_system_admin boolean not null default false,
    add column disabled_at timestamptz`,
  `create policy log_in on users to ${RUNTIME_ROLE}
    using (current_setting('app.log_in', true) = 'on') with check (current_setting('app.log_in', true) = 'on')`,
  // What the library may not write, only an operator at the database's door may: who is a system admin.
  `grant insert (id, created_at, updated_at, email, name, email_verified, image, two_factor_enabled),
    update (updated_at, email, name, email_verified, image, two_factor_enabled) on users to ${RUNTIME_ROLE}`,
  `create table auth_sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    token text not null unique,
    expires_at timestamptz not null,
    ip_address text,
    user_agent text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  'create index on auth_sessions (user_id)',
  `create table auth_accounts (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    account_id text not null,
    provider_id text not null,
    access_token text,
    refresh_token text,
    id_token text,
    access_token_expires_at timestamptz,
    refresh_token_expires_at timestamptz,
    scope text,
    password text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (provider_id, account_id)
  )`,
  'create index on auth_accounts (user_id)',
  `create table auth_verifications (
    id uuid primary key,
    identifier text not null,
    value text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  'create index on auth_verifications (identifier)',
  `create table auth_two_factors (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    secret text not null,
    backup_codes text not null,
    verified boolean not null default true
  )`,
  'create index on auth_two_factors (user_id)',
  ...['auth_sessions', 'auth_accounts', 'auth_verifications', 'auth_two_factors'].flatMap(logInOnly),
];

const members = () => [
  'alter table memberships drop constraint memberships_status_check',
  `alter table memberships
    add constraint memberships_status_check check (status in ('invited', 'active', 'disabled')),
    add column updated_at timestamptz not null default now(),
    add column invited_by uuid,
    add column is_online boolean not null default false,
    add column seen_at timestamptz,
    add column capacity int check (capacity >= 0),
    add constraint memberships_invited_by_fkey
      foreign key (tenant_id, invited_by) references memberships (tenant_id, user_id)`,
  'create index memberships_online on memberships (tenant_id) where is_online',
];

/** Of a key only its hash is kept: it has 256 random bits, which no guessing finds. */
const keys = () => [
  ...tenantTable('api_keys', {
    columns: [
      'updated_at timestamptz not null default now()',
      'name text not null',
      'secret_hash bytea not null',
      'scopes text[] not null',
      `allowed_ips text[] not null default '{}'`,
      'created_by uuid',
      'expires_at timestamptz',
      'revoked_at timestamptz',
      'last_used_at timestamptz',
      'foreign key (tenant_id, created_by) references memberships (tenant_id, user_id)',
      // The key itself names its row, before anybody knows whose it is.
      'unique (id)',
    ],
  }),
  `create trigger announce after insert or delete on api_keys for each row execute function announce_change()`,
  `create trigger announce_update after update of scopes, allowed_ips, expires_at, revoked_at on api_keys
    for each row execute function announce_change()`,
];

/** Written once: the service may neither change nor delete what it says. */
const audit = () => [
  ...tenantTable('audit_log', {
    columns: [
      `actor_kind text not null check (actor_kind in ('user', 'key', 'system'))`,
      'actor text',
      'action text not null',
      'subject text',
      `changes jsonb not null default '{}'`,
      'ip text',
      'request_id text',
    ],
    indexes: ['(tenant_id, created_at, id) where id is not null'],
  }),
  `revoke update, delete on audit_log from ${RUNTIME_ROLE}`,
];

/** What was answered to a request that may be sent again. */
const requests = () => [
  ...tenantTable('idempotency_keys', {
    withoutId: true,
    primaryKey: 'tenant_id, actor, key',
    columns: [
      'actor text not null',
      'key text not null',
      'request_hash bytea not null',
      'status int',
      // Answers may hold a key or a link that is shown once.
      'response_sealed bytea',
      'etag text',
      'locked_at timestamptz not null default now()',
    ],
  }),
  'create index idempotency_keys_created_at on idempotency_keys (created_at)',
];

/** Counters of the rate limiter; not worth a disk's time, and nobody's secret. */
const limits = () => [
  'create unlogged table rate_limits (key text primary key, points int not null default 0, expire bigint)',
  'create index on rate_limits (expire)',
  `grant select, insert, update, delete on rate_limits to ${RUNTIME_ROLE}`,
];

/** Asked before anybody knows which tenant it is about. */
const lookUps = () => [
  ...['api_keys', 'memberships', 'idempotency_keys'].flatMap((table) => systemMay('select', table)),
  `create policy system_delete on idempotency_keys for delete to ${SYSTEM_ROLE} using (true)`,
  `grant delete on idempotency_keys to ${SYSTEM_ROLE}`,
  ...systemFunction(
    'system_find_key(key uuid)',
    `returns table (tenant_id uuid, tenant_status text, secret_hash bytea, scopes text[], allowed_ips text[],
      expires_at timestamptz, revoked_at timestamptz)
    language sql stable ${DEFINER} as $$
      select k.tenant_id, t.status, k.secret_hash, k.scopes, k.allowed_ips, k.expires_at, k.revoked_at
      from api_keys k join tenants t on t.id = k.tenant_id where k.id = $1
    $$`,
  ),
  ...systemFunction(
    'system_find_member(person uuid, tenant uuid)',
    `returns table (tenant_status text, role text, member_status text, is_system_admin boolean, disabled_at timestamptz)
    language sql stable ${DEFINER} as $$
      select t.status, m.role, m.status, u.is_system_admin, u.disabled_at
      from users u
      left join tenants t on t.id = $2
      left join memberships m on m.tenant_id = t.id and m.user_id = u.id
      where u.id = $1
    $$`,
  ),
  ...systemFunction(
    'system_tenants_of(person uuid)',
    `returns table (id uuid, slug text, name text, role text) language sql stable ${DEFINER} as $$
      select t.id, t.slug, t.name, m.role from memberships m join tenants t on t.id = m.tenant_id
      where m.user_id = $1 and m.status = 'active' and t.status <> 'deleted' order by t.name, t.id
    $$`,
  ),
  ...systemFunction(
    'system_forget_requests(older_than interval, most int)',
    `returns int language sql ${DEFINER} as $$
      with old as (
        select tenant_id, actor, key from idempotency_keys where created_at < now() - older_than limit most
      ), forgotten as (
        delete from idempotency_keys k using old
        where k.tenant_id = old.tenant_id and k.actor = old.actor and k.key = old.key returning 1
      )
      select count(*)::int from forgotten
    $$`,
  ),
];
