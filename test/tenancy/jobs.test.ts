import { beforeAll, describe, expect, it } from 'vitest';
import { jobModules } from '../../jobs/index.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { asOwner } from '../support/database.ts';
import { stateOf, tenantTables, walkedTenant, type Walked } from '../support/walk.ts';
import { useWorld } from '../support/world.ts';

/** A job in the queue may say anything. What it does is done as its tenant, whose rows are all that it finds. */
const world = useWorld({ workers: false });
let a: Walked;
let b: Walked;
let tables: string[];

beforeAll(async () => {
  a = await walkedTenant(world, 'job-a');
  b = await walkedTenant(world, 'job-b');
  tables = await tenantTables(world);
  // Everything of A is due: whoever could see it would do something with it.
  await asOwner(world.database, async (owner) => {
    await owner.query(`update notifications set status = 'queued', due_at = now() where tenant_id = $1`, [a.tenantId]);
    await owner.query(`update outbound_messages set status = 'queued', due_at = now() where tenant_id = $1`, [
      a.tenantId,
    ]);
    await owner.query(`update handovers set timeout_at = now() - interval '1 minute' where tenant_id = $1`, [
      a.tenantId,
    ]);
    await owner.query(`update agent_runs set status = 'queued', due_at = now() where tenant_id = $1`, [a.tenantId]);
  });
});

/** Whatever a job's subject may be, of this tenant. */
const subjectsOf = ({ tenantId, ids }: Walked) => [
  tenantId,
  ...Object.values(ids),
  threadSubject(ids['channels'] ?? '', '1'),
];

describe('a job that names another tenant’s rows', () => {
  it.each(jobModules.map((module) => [module.name, module] as const))(
    '%s: does nothing to them',
    async (_name, module) => {
      const before = await stateOf(world, a.tenantId, tables);
      const calls = world.platform.calls.length;
      const running = module.start(world.deps);
      for (const subject of subjectsOf(a)) {
        // Not every subject is one of this job's; what is refused does nothing either.
        await running
          .process({ data: { wakes: [{ tenantId: b.tenantId, subjects: [subject] }] } })
          .catch(() => undefined);
      }
      await world.deps.delivery.settled();
      expect(await stateOf(world, a.tenantId, tables)).toBe(before);
      expect(world.platform.calls.slice(calls)).toEqual([]);
    },
  );

  it('does its work where it names its own', async () => {
    const before = await stateOf(world, a.tenantId, tables);
    for (const module of jobModules) {
      const running = module.start(world.deps);
      for (const subject of subjectsOf(a)) {
        await running
          .process({ data: { wakes: [{ tenantId: a.tenantId, subjects: [subject] }] } })
          .catch(() => undefined);
      }
    }
    await world.deps.delivery.settled();
    expect(await stateOf(world, a.tenantId, tables)).not.toBe(before);
  });
});
