import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** The list of tenants by the beginning of their names. */
export class Migration20261126000016 extends Migration {
  override readonly name = 'Migration20261126000016_tenants';

  override up(): void {
    this.addSql('drop index tenants_by_name');
    // By bytes, so that a beginning is a range, whatever the database takes for the order of letters.
    this.addSql(`create index tenants_by_name on tenants (lower(name) collate "C", id)`);
    this.addSql('drop function system_tenants(text, uuid, text, int)');
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of list()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** `sort_name` is what the next page is asked for with. Deleted ones are shown to who asks for them. */
const list = () =>
  systemFunction(
    'system_tenants(after_name text, after_id uuid, wanted_status text, beginning text, most int)',
    `returns table (id uuid, created_at timestamptz, updated_at timestamptz, slug text, name text, status text,
      timezone text, external_ref text, deleted_at timestamptz, domain text, features text[], limits jsonb,
      suspended_at timestamptz, sort_name text)
    language sql stable security definer set search_path = public, pg_temp as $$
      select t.id, t.created_at, t.updated_at, t.slug, t.name, t.status, t.timezone, t.external_ref, t.deleted_at,
        t.domain, t.features, t.limits, t.suspended_at, lower(t.name)
      from tenants t
      where (lower(t.name) collate "C", t.id)
          > (coalesce($1, '') collate "C", coalesce($2, '00000000-0000-0000-0000-000000000000'))
        and lower(t.name) collate "C" >= lower(coalesce($4, ''))
        and lower(t.name) collate "C" <= lower(coalesce($4, '')) || chr(1114111)
        and (case when $3 is null then t.status <> 'deleted' else t.status = $3 end)
      order by lower(t.name) collate "C", t.id limit $5
    $$`,
  );
