import { Migration } from '@mikro-orm/migrations';
import { tenantTable } from './support/tenant-table.ts';

/** FAQs learn from what they failed to answer: what was suggested, what has to stay true, and what is looked at for it. */
export class Migration20261126000010 extends Migration {
  override readonly name = 'Migration20261126000010_better_faqs';

  override up(): void {
    for (const statement of [...suggestions(), ...tests(), ...lookedAt(), ...hits()]) this.addSql(statement);
  }
}

/**
 * The ids of `evidence_message_ids` are no keys: they say what was known at that moment, and no message is kept, or
 * kept from being deleted, for them.
 */
const suggestions = () => [
  ...tenantTable('faq_suggestions', {
    columns: [
      `question text not null check (question <> '')`,
      'answer text',
      'language text not null',
      'evidence_message_ids uuid[] not null',
      'source_count int not null check (source_count > 0)',
      `status text not null default 'open' check (status in ('open', 'approved', 'dismissed'))`,
      'faq_id uuid',
      'decided_by uuid',
      'foreign key (tenant_id, faq_id) references faqs (tenant_id, id) on delete set null (faq_id)',
      'foreign key (tenant_id, decided_by) references memberships (tenant_id, user_id)',
    ],
    indexes: ['(faq_id) where faq_id is not null'],
  }),
];

/** A test goes with its FAQ: nothing is left that could be hit. */
const tests = () => [
  ...tenantTable('faq_tests', {
    columns: [
      `message text not null check (message <> '')`,
      `expectation text not null check (expectation in ('answered', 'not_answered'))`,
      'faq_id uuid',
      `check (expectation = 'not_answered' or faq_id is not null)`,
      'foreign key (tenant_id, faq_id) references faqs (tenant_id, id) on delete cascade',
    ],
    indexes: ['(faq_id) where faq_id is not null'],
  }),
];

/** Both are a small part of their tables, so that they cost the other rows nothing. */
const lookedAt = () => [
  `create index decisions_unanswered on decisions (tenant_id, created_at)
    where path in ('miss', 'agent', 'limit', 'escalation')`,
  `create index messages_of_managers on messages (tenant_id, created_at) where sender_kind = 'user'`,
];

/** A FAQ's row is written over in place when it is hit. */
const hits = () => ['alter table faqs set (fillfactor = 80)'];
