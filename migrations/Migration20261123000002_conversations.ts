import { Migration } from '@mikro-orm/migrations';
import { tenantTable } from './support/tenant-table.ts';

const handlers = `('bot', 'awaiting_consent', 'queued', 'human', 'closed')`;

/** What happens: conversations, the inbox and the outbox, agents' runs and decisions. */
export class Migration20261123000002 extends Migration {
  override readonly name = 'Migration20261123000002_conversations';

  override up(): void {
    for (const statement of [...conversations(), ...boxes(), ...automation()]) this.addSql(statement);
  }
}

const conversations = () => [
  ...tenantTable('conversations', {
    columns: [
      'updated_at timestamptz not null default now()',
      'channel_id uuid not null',
      'contact_id uuid not null',
      'thread text not null',
      'title text',
      `conversation_type text not null default 'chat'`,
      `handler text not null default 'bot' check (handler in ${handlers})`,
      'epoch int not null default 0',
      'assignee_user_id uuid',
      'language text',
      'last_seq int not null default 0',
      'answered_seq int not null default 0',
      'context_cut_seq int not null default 0',
      'context_cut_at timestamptz',
      'turn_started_at timestamptz',
      'turn_due_at timestamptz',
      'bot_reply_count int not null default 0',
      'missed_count int not null default 0',
      'consent_asked_at timestamptz',
      'consent_asked_count int not null default 0',
      'consent_quiet_turns int not null default 0',
      'last_turn_digest text',
      'open_handover_id uuid',
      'active_run_id uuid',
      'is_subscribed boolean not null default true',
      'last_inbound_at timestamptz',
      'last_activity_at timestamptz not null default now()',
      'first_response_at timestamptz',
      'closed_at timestamptz',
      'foreign key (tenant_id, assignee_user_id) references memberships (tenant_id, user_id)',
    ],
    references: { channel_id: 'channels', contact_id: 'contacts' },
    indexes: [
      '(tenant_id, last_activity_at desc)',
      "(tenant_id, handler, last_activity_at) where handler in ('queued', 'human', 'awaiting_consent')",
      '(tenant_id, contact_id)',
      '(turn_due_at) where turn_due_at is not null',
      `(consent_asked_at) where handler = 'awaiting_consent'`,
    ],
  }),
  // A thread has one open conversation, however many processes see its first message at once.
  `create unique index conversations_open_thread on conversations (tenant_id, channel_id, thread)
    where handler <> 'closed'`,
  ...tenantTable('messages', {
    columns: [
      'conversation_id uuid not null',
      'channel_id uuid not null',
      'seq int not null',
      `sender_kind text not null check (sender_kind in ('contact', 'user', 'agent', 'system'))`,
      'contact_id uuid',
      'user_id uuid',
      'agent_id uuid',
      `direction text not null check (direction in ('in', 'out', 'internal'))`,
      'content text not null',
      `content_type text not null default 'text'`,
      `attachments jsonb not null default '[]'`,
      'parent_external_id text',
      'external_id text',
      `status text not null check (status in
        ('received', 'queued', 'sent', 'delivered', 'read', 'failed', 'withheld'))`,
      'is_internal boolean not null default false',
      'is_error boolean not null default false',
      'requires_action boolean not null default false',
      'language text',
      `reactions jsonb not null default '{}'`,
      `metadata jsonb not null default '{}'`,
      'sent_at timestamptz',
      'edited_at timestamptz',
      'deleted_at timestamptz',
    ],
    uniques: ['conversation_id, seq'],
    references: { conversation_id: 'conversations', channel_id: 'channels', contact_id: 'contacts' },
  }),
  `create unique index messages_external on messages (tenant_id, channel_id, external_id)
    where external_id is not null`,
  ...tenantTable('ownership_transitions', {
    columns: [
      'conversation_id uuid not null',
      'epoch int not null',
      `from_handler text not null check (from_handler in ${handlers})`,
      `to_handler text not null check (to_handler in ${handlers})`,
      `actor_kind text not null check (actor_kind in ('contact', 'user', 'agent', 'system'))`,
      'actor_id uuid',
      'reason text not null',
    ],
    uniques: ['conversation_id, epoch'],
    references: { conversation_id: 'conversations' },
  }),
];

