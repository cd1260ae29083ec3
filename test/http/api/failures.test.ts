import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '../../../src/id.ts';
import { asOwner } from '../../support/database.ts';
import { fillTenant } from '../../support/fill-tenant.ts';
import { call, hire, type Person } from '../../support/people.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
const boxes = { inbound: 'inbound_events', outbound: 'outbound_messages', notifications: 'notifications' } as const;
let mine: Person;
let theirs: Person;
let viewer: Person;
let tenant: Awaited<ReturnType<typeof fillTenant>>;

/** A tenant in which one row of each box has failed. */
async function failed(owner: pg.Client, slug: string) {
  const filled = await fillTenant(owner, slug);
  for (const table of Object.values(boxes)) {
    await owner.query(`update ${table} set status = 'failed', error = 'it broke', attempts = 3 where tenant_id = $1`, [
      filled.tenantId,
    ]);
  }
  await owner.query('update inbound_events set failing_since = now() where tenant_id = $1', [filled.tenantId]);
  await owner.query(`update channels set health = 'broken', health_reason = 'revoked' where tenant_id = $1`, [
    filled.tenantId,
  ]);
  return filled;
}

beforeAll(async () => {
  await asOwner(world.database, async (owner) => {
    tenant = await failed(owner, 'mine');
    const other = await failed(owner, 'theirs');
    [mine, theirs, viewer] = [
      await hire(world, tenant.tenantId, 'manager'),
      await hire(world, other.tenantId, 'manager'),
      await hire(world, tenant.tenantId, 'viewer'),
    ];
  });
});

const rows = () =>
  asOwner(world.database, async (owner) => {
    const found: { status: string; attempts: number; error: string | null }[] = [];
    for (const table of Object.values(boxes)) {
      const since = table === 'inbound_events' ? ', failing_since' : '';
      const of = [tenant.tenantId];
      found.push(
        ...(await owner.query(`select status, attempts, error${since} from ${table} where tenant_id = $1`, of)).rows,
      );
    }
    return found;
  });

describe('what failed', () => {
  it('is shown to those who can do something about it, of their tenant only', async () => {
    const { status, body } = await call(world, mine.token, 'GET', '/failures');
    expect([status, body]).toEqual([
      200,
      {
        inbound: [expect.objectContaining({ id: tenant.ids['inbound_events'], error: 'it broke', attempts: 3 })],
        outbound: [expect.objectContaining({ id: tenant.ids['outbound_messages'], isUncertain: false })],
        notifications: [expect.objectContaining({ id: tenant.ids['notifications'], kind: 'email', name: 'n' })],
        channels: [expect.objectContaining({ id: tenant.ids['channels'], healthReason: 'revoked' })],
      },
    ]);
    expect((await call(world, viewer.token, 'GET', '/failures')).status).toBe(403);
    expect((await call(world, null, 'GET', '/failures')).status).toBe(401);
    expect((await call(world, mine.token, 'GET', '/failures?box=inbound')).status).toBe(422);
  });

  it('is not done again by a stranger, by one who only reads, or in a box that is none', async () => {
    for (const [box, table] of Object.entries(boxes)) {
      const path = `/failures/${box}/${tenant.ids[table]}/replay`;
      expect((await call(world, theirs.token, 'POST', path)).status, box).toBe(404);
      expect((await call(world, viewer.token, 'POST', path)).status, box).toBe(403);
      expect((await call(world, mine.token, 'POST', `/failures/${box}/${newId()}/replay`)).status).toBe(404);
      expect((await call(world, mine.token, 'POST', path, { body: { hard: true } })).status).toBe(422);
    }
    expect((await call(world, mine.token, 'POST', `/failures/letters/${newId()}/replay`)).status).toBe(404);
    expect((await rows()).map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
  });

  it('is done again once, however often that is asked for, and written down once', async () => {
    for (const [box, table] of Object.entries(boxes)) {
      const path = `/failures/${box}/${tenant.ids[table]}/replay`;
      const replies = await Promise.all([1, 2, 3].map(() => call(world, mine.token, 'POST', path)));
      const answers = replies.map(({ body }) => z.object({ replayed: z.boolean() }).parse(body).replayed);
      expect(answers.filter(Boolean), box).toHaveLength(1);
    }
    // With all of its tries before it, as if it were new.
    const anew = { attempts: 0, error: null };
    expect(await rows()).toEqual([
      { status: 'pending', ...anew, failing_since: null },
      { status: 'queued', ...anew },
      { status: 'queued', ...anew },
    ]);
    const entries = await asOwner(world.database, (owner) =>
      owner.query(`select changes from audit_log where tenant_id = $1 and action = 'failure.replay' order by id`, [
        tenant.tenantId,
      ]),
    );
    expect(entries.rows.map(({ changes }: { changes: unknown }) => changes)).toEqual(
      Object.keys(boxes).map((box) => ({ box })),
    );
  });
});
