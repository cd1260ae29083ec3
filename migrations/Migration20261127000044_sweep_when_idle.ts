import { Migration } from '@mikro-orm/migrations';
import { DUE_ROWS } from './Migration20261126000033_fair_sweep.ts';
import { THREADS } from './Migration20261126000036_sweep_by_thread.ts';
import { SYSTEM_ROLE, systemFunction } from './support/tenant-table.ts';

/** What would not be woken for anyway, as its queue is long, is not looked for: to read all that waits takes time that its handling needs. */
export class Migration20261127000044 extends Migration {
  override readonly name = 'Migration20261127000044_sweep_when_idle';

  override up(): void {
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of due()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** The condition names no column, so that a part that it excludes is not begun. */
const unlessLong = (part: string) => {
  const [job] = /'[a-z]+-[a-z]+'/.exec(part) ?? [];
  if (!job) throw new Error('a part of the sweep names no job');
  return `(select * from ${part} as part (job, tenant_id, subject) where not (${job} = any (long_queues)))`;
};

const due = () => [
  'drop function system_due(interval, int)',
  ...systemFunction(
    'system_due(grace interval, most int, long_queues text[])',
    `returns table (job text, tenant_id uuid, subject text)
    language sql stable security definer set search_path = public, pg_temp as $$
      ${[THREADS, ...DUE_ROWS].map(unlessLong).join('\n      union\n')}
    $$`,
  ),
];
