import { Migration } from '@mikro-orm/migrations';
import { RUNTIME_ROLE } from './support/tenant-table.ts';

/** What a tenant has, in one row. Seen with the rights of whoever asks, so each tenant sees itself. */
export class Migration20261123000005 extends Migration {
  override readonly name = 'Migration20261123000005_tenant_overview';

  override up(): void {
    // Counted one by one: joined, each table would multiply the rows of the others.
    this.addSql(`create view tenant_overview with (security_invoker = true) as
      select t.id as tenant_id, t.slug, s.system_message, s.handover_mode,
        (select count(*)::int from conversations c where c.tenant_id = t.id) as total_chats,
        (select count(*)::int from messages m where m.tenant_id = t.id) as total_messages,
        (select count(*)::int from faqs f where f.tenant_id = t.id and f.is_active) as total_faqs,
        greatest(t.updated_at, s.updated_at) as last_updated,
        (select max(c.last_activity_at) from conversations c where c.tenant_id = t.id) as last_activity
      from tenants t left join tenant_settings s on s.tenant_id = t.id`);
    this.addSql(`grant select on tenant_overview to ${RUNTIME_ROLE}`);
  }
}
