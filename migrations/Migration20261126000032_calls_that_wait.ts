import { Migration } from '@mikro-orm/migrations';

/** A tenant's next call, when one of its calls has ended: found at once, however many wait, of this tenant or of others. */
export class Migration20261126000032 extends Migration {
  override readonly name = 'Migration20261126000032_calls_that_wait';

  override up(): void {
    this.addSql(`create index agent_runs_next on agent_runs (tenant_id, due_at) where status = 'queued'`);
    this.addSql(
      `create index notifications_next on notifications (tenant_id, due_at) where status in ('queued', 'sending')`,
    );
  }
}
