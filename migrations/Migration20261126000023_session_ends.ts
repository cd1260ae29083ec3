import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE } from './support/tenant-table.ts';

/** When the session of a person ends, whatever the login library says. */
export class Migration20261126000023 extends Migration {
  override readonly name = 'Migration20261126000023_session_ends';

  override up(): void {
    for (const statement of absoluteEnd()) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of otherRights()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** A session that is used lives on, and yet no longer than this after the log-in. */
const absoluteEnd = () => [
  `create function bound_session() returns trigger language plpgsql set search_path = public, pg_temp as $$
  begin
    if tg_op = 'UPDATE' then
      new.created_at := old.created_at;
    else
      new.created_at := least(new.created_at, now());
    end if;
    new.expires_at := least(new.expires_at, new.created_at + interval '30 days');
    return new;
  end $$`,
  'revoke execute on function bound_session() from public',
  `create trigger bound_session before insert or update on auth_sessions for each row execute function bound_session()`,
  `update auth_sessions set expires_at = expires_at where expires_at > created_at + interval '30 days'`,
];

/** Whoever may do something else than before logs in anew: a session that somebody holds ready gains nothing. */
const otherRights = () => [
  `create function system_end_sessions() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
  begin
    delete from auth_sessions where user_id = new.user_id;
    return null;
  end $$`,
  `alter function system_end_sessions() owner to ${SYSTEM_ROLE}`,
  'revoke execute on function system_end_sessions() from public',
  // Whoever is only invited has no rights yet, and is not logged out elsewhere by being invited again.
  `create trigger end_sessions after update of role on memberships for each row
    when (old.role is distinct from new.role and old.status <> 'invited') execute function system_end_sessions()`,
  `create trigger end_sessions_of_admin after update of is_system_admin on users for each row
    when (old.is_system_admin is distinct from new.is_system_admin) execute function end_sessions()`,
];
