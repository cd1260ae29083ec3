import type { MikroORM } from '@mikro-orm/postgresql';
import { CLAIMANT_LOCKS } from './claimants.ts';
import type { DueWork } from './as-system.ts';

/** The numbers of the claimants that live, by the locks that the database holds for them. */
export async function livingClaimants(orm: MikroORM): Promise<number[]> {
  const rows = await orm.em.execute<{ number: number }[]>(
    `select distinct objid::bigint::int as number from pg_locks
     where locktype = 'advisory' and objsubid = 2 and classid = ?::bigint::oid
       and database = (select oid from pg_database where datname = current_database())`,
    [CLAIMANT_LOCKS],
  );
  return rows.map(({ number }) => number);
}

/** The numbers under which something is being sent. Reads all that is unsent, which may be much. */
export async function claimantsInRows(orm: MikroORM): Promise<number[]> {
  const rows = await orm.em.execute<{ number: number }[]>('select claimed_by as number from system_claimants()');
  return rows.map(({ number }) => number);
}

/** Ends what these claimants have claimed: it may be claimed anew at once. Gives what is to be woken for. */
export async function freeClaims(orm: MikroORM, gone: number[]): Promise<DueWork[]> {
  const rows = await orm.em.execute<{ job: string; tenant_id: string; subject: string }[]>(
    'select * from system_free_claims(?::int[])',
    [`{${gone.join()}}`],
  );
  return rows.map((row) => ({ job: row.job, tenantId: row.tenant_id, subject: row.subject }));
}