const boxes = () => [
  ...tenantTable('inbound_events', {
    columns: [
      'channel_id uuid not null',
      'seq bigint not null generated always as identity',
      'external_id text not null',
      'thread text not null',
      'payload text',
      `status text not null default 'pending' check (status in ('pending', 'handled', 'ignored', 'failed'))`,
      'error text',
      'attempts int not null default 0',
      'handled_at timestamptz',
    ],
    uniques: ['channel_id, external_id'],
    references: { channel_id: 'channels' },
    indexes: [
      `(tenant_id, channel_id, thread, seq) where status = 'pending'`,
      `(created_at) where status = 'pending'`,
      `(tenant_id, created_at) where status = 'failed'`,
      '(created_at) where payload is not null',
    ],
  }),
  ...tenantTable('outbound_messages', {
    columns: [
      'conversation_id uuid not null',
      'channel_id uuid not null',
      'message_id uuid not null',
      'seq int not null',
      'part int not null default 0',
      'epoch int not null',
      'is_automatic boolean not null',
      'text text not null',
      `quick_replies text[] not null default '{}'`,
      'reply_to_external_id text',
      `status text not null default 'queued' check (status in
        ('queued', 'sending', 'sent', 'failed', 'discarded'))`,
      'attempts int not null default 0',
      'due_at timestamptz not null default now()',
      'is_uncertain boolean not null default false',
      'external_id text',
      'error_code text',
      'error text',
      'sent_at timestamptz',
    ],
    uniques: ['message_id, part'],
    references: { conversation_id: 'conversations', channel_id: 'channels', message_id: 'messages' },
    indexes: [
      `(tenant_id, conversation_id, seq, part) where status in ('queued', 'sending')`,
      `(due_at) where status in ('queued', 'sending')`,
      '(tenant_id, channel_id, external_id) where external_id is not null',
      `(tenant_id, created_at) where status = 'failed'`,
    ],
  }),
];

const automation = () => [
  ...tenantTable('agents', {
    columns: [
      'updated_at timestamptz not null default now()',
      'name text not null',
      'kind text not null',
      'settings_sealed bytea not null',
      'channel_id uuid',
      'is_active boolean not null default true',
    ],
    references: { channel_id: 'channels' },
  }),
  'alter table tenant_settings add foreign key (tenant_id, agent_id) references agents (tenant_id, id)',
  ...tenantTable('agent_runs', {
    columns: [
      'updated_at timestamptz not null default now()',
      'conversation_id uuid not null',
      'agent_id uuid not null',
      'epoch int not null',
      'first_seq int not null',
      'last_seq int not null',
      `status text not null default 'queued' check (status in
        ('queued', 'calling', 'waiting', 'answered', 'failed', 'expired', 'discarded'))`,
      'deadline_at timestamptz not null',
      'due_at timestamptz not null default now()',
      'started_at timestamptz',
      'ended_at timestamptz',
      'answer jsonb',
      'error text',
      'attempts int not null default 0',
      `late_answers jsonb not null default '[]'`,
    ],
    references: { conversation_id: 'conversations', agent_id: 'agents' },
    indexes: [
      `(deadline_at) where status in ('queued', 'calling', 'waiting')`,
      '(tenant_id, conversation_id, created_at desc)',
    ],
  }),
  ...tenantTable('decisions', {
    columns: [
      'conversation_id uuid not null',
      'epoch int not null',
      'first_seq int not null',
      'last_seq int not null',
      'path text not null',
      'outcome text not null',
      'reason text not null',
      'language text not null',
      'faq_id uuid',
      'confidence double precision',
      `evidence jsonb not null default '{}'`,
      `thresholds jsonb not null default '{}'`,
      'settings_version int not null',
      `handler_before text not null check (handler_before in ${handlers})`,
      `handler_after text not null check (handler_after in ${handlers})`,
      'agent_run_id uuid',
      'reply_message_id uuid',
      'withheld_reason text',
      'duration_ms double precision not null default 0',
    ],
    references: { conversation_id: 'conversations', agent_run_id: 'agent_runs', reply_message_id: 'messages' },
    indexes: ['(tenant_id, conversation_id, created_at)', '(tenant_id, created_at)'],
  }),
];
