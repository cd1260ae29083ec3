import { Migration } from '@mikro-orm/migrations';

/** What logging in needs besides Migration 13. */
export class Migration20261126000015 extends Migration {
  override readonly name = 'Migration20261126000015_log_in';

  override up(): void {
    // Counted by the login library: codes that were wrong one after the other.
    this.addSql(
      `alter table auth_two_factors
        add column failed_verification_count int not null default 0,
        add column locked_until timestamptz`,
    );
    // Whoever disables a person does so by SQL or at the command line, as the owner of the tables.
    this.addSql(
      `create function end_sessions() returns trigger language plpgsql set search_path = public, pg_temp as $$
      begin
        delete from auth_sessions where user_id = new.id;
        return null;
      end $$`,
    );
    this.addSql('revoke execute on function end_sessions() from public');
    this.addSql(
      `create trigger end_sessions after update of disabled_at on users for each row
        when (new.disabled_at is not null) execute function end_sessions()`,
    );
    // The service may not make anybody a system admin, so the first one waits here for an address and a password. There
    // can be no mail to this address, and nobody can guess it.
    this.addSql(
      `insert into users (id, email, name, is_system_admin)
        values (gen_random_uuid(), 'first-admin-' || gen_random_uuid() || '@setup.invalid', 'First admin', true)`,
    );
  }
}
