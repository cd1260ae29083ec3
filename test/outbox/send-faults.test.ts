import { expect, it } from 'vitest';
import { MOVE_SEND_FAULTS } from '../../migrations/Migration20261126000038_send_faults.ts';
import { asOwner, createDatabase } from '../support/database.ts';
import { fillTenant } from '../support/fill-tenant.ts';

it('what a failed send says of a channel that was broken before the upgrade is left to messages, the rest to checks', async () => {
  const database = await createDatabase();
  try {
    const found = await asOwner(database, async (owner) => {
      for (const [slug, error] of Object.entries({ sent: 'not paid', asked: 'another reason' })) {
        const { tenantId } = await fillTenant(owner, slug);
        const set = (sql: string, ...values: string[]) =>
          owner.query(`${sql} where tenant_id = $1`, [tenantId, ...values]);
        await set(`update outbound_messages set status = 'failed', error = $2`, error);
        await set(`update channels set health = 'broken', health_reason = 'not paid', health_at = '2026-01-02'`);
      }
      await owner.query(MOVE_SEND_FAULTS);
      const { rows } = await owner.query(
        `select slug, health, health_reason, health_at, send_fault, send_fault_at
         from channels c join tenants t on t.id = c.tenant_id order by slug`,
      );
      return rows;
    });
    const at = new Date('2026-01-02');
    expect(found).toEqual([
      {
        slug: 'asked',
        health: 'broken',
        health_reason: 'not paid',
        health_at: at,
        send_fault: null,
        send_fault_at: null,
      },
      {
        slug: 'sent',
        health: 'unknown',
        health_reason: null,
        health_at: null,
        send_fault: 'not paid',
        send_fault_at: at,
      },
    ]);
  } finally {
    await database.drop();
  }
});
