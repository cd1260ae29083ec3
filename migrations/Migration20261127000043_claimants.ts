import { Migration } from '@mikro-orm/migrations';
import { systemFunction, systemMay } from './support/tenant-table.ts';

const TABLES = ['outbound_messages', 'notifications'];
/** As the small indexes of what is unsent have it. */
const UNSENT = `status in ('queued', 'sending')`;

/** A claim names its claimant, so that what a dead process had taken need not wait for the end of its lease. */
export class Migration20261127000043 extends Migration {
  override readonly name = 'Migration20261127000043_claimants';

  override up(): void {
    for (const table of TABLES) this.addSql(`alter table ${table} add column claimed_by int`);
    for (const sql of [...TABLES.flatMap(mayEndLeases), ...functions()]) this.addSql(sql);
  }
}

/** Nothing else of a row may be changed across tenants. */
const mayEndLeases = (table: string) =>
  systemMay('update', table).map((sql) => sql.replace('grant update on', 'grant update (due_at) on'));

const functions = () => [
  /** In whose name something is being sent. */
  ...systemFunction(
    'system_claimants()',
    `returns table (claimed_by int) language sql stable security definer set search_path = public, pg_temp as $$
      ${TABLES.map(
        (table) => `select claimed_by from ${table} where ${UNSENT} and status = 'sending' and claimed_by is not null`,
      ).join('\n      union\n      ')}
    $$`,
  ),
  /** Ends the leases of these claimants; gives what is to be woken for. The end of a lease is its fence as well. */
  ...systemFunction(
    'system_free_claims(gone int[])',
    `returns table (job text, tenant_id uuid, subject text)
    language sql security definer set search_path = public, pg_temp as $$
      with sends as (
        update outbound_messages set due_at = now()
        where ${UNSENT} and status = 'sending' and claimed_by = any (gone) and due_at > now()
        returning tenant_id, conversation_id
      ), notices as (
        update notifications set due_at = now()
        where ${UNSENT} and status = 'sending' and claimed_by = any (gone) and due_at > now()
        returning tenant_id, id
      )
      select 'deliver-outbound', tenant_id, conversation_id::text from sends
      union all
      select 'notify-manager', tenant_id, id::text from notices
    $$`,
  ),
];
