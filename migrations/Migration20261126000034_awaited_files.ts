import { Migration } from '@mikro-orm/migrations';

/** A file that a manager sent in a chat is fetched when it is to be sent on; until then it has no bytes, and its source. */
export class Migration20261126000034 extends Migration {
  override readonly name = 'Migration20261126000034_awaited_files';

  override up(): void {
    this.addSql('alter table attachments add column source jsonb, alter column bytes drop not null');
    this.addSql(`alter table attachments drop constraint attachments_size_bytes_check, add check (
      size_bytes > 0 and bytes is not null or size_bytes = 0 and bytes is null and source is not null)`);
  }
}
