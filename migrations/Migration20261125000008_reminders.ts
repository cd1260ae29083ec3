import { Migration } from '@mikro-orm/migrations';

/** Managers are told of a further message when it has waited for an answer, not of each one while they are answering. */
export class Migration20261125000008 extends Migration {
  override readonly name = 'Migration20261125000008_reminders';

  override up(): void {
    this.addSql('alter table conversations add remind_at timestamptz, add relay_target_id uuid');
    this.addSql(`alter table conversations add foreign key (tenant_id, relay_target_id)
      references notification_targets (tenant_id, id) on delete set null (relay_target_id)`);
    this.addSql(`alter table notifications drop constraint notifications_status_check,
      add check (status in ('queued', 'sending', 'sent', 'failed', 'skipped'))`);
  }
}
