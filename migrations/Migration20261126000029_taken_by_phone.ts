import { Migration } from '@mikro-orm/migrations';

/** Conversations that were taken from the platform's own app wait for nobody any more. */
export class Migration20261126000029 extends Migration {
  override readonly name = 'Migration20261126000029_taken_by_phone';

  override up(): void {
    this.addSql(SETTLE_TAKEN);
  }
}

export const SETTLE_TAKEN = `
  update handovers h set accepted_at = coalesce(c.assigned_at, now()), accepted_by = c.assignee_user_id, timeout_at = null
  from conversations c
  where c.tenant_id = h.tenant_id and c.id = h.conversation_id and c.open_handover_id = h.id
    and c.handler = 'human' and h.outcome is null and h.accepted_at is null`;
