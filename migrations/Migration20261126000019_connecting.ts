import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** What becomes of targets that are deleted, and of channels that are asked after from time to time. */
export class Migration20261126000019 extends Migration {
  override readonly name = 'Migration20261126000019_connecting';

  override up(): void {
    // A target that managers were told through stays as a row, so that what was told says through what.
    this.addSql('alter table notification_targets add column deleted_at timestamptz');
    this.addSql('alter table channels add column checked_at timestamptz, add column broken_told_at timestamptz');
    this.addSql(
      `create index channels_to_check on channels (coalesce(checked_at, created_at)) where status = 'active'`,
    );
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    const statements = systemFunction(
      'system_channels_to_check(kinds text[], age interval, most int)',
      `returns table (tenant_id uuid, channel_id uuid)
      language sql stable security definer set search_path = public, pg_temp as $$
        select c.tenant_id, c.id from channels c join tenants t on t.id = c.tenant_id
        where c.status = 'active' and coalesce(c.checked_at, c.created_at) < now() - $2 and c.kind = any ($1)
          and t.status = 'active'
        order by coalesce(c.checked_at, c.created_at) limit $3
      $$`,
    );
    for (const statement of statements) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}
