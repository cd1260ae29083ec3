import type { MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { AgentRun, type AgentRunStatus } from '../entities/agent-run.ts';
import { uuidList } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

const OPEN: readonly AgentRunStatus[] = ['queued', 'calling', 'waiting'];

/** Whether a run may still end. */
export const isOpen = ({ status }: Pick<AgentRun, 'status'>): boolean => OPEN.includes(status);

/** Up to `most` runs of a tenant that can be begun now, the longest due first, without those that `except` names. */
export function nextRuns(orm: MikroORM, tenantId: string, most: number, except: string[]): Promise<string[]> {
  return withTenant(orm, tenantId, async (em) => {
    const rows = await runBound(em, [NEXT_RUNS, [tenantId, uuidList(except), most]]);
    return rows.map((row) => z.uuid().parse(row['id']));
  });
}

/** Exported for the test of its plan. */
export const NEXT_RUNS = `select id from agent_runs
  where tenant_id = ? and status = 'queued' and due_at <= now() and id <> all (?::uuid[]) order by due_at limit ?`;

/** Of some runs those that nobody has ended by their deadline. */
export function overdueRuns(orm: MikroORM, tenantId: string, runIds: string[]): Promise<string[]> {
  return withTenant(orm, tenantId, async (em) => {
    const overdue = { tenantId, id: { $in: runIds }, status: { $in: [...OPEN] }, deadlineAt: { $lte: new Date() } };
    return (await em.find(AgentRun, overdue, { fields: ['id'] })).map(({ id }) => id);
  });
}
