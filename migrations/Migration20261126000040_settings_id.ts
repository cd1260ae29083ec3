import { Migration } from '@mikro-orm/migrations';

/** Settings have an id of their own, like every other row; there is one row for a tenant, so that its key stays the tenant. */
export class Migration20261126000040 extends Migration {
  override readonly name = 'Migration20261126000040_settings_id';

  override up(): void {
    this.addSql('alter table tenant_settings add column id uuid not null default gen_random_uuid()');
    this.addSql('alter table tenant_settings add unique (id, tenant_id)');
  }
}
