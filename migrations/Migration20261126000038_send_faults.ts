import { Migration } from '@mikro-orm/migrations';

/** What sends have found of a channel stands beside what its platform says when it is asked: neither ends the other. */
export class Migration20261126000038 extends Migration {
  override readonly name = 'Migration20261126000038_send_faults';

  override up(): void {
    this.addSql('alter table channels add column send_fault text, add column send_fault_at timestamptz');
    this.addSql(MOVE_SEND_FAULTS);
  }
}

/** A reason that a failed send has as well was found by it. */
export const MOVE_SEND_FAULTS = `
  update channels c
  set send_fault = c.health_reason, send_fault_at = c.health_at, health = 'unknown', health_reason = null, health_at = null
  where c.health = 'broken' and exists (
    select from outbound_messages o
    where o.tenant_id = c.tenant_id and o.status = 'failed' and o.channel_id = c.id and o.error = c.health_reason)`;
