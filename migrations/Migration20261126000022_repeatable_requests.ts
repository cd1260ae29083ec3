import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction, systemMay } from './support/tenant-table.ts';

/**
 * Requests that may be sent again and belong to no tenant: those of system admins, of people for themselves, and of whoever
 * has a link. And of all such requests, who works on them. Group threads are told apart, so that nobody writes to one
 * who means a person.
 */
export class Migration20261126000022 extends Migration {
  override readonly name = 'Migration20261126000022_repeatable_requests';

  override up(): void {
    for (const statement of [MARK_GROUPS, ...requests()]) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of doors()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** On Telegram and WhatsApp a person's own thread has the person's id; elsewhere a group is where several have spoken. */
export const MARK_GROUPS = `
  update conversations c set conversation_type = 'group' from channels ch
   where ch.tenant_id = c.tenant_id and ch.id = c.channel_id and (
     ch.kind in ('telegram', 'whatsapp') and not exists (
       select from contact_identities i
       where i.tenant_id = c.tenant_id and i.channel_id = c.channel_id and i.external_id = c.thread)
     or ch.kind = 'webhook' and exists (
       select from messages m
       where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.direction = 'in' and m.contact_id <> c.contact_id))`;

/** The service's own role may do nothing with the table but what the functions below do. */
const requests = () => [
  // Grows when a request is done anew, so that whoever was too slow for it changes nothing more.
  'alter table idempotency_keys add column attempt int not null default 1',
  `create table repeatable_requests (
    caller text not null,
    key text not null,
    created_at timestamptz not null default now(),
    request_hash bytea not null,
    status int,
    response_sealed bytea,
    etag text,
    locked_at timestamptz not null default now(),
    attempt int not null default 1,
    primary key (caller, key)
  )`,
  'create index repeatable_requests_created_at on repeatable_requests (created_at)',
  'alter table repeatable_requests enable row level security',
  'alter table repeatable_requests force row level security',
  'create policy maintenance on repeatable_requests to current_user using (true) with check (true)',
  ...(['select', 'insert', 'update'] as const).flatMap((command) => systemMay(command, 'repeatable_requests')),
  `create policy system_delete on repeatable_requests for delete to ${SYSTEM_ROLE} using (true)`,
  `grant delete on repeatable_requests to ${SYSTEM_ROLE}`,
];

const DEFINER = `security definer set search_path = public, pg_temp`;

const doors = () => [
  ...systemFunction(
    'system_begin_request(caller text, key text, request_hash bytea, abandoned_after interval)',
    `returns setof repeatable_requests language plpgsql ${DEFINER} as $$
    begin
      return query
        insert into repeatable_requests as r (caller, key, request_hash) values ($1, $2, $3)
        on conflict on constraint repeatable_requests_pkey do update
          set locked_at = now(), created_at = now(), attempt = r.attempt + 1
          where r.status is null and r.request_hash = excluded.request_hash and r.locked_at < now() - $4
        returning r.*;
    end $$`,
  ),
  ...systemFunction(
    'system_find_request(caller text, key text)',
    `returns setof repeatable_requests language sql stable ${DEFINER} as $$
      select * from repeatable_requests r where r.caller = $1 and r.key = $2
    $$`,
  ),
  ...systemFunction(
    'system_end_request(caller text, key text, attempt int, status int, response_sealed bytea, etag text)',
    `returns boolean language sql ${DEFINER} as $$
      with ended as (
        update repeatable_requests r set status = $4, response_sealed = $5, etag = $6
        where r.caller = $1 and r.key = $2 and r.attempt = $3 and r.status is null returning 1
      )
      select exists (select from ended)
    $$`,
  ),
  ...systemFunction(
    'system_hold_request(caller text, key text, attempt int)',
    `returns void language sql ${DEFINER} as $$
      update repeatable_requests r set locked_at = now()
      where r.caller = $1 and r.key = $2 and r.attempt = $3 and r.status is null
    $$`,
  ),
  ...systemFunction(
    'system_drop_request(caller text, key text, attempt int)',
    `returns void language sql ${DEFINER} as $$
      delete from repeatable_requests r
      where r.caller = $1 and r.key = $2 and r.attempt = $3 and r.status is null
    $$`,
  ),
  'drop function system_forget_requests(interval, int)',
  ...systemFunction(
    'system_forget_requests(older_than interval, most int)',
    `returns int language sql ${DEFINER} as $$
      with old as (
        select tenant_id, actor, key from idempotency_keys where created_at < now() - older_than limit most
      ), forgotten as (
        delete from idempotency_keys k using old
        where k.tenant_id = old.tenant_id and k.actor = old.actor and k.key = old.key returning 1
      ), others as (
        select caller, key from repeatable_requests where created_at < now() - older_than limit most
      ), forgotten_too as (
        delete from repeatable_requests r using others where r.caller = others.caller and r.key = others.key returning 1
      )
      select ((select count(*) from forgotten) + (select count(*) from forgotten_too))::int
    $$`,
  ),
];
