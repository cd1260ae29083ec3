import { Migration } from '@mikro-orm/migrations';

/** A target that managers were told through stays as a row, so that what was told says through what; its secrets go. */
export class Migration20261126000019 extends Migration {
  override readonly name = 'Migration20261126000019_deleted_targets';

  override up(): void {
    this.addSql('alter table notification_targets add column deleted_at timestamptz');
  }
}
