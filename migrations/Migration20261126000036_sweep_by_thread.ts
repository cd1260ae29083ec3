import { Migration } from '@mikro-orm/migrations';
import { DUE_ROWS } from './Migration20261126000033_fair_sweep.ts';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** The sweep finds each thread in which something waits, however much waits in one of them. */
export class Migration20261126000036 extends Migration {
  override readonly name = 'Migration20261126000036_sweep_by_thread';

  override up(): void {
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of due()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

const FIRST = 'tenant_id, thread, channel_id, coalesce(due_at, created_at) as since';

/**
 * A walk over the index of what is pending stops once at each thread, at its first event, whatever has been handled and
 * however much waits behind it. Only where that one is young, or put off, the others are looked at. If the threads are too
 * many together, each tenant's longest waiting comes before anybody's second.
 */
export const THREADS = `
  (with recursive threads as (
    (select ${FIRST} from inbound_events where status = 'pending' order by thread, channel_id, seq limit 1)
    union all
    select next.* from threads cross join lateral (
      select ${FIRST} from inbound_events
      where status = 'pending' and (thread, channel_id) > (threads.thread, threads.channel_id)
      order by thread, channel_id, seq limit 1) next
  ), due as (
    select tenant_id, thread, channel_id, case when since < now() - grace then since else (
      select coalesce(e.due_at, e.created_at) from inbound_events e
      where e.status = 'pending' and e.thread = threads.thread and e.channel_id = threads.channel_id
        and coalesce(e.due_at, e.created_at) < now() - grace
      order by e.seq limit 1) end as since
    from threads
  )
  select 'handle-inbound', found.tenant_id, found.channel_id || '/' || found.thread from (
    select due.*, row_number() over (partition by tenant_id order by since) as place from due where since is not null
  ) found order by found.place limit most)`;

/** As before, but for the inbox. */
const due = () => [
  'drop function system_due(interval, int)',
  ...systemFunction(
    'system_due(grace interval, most int)',
    `returns table (job text, tenant_id uuid, subject text)
    language sql stable security definer set search_path = public, pg_temp as $$
      ${[THREADS, ...DUE_ROWS].join('\n      union\n')}
    $$`,
  ),
];
