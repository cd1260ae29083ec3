import { Migration } from '@mikro-orm/migrations';
import { tenantTable } from './support/tenant-table.ts';

/** Files that managers send. */
export class Migration20261126000021 extends Migration {
  override readonly name = 'Migration20261126000021_attachments';

  override up(): void {
    for (const statement of [...attachments(), ...sends()]) this.addSql(statement);
  }
}

const attachments = () => [
  ...tenantTable('attachments', {
    columns: [
      'uploaded_by uuid',
      'message_id uuid',
      `type text not null check (type in ('image', 'video', 'audio', 'file'))`,
      `file_name text not null check (file_name <> '')`,
      'mime_type text not null',
      'size_bytes int not null check (size_bytes > 0)',
      'bytes bytea not null',
      `foreign key (tenant_id, uploaded_by) references memberships (tenant_id, user_id) on delete set null (uploaded_by)`,
      // A file is taken before its message is written, by the same transaction.
      'foreign key (tenant_id, message_id) references messages (tenant_id, id) deferrable initially deferred',
    ],
  }),
  // Pieces of a file are read without reading all of it.
  'alter table attachments alter column bytes set storage external',
  'create index attachments_unsent on attachments (tenant_id, created_at) where message_id is null',
];

/** A send of a file that is gone has neither words nor a file, which no other send has. */
const sends = () => [
  'alter table outbound_messages add column attachment_id uuid',
  `alter table outbound_messages add foreign key (tenant_id, attachment_id) references attachments (tenant_id, id)
    on delete set null (attachment_id)`,
  'create index outbound_messages_attachment on outbound_messages (attachment_id) where attachment_id is not null',
];
