import { Migration } from '@mikro-orm/migrations';

/**
 * Where a transaction changes very many rows of a tenant and says so with `app.bulk`, that is announced once for the table,
 * and not with each row: equal announcements of a transaction are one.
 */
export class Migration20261126000020 extends Migration {
  override readonly name = 'Migration20261126000020_bulk_changes';

  override up(): void {
    this.addSql(`create or replace function announce_change() returns trigger language plpgsql as $$
      declare changed jsonb := to_jsonb(coalesce(new, old));
      begin
        perform pg_notify('frontdesk_changes', concat_ws(' ', tg_table_name,
          coalesce(changed ->> 'tenant_id', changed ->> 'id'),
          case when current_setting('app.bulk', true) = 'on' then null else changed ->> 'id' end));
        return null;
      end $$`);
  }
}
