import { Migration } from '@mikro-orm/migrations';
import { RUNTIME_ROLE, SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** The sweep finds what is due of every tenant, however much of one tenant's waits. */
export class Migration20261126000033 extends Migration {
  override readonly name = 'Migration20261126000033_fair_sweep';

  override up(): void {
    for (const statement of [...indexes(), ...failing()]) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of due()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

interface Kind {
  job: string;
  table: string;
  /** Column that tells apart whose the rows are, finely enough: each of its values is one tenant's. */
  whose: string;
  /** Column by which the oldest comes first. */
  oldest: string;
  /** The rows of the index; no others are read. */
  open: string;
  /** Which of them, as `o`, are due. */
  isDue: string;
  /** Of `first`, the oldest one of somebody: whether it is worth while to look at the others. */
  isWorthALook?: string;
  subject: string;
}

const UNSENT = `status in ('queued', 'sending')`;
const RUNNING = `status in ('queued', 'calling', 'waiting')`;

const TURNS: Kind = {
  job: 'handle-inbound',
  table: 'conversations',
  whose: 'channel_id',
  oldest: 'turn_due_at',
  open: 'turn_due_at is not null',
  isDue: 'o.turn_due_at < now() - grace',
  isWorthALook: 'first.turn_due_at < now() - grace',
  subject: `o.channel_id || '/' || o.thread`,
};

/** Only the first of a conversation is ever sent next, and nothing through a channel that was asked to wait. */
const SENDS: Kind = {
  job: 'deliver-outbound',
  table: 'outbound_messages',
  whose: 'channel_id',
  oldest: 'due_at',
  open: UNSENT,
  isDue: `o.due_at < now() - grace and not exists (
      select from outbound_messages before
      where before.tenant_id = o.tenant_id and before.conversation_id = o.conversation_id and before.${UNSENT}
        and (before.seq, before.part) < (o.seq, o.part))`,
  isWorthALook: `first.due_at < now() - grace and coalesce((
      select c.paused_until from channels c where c.tenant_id = first.tenant_id and c.id = first.channel_id),
      '-infinity') <= now()`,
  subject: 'o.conversation_id::text',
};

const RUNS: Kind = {
  job: 'run-agent',
  table: 'agent_runs',
  whose: 'agent_id',
  oldest: 'deadline_at',
  open: RUNNING,
  isDue: `(o.status = 'queued' and o.due_at < now() - grace or o.deadline_at < now())`,
  subject: 'o.id::text',
};

const NOTICES: Kind = {
  job: 'notify-manager',
  table: 'notifications',
  whose: 'target_id',
  oldest: 'due_at',
  open: UNSENT,
  isDue: 'o.due_at < now() - grace',
  isWorthALook: 'first.due_at < now() - grace',
  subject: 'o.id::text',
};

const HANDOVERS: Kind = {
  job: 'watch-handover',
  table: 'handovers',
  whose: 'tenant_id',
  oldest: 'timeout_at',
  open: 'outcome is null and timeout_at is not null',
  isDue: 'o.timeout_at < now()',
  isWorthALook: 'first.timeout_at < now()',
  subject: 'o.id::text',
};

const indexes = () =>
  [TURNS, SENDS, RUNS, NOTICES, HANDOVERS].flatMap(({ table, whose, oldest, open }) => [
    `drop index ${table}_${oldest}_idx`,
    `create index ${table}_due on ${table} (${whose}, ${oldest}) where ${open}`,
  ]);

/** An event's tries are counted; how long they have been going on tells a slow server from an event that cannot be handled. */
const failing = () => [
  'alter table inbound_events add column failing_since timestamptz',
  `grant update (failing_since) on inbound_events to ${RUNTIME_ROLE}`,
];

/**
 * What is due of one kind. A walk over the index stops once at each channel, target or agent that has something open,
 * which is few steps whatever has been finished and however much of one waits. Of each an equal part of what may be
 * given is read; and if that is too much together, each tenant's oldest comes before anybody's second.
 */
const fair = ({ job, table, whose, oldest, open, isDue, isWorthALook = 'true', subject }: Kind) => `
  (with recursive first as (
    (select tenant_id, ${columnsOf(whose, oldest)} from ${table} where ${open} order by ${whose}, ${oldest} limit 1)
    union all
    select next.* from first cross join lateral (
      select tenant_id, ${columnsOf(whose, oldest)} from ${table}
      where ${open} and ${whose} > first.${whose} order by ${whose}, ${oldest} limit 1) next
  ), busy as (
    select first.${whose} as whose from first where ${isWorthALook}
  )
  select '${job}', found.tenant_id, found.subject from (
    select o.tenant_id, ${subject} as subject, row_number() over (partition by o.tenant_id order by o.${oldest}) as place
    from busy cross join lateral (
      select * from ${table} o where o.${whose} = busy.whose and ${open} and ${isDue}
      order by o.${oldest} limit (select greatest(most / greatest(count(*), 1), 50) from busy)) o
  ) found order by found.place limit most)`;

const columnsOf = (whose: string, oldest: string) => (whose === 'tenant_id' ? oldest : `${whose}, ${oldest}`);

/** All that waits is read here: while all is well that is little, and an index of times would cost every webhook. */
const EVENTS = `
  (select distinct 'handle-inbound', oldest.tenant_id, oldest.channel_id || '/' || oldest.thread from (
    select * from (
      select e.tenant_id, e.channel_id, e.thread,
        row_number() over (partition by e.tenant_id order by coalesce(e.due_at, e.created_at)) as place
      from inbound_events e where e.status = 'pending' and coalesce(e.due_at, e.created_at) < now() - grace
    ) waiting where place <= most order by place limit most
  ) oldest)`;

/** All that is found besides what of the inbox waits. */
export const DUE_ROWS = [TURNS, SENDS, RUNS, NOTICES, HANDOVERS].map(fair);

/** As before: lost wake-ups, dead workers' leases, times that have come. */
const due = () => [
  'drop function system_due(interval, int)',
  ...systemFunction(
    'system_due(grace interval, most int)',
    `returns table (job text, tenant_id uuid, subject text)
    language sql stable security definer set search_path = public, pg_temp as $$
      ${[EVENTS, ...DUE_ROWS].join('\n      union\n')}
    $$`,
  ),
];
