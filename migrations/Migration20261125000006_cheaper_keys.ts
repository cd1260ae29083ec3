import { Migration } from '@mikro-orm/migrations';
import { RUNTIME_ROLE } from './support/tenant-table.ts';

/**
 * A foreign key to a channel locks the channel's row for each message, and a busy channel's row then carries the locks of
 * all transactions at once: that cost more than everything else together. What is proven elsewhere is not proven again.
 */
export class Migration20261125000006 extends Migration {
  override readonly name = 'Migration20261125000006_cheaper_keys';

  override up(): void {
    for (const statement of [...messages(), ...inbox(), ...outbox(), ...primaryKeysLast()]) this.addSql(statement);
  }
}

/** The conversation vouches for the channel: one key for both, to a row that its writer has locked anyway. */
const messages = () => [
  'alter table conversations add unique (tenant_id, id, channel_id)',
  ...['messages', 'outbound_messages'].flatMap((table) => [
    `alter table ${table} drop constraint ${table}_tenant_id_channel_id_fkey`,
    `alter table ${table} drop constraint ${table}_tenant_id_conversation_id_fkey`,
    `alter table ${table} add foreign key (tenant_id, conversation_id, channel_id)
       references conversations (tenant_id, id, channel_id)`,
  ]),
];

/** The inbox has one door, which looks the channels of a whole batch up at once; there is no other way in. */
const inbox = () => [
  'alter table inbound_events drop constraint inbound_events_tenant_id_channel_id_fkey',
  `revoke insert, update on inbound_events from ${RUNTIME_ROLE}`,
  `grant update (status, error, attempts, handled_at) on inbound_events to ${RUNTIME_ROLE}`,
  // A channel that is not the tenant's leaves tenant_id empty, and the row is refused.
  `create or replace function system_accept(events json) returns table (n int)
    language sql security definer set search_path = public, pg_temp as $$
      with given as (
        select e.n, c.tenant_id, e.id, e.channel_id, e.external_id, e.thread, e.payload, e.status, e.error
        from json_to_recordset(events) as e (
          n int, tenant_id uuid, id uuid, channel_id uuid, external_id text, thread text,
          payload text, status text, error text)
        left join channels c on c.tenant_id = e.tenant_id and c.id = e.channel_id
      ), stored as (
        insert into inbound_events (tenant_id, id, channel_id, external_id, thread, payload, status, error)
        select tenant_id, id, channel_id, external_id, thread, payload, status, error from given order by n
        on conflict (tenant_id, channel_id, external_id) do nothing
        returning id
      )
      select given.n from given join stored using (id)
    $$`,
];

/** Led by the conversation, the index of what is unsent cannot be taken for a list of all that a tenant has. */
const outbox = () => [
  'drop index outbound_messages_tenant_id_conversation_id_seq_part_idx',
  `create index outbound_messages_unsent on outbound_messages (conversation_id, seq, part)
    where status in ('queued', 'sending')`,
];

/**
 * The plan that checks a foreign key is made once for each connection, and of two indexes that look alike to the
 * planner, as all do in an empty table, it takes the newest. That must be the primary key: another index would read all
 * rows of the tenant for each check, for as long as the connection lives.
 */
const primaryKeysLast = () => {
  const references = [
    ['outbound_messages', 'message_id', 'messages'],
    ['decisions', 'reply_message_id', 'messages'],
    ['decisions', 'agent_run_id', 'agent_runs'],
    ['notifications', 'handover_id', 'handovers'],
  ] as const;
  return [
    ...references.map(([table, column]) => `alter table ${table} drop constraint ${table}_tenant_id_${column}_fkey`),
    ...['messages', 'agent_runs', 'handovers'].map(
      (table) => `alter table ${table} drop constraint ${table}_pkey, add primary key (tenant_id, id)`,
    ),
    ...references.map(
      ([table, column, target]) =>
        `alter table ${table} add foreign key (tenant_id, ${column}) references ${target} (tenant_id, id)`,
    ),
  ];
};
