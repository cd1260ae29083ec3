import { Migration } from '@mikro-orm/migrations';

/**
 * Keys that were missing, so that nothing in a tenant's rows points at what is not there or not the tenant's. Each is
 * looked up only where its column is filled.
 *
 * These columns that name something stay without one, and why:
 * - `inbound_events.channel_id`, and the channel of messages and sends by itself: see the migration of cheaper keys.
 * - `notification_targets.reply_thread`: a chat on a platform, which is no row of ours; a chat of a channel that is
 *   gone brings no messages.
 * - `messages.external_id`, `parent_external_id`: ids of the platform. What they answer may never have reached us.
 * - ids inside `evidence`, `packet` and `notice`: what was known at that moment, kept as it was.
 */
export class Migration20261125000007 extends Migration {
  override readonly name = 'Migration20261125000007_missing_keys';

  override up(): void {
    for (const statement of [...people(), ...automation(), ...whatIsOpen()]) this.addSql(statement);
  }
}

const key = (table: string, column: string, target: string, more = '') =>
  `alter table ${table} add foreign key (tenant_id, ${column}) references ${target} ${more}`;

/** A manager who leaves is disabled, not deleted: who said and did what stays true. */
const people = () => [
  key('messages', 'user_id', 'memberships (tenant_id, user_id)'),
  // Only people have ids here: the contact is the conversation's, the system is nobody, and an agent has its run.
  `alter table ownership_transitions add check (actor_id is null or actor_kind = 'user')`,
  key('ownership_transitions', 'actor_id', 'memberships (tenant_id, user_id)'),
];

const automation = () => [
  key('messages', 'agent_id', 'agents (tenant_id, id)'),
  // The evidence goes on naming a FAQ that is gone. An answer that is being given while its FAQ is deleted is decided
  // again: the key refuses it.
  key('decisions', 'faq_id', 'faqs (tenant_id, id)', 'on delete set null (faq_id)'),
  // Read when a FAQ is deleted, which would otherwise look at all that was ever decided.
  'create index on decisions (tenant_id, faq_id) where faq_id is not null',
];

/** Checked at the end: a conversation is updated before the row that it now points at is written, which points back. */
const whatIsOpen = () => [
  key('conversations', 'open_handover_id', 'handovers (tenant_id, id)', 'deferrable initially deferred'),
  key('conversations', 'active_run_id', 'agent_runs (tenant_id, id)', 'deferrable initially deferred'),
];
