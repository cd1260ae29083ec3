import { Migration } from '@mikro-orm/migrations';
import { tenantTable } from './support/tenant-table.ts';

/** The way to a manager: handovers, whom to tell and what was told. */
export class Migration20261123000003 extends Migration {
  override readonly name = 'Migration20261123000003_handovers';

  override up(): void {
    for (const statement of handovers()) this.addSql(statement);
  }
}

const handovers = () => [
  ...tenantTable('handovers', {
    columns: [
      'updated_at timestamptz not null default now()',
      'conversation_id uuid not null',
      'reason_category text not null',
      'reason_text text not null',
      `mode text not null check (mode in ('ask', 'immediate', 'manual'))`,
      `consent text not null default 'none' check (consent in ('none', 'yes', 'no'))`,
      'asked_at timestamptz',
      'queued_at timestamptz',
      'timeout_at timestamptz',
      'accepted_at timestamptz',
      'accepted_by uuid',
      'returned_at timestamptz',
      'returned_by uuid',
      `packet jsonb not null default '{}'`,
      'outcome text',
      'foreign key (tenant_id, accepted_by) references memberships (tenant_id, user_id)',
      'foreign key (tenant_id, returned_by) references memberships (tenant_id, user_id)',
    ],
    references: { conversation_id: 'conversations' },
    indexes: ['(tenant_id, conversation_id)', '(timeout_at) where outcome is null and timeout_at is not null'],
  }),
  ...tenantTable('notification_targets', {
    columns: [
      'updated_at timestamptz not null default now()',
      'kind text not null',
      'name text not null',
      'config_sealed bytea not null',
      'reply_thread text',
      'is_active boolean not null default true',
    ],
  }),
  ...tenantTable('notifications', {
    columns: [
      'updated_at timestamptz not null default now()',
      'target_id uuid not null',
      'conversation_id uuid not null',
      'handover_id uuid',
      'notice jsonb not null',
      `status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed'))`,
      'attempts int not null default 0',
      'due_at timestamptz not null default now()',
      'external_id text',
      'error text',
      'sent_at timestamptz',
    ],
    references: {
      target_id: 'notification_targets',
      conversation_id: 'conversations',
      handover_id: 'handovers',
    },
    indexes: [
      `(due_at) where status in ('queued', 'sending')`,
      '(tenant_id, target_id, external_id) where external_id is not null',
      '(tenant_id, conversation_id)',
    ],
  }),
];
