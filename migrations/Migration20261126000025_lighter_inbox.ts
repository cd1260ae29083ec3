import { Migration } from '@mikro-orm/migrations';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** What a webhook waits for, in as little work as it takes. */
export class Migration20261126000025 extends Migration {
  override readonly name = 'Migration20261126000025_lighter_inbox';

  override up(): void {
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of [...accept(), ...sweep()]) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

const COLUMNS = 'tenant_id, id, channel_id, external_id, thread, payload, status, error';

// A channel that is not the tenant's leaves tenant_id empty, and the row is refused.
const GIVEN = `
  select e.n, c.tenant_id, e.id, e.channel_id, e.external_id, e.thread, e.payload, e.status, e.error
  from json_to_recordset(events) as e (
    n int, tenant_id uuid, id uuid, channel_id uuid, external_id text, thread text, payload text, status text, error text)
  left join channels c on c.tenant_id = e.tenant_id and c.id = e.channel_id
  order by e.n`;

/**
 * Gives the numbers of the events that are new, null when all are. That is the rule: so all are stored as new at first,
 * which spares each row a look at the index and a second record in the log, and only when one came before does the batch
 * begin again with a look for each.
 */
const accept = () => [
  'drop function system_accept(json)',
  ...systemFunction(
    'system_accept(events json)',
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
        select coalesce(array_agg(given.n), '{}') into news from given join stored using (id);
        return news;
      end $$`,
  ),
];

/** The sweep reads all that waits by the index of its threads: while all is well that is little, whatever has been handled. */
const sweep = () => ['drop index inbound_events_created_at_idx'];
