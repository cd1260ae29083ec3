import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** Payloads come as they are, beside the rows that name their places: the database reads a tenth of the JSON. */
export class Migration20261126000041 extends Migration {
  override readonly name = 'Migration20261126000041_payloads_apart';

  override up(): void {
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    this.addSql('drop function system_accept(json)');
    for (const statement of accept()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

const COLUMNS = 'tenant_id, id, channel_id, external_id, thread, payload, status, error';

// A channel that is not the tenant's leaves tenant_id empty, and the row is refused.
const GIVEN = `
  select e.n, c.tenant_id, e.id, e.channel_id, e.external_id, e.thread,
    convert_from(substring(payloads from e.at for e.size), 'UTF8') as payload, coalesce(e.status, 'pending') as status, e.error
  from rows from (json_to_recordset(events) as (
    tenant_id uuid, id uuid, channel_id uuid, external_id text, thread text, at int, size int, status text, error text)
  ) with ordinality as e (tenant_id, id, channel_id, external_id, thread, at, size, status, error, n)
  left join channels c on c.tenant_id = e.tenant_id and c.id = e.channel_id
  order by e.n`;

/** Gives the numbers of the events that are new, counted from 1; null when all are, which is the rule, and so what is tried first. */
const accept = () =>
  systemFunction(
    'system_accept(events json, payloads bytea)',
    `returns int[] language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        news int[];
      begin
        insert into inbound_events (${COLUMNS}) select ${COLUMNS} from (${GIVEN}) given;
        return null;
      exception when unique_violation then
        with given as (${GIVEN}), stored as (
          insert into inbound_events (${COLUMNS}) select ${COLUMNS} from given order by n
          on conflict (tenant_id, channel_id, external_id) do nothing
          returning id
        )
        select coalesce(array_agg(given.n::int), '{}') into news from given join stored using (id);
        return news;
      end $$`,
  );
