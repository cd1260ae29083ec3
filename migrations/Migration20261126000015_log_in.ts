import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction, systemMay } from './support/tenant-table.ts';

/** What logging in needs besides Migration 13. */
export class Migration20261126000015 extends Migration {
  override readonly name = 'Migration20261126000015_log_in';

  override up(): void {
    for (const statement of [...counting(), ...disabling(), ...firstAdmin()]) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of [...worksElsewhere(), ...beginningAnew()]) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

const DEFINER = `security definer set search_path = public, pg_temp`;

/** By the login library: codes that were wrong one after the other. */
const counting = () => [
  `alter table auth_two_factors
    add column failed_verification_count int not null default 0,
    add column locked_until timestamptz`,
];

/** Whoever disables a person does so as the owner of the tables. */
const disabling = () => [
  `create function end_sessions() returns trigger language plpgsql set search_path = public, pg_temp as $$
  begin
    delete from auth_sessions where user_id = new.id;
    return null;
  end $$`,
  'revoke execute on function end_sessions() from public',
  `create trigger end_sessions after update of disabled_at on users for each row
    when (new.disabled_at is not null) execute function end_sessions()`,
];

/**
 * The service may not make anybody a system admin, so the first one waits here for an address and a password. There can
 * be no mail to this address, and nobody can guess it.
 */
const firstAdmin = () => [
  `insert into users (id, email, name, is_system_admin)
    values (gen_random_uuid(), 'first-admin-' || gen_random_uuid() || '@setup.invalid', 'First admin', true)`,
];

/** Asked before somebody gets a password by a link that people pass on by themselves. */
const worksElsewhere = () =>
  systemFunction(
    'system_works_elsewhere(person uuid, tenant uuid)',
    `returns boolean language sql stable ${DEFINER} as $$
      select exists (select from users where id = $1 and is_system_admin)
        or exists (select from memberships where user_id = $1 and tenant_id <> $2 and status <> 'invited')
    $$`,
  );

/**
 * Somebody vouches for an address by making that person a member directly. If there is an account for it that nobody has
 * proven, it may be somebody else's who waits for this: it ends, and the person begins anew.
 */
const beginningAnew = () => [
  ...['auth_accounts', 'auth_sessions', 'auth_two_factors'].flatMap((table) => [
    ...systemMay('select', table),
    `create policy system_delete on ${table} for delete to ${SYSTEM_ROLE} using (true)`,
    `grant delete on ${table} to ${SYSTEM_ROLE}`,
  ]),
  ...systemMay('update', 'users').map((sql) => sql.replace('grant update on', 'grant update (two_factor_enabled) on')),
  `create function system_begin_anew() returns trigger language plpgsql ${DEFINER} as $$
  begin
    if exists (select from users where id = new.user_id and not email_verified) then
      delete from auth_sessions where user_id = new.user_id;
      delete from auth_two_factors where user_id = new.user_id;
      delete from auth_accounts where user_id = new.user_id;
      if found then
        update users set two_factor_enabled = false where id = new.user_id;
      end if;
    end if;
    return null;
  end $$`,
  `alter function system_begin_anew() owner to ${SYSTEM_ROLE}`,
  'revoke execute on function system_begin_anew() from public',
  // Invitations are accepted by whoever can log in, or is given a password by them.
  `create trigger begin_anew after insert on memberships for each row
    when (new.status = 'active') execute function system_begin_anew()`,
];
