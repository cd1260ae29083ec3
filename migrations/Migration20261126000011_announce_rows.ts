import { Migration } from '@mikro-orm/migrations';

/** A change is announced with the id of its row, so that what is remembered of many rows can change by one. */
export class Migration20261126000011 extends Migration {
  override readonly name = 'Migration20261126000011_announce_rows';

  override up(): void {
    this.addSql(`create or replace function announce_change() returns trigger language plpgsql as $$
      declare changed jsonb := to_jsonb(coalesce(new, old));
      begin
        perform pg_notify('frontdesk_changes', concat_ws(' ', tg_table_name,
          coalesce(changed ->> 'tenant_id', changed ->> 'id'), changed ->> 'id'));
        return null;
      end $$`);
  }
}
