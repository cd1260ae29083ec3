import { Migration } from '@mikro-orm/migrations';

/**
 * What keeps the hot statements cheap whatever the planner knows of the tables, which is nothing for the first minute
 * of a database and little after a flood.
 */
export class Migration20261125000009 extends Migration {
  override readonly name = 'Migration20261125000009_indexes';

  override up(): void {
    for (const statement of [...conversationsInPlace(), ...ledByWhatIsLookedUp(), ...threads(), ...retention()])
      this.addSql(statement);
  }
}

/**
 * A conversation changes with each turn. Its row is written over in place, without new entries in its indexes, where its
 * page has room and no indexed column changes; otherwise every look at it, also each check of a foreign key, steps over
 * all its dead versions.
 */
const conversationsInPlace = () => ['alter table conversations set (fillfactor = 50)'];

/**
 * An index that begins with the tenant can be read for any row of the tenant, all of it, and to a planner without
 * statistics that looks as cheap as the primary key. So only primary keys begin with it, and the list of conversations,
 * which names its column to be found.
 */
const ledByWhatIsLookedUp = () => [
  'drop index conversations_tenant_id_last_activity_at_idx',
  `create index conversations_by_activity on conversations (tenant_id, last_activity_at desc)
    where last_activity_at is not null`,
  ...instead('conversations', '(tenant_id, contact_id)', '(contact_id)'),
  ...instead('agent_runs', '(tenant_id, conversation_id, created_at)', '(conversation_id, created_at desc)'),
  ...instead('decisions', '(tenant_id, conversation_id, created_at)', '(conversation_id, created_at)'),
  'drop index decisions_tenant_id_created_at_idx',
  ...instead('handovers', '(tenant_id, conversation_id)', '(conversation_id)'),
  ...instead('notifications', '(tenant_id, conversation_id)', '(conversation_id)'),
  ...instead('channel_addresses', '(tenant_id, channel_id)', '(channel_id)'),
  ...instead('contact_identities', '(tenant_id, contact_id)', '(contact_id)'),
  ...uniqueInstead(
    'contact_identities',
    '(tenant_id, channel_id, external_id)',
    '(channel_id, external_id, tenant_id)',
  ),
  ...uniqueInstead('inbound_events', '(tenant_id, channel_id, external_id)', '(channel_id, external_id, tenant_id)'),
  ...uniqueInstead('messages', '(tenant_id, conversation_id, seq)', '(conversation_id, seq, tenant_id)'),
  ...uniqueInstead('outbound_messages', '(tenant_id, message_id, part)', '(message_id, part, tenant_id)'),
  ...uniqueInstead(
    'ownership_transitions',
    '(tenant_id, conversation_id, epoch)',
    '(conversation_id, epoch, tenant_id)',
  ),
];

/** What is looked up by the threads of a batch. */
const threads = () => [
  'drop index conversations_open_thread',
  `create unique index conversations_open_thread on conversations (thread, channel_id, tenant_id)
    where handler <> 'closed'`,
  'drop index inbound_events_tenant_id_channel_id_thread_seq_idx',
  `create index inbound_events_pending on inbound_events (thread, channel_id, seq) where status = 'pending'`,
];

/** What retention looks through comes in when an event is handled, and so costs the webhook nothing. */
const retention = () => [
  'drop index inbound_events_created_at_idx1',
  `create index inbound_events_retained on inbound_events (created_at)
    where payload is not null and status <> 'pending'`,
];

const nameOf = (table: string, columns: string) => `${table}_${columns.replace(/[()]/g, '').replaceAll(', ', '_')}`;

const instead = (table: string, old: string, columns: string) => [
  `drop index ${nameOf(table, old)}_idx`,
  `create index on ${table} ${columns}`,
];

const uniqueInstead = (table: string, old: string, columns: string) => [
  `alter table ${table} drop constraint ${nameOf(table, old)}_key, add unique ${columns}`,
];
