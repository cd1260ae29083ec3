import { Migration } from '@mikro-orm/migrations';

/** What it takes to end a turn that nobody can decide, and a talk between two machines. */
export class Migration20261126000027 extends Migration {
  override readonly name = 'Migration20261126000027_stuck_conversations';

  override up(): void {
    this.addSql(`alter table conversations
      add column turn_attempts int not null default 0,
      add column reply_hour_at timestamptz,
      add column replies_in_hour int not null default 0`);
  }
}
