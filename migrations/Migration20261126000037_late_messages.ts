import { Migration } from '@mikro-orm/migrations';

/** A message that came late goes to managers, and the contact is told so only when writing again. */
export class Migration20261126000037 extends Migration {
  override readonly name = 'Migration20261126000037_late_messages';

  override up(): void {
    this.addSql('alter table conversations add column is_untold boolean not null default false');
  }
}
