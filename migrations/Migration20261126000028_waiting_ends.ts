import { Migration } from '@mikro-orm/migrations';

/** How long a send has been waiting, so that waiting grows and ends. What waits already begins anew. */
export class Migration20261126000028 extends Migration {
  override readonly name = 'Migration20261126000028_waiting_ends';

  override up(): void {
    this.addSql(`alter table outbound_messages
      add column asked_at timestamptz not null default now(),
      add column waits int not null default 0`);
  }
}
