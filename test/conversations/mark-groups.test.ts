import pg from 'pg';
import { expect, it } from 'vitest';
import { MARK_GROUPS } from '../../migrations/Migration20261126000022_repeatable_requests.ts';
import { newId } from '../../src/id.ts';
import { createDatabase } from '../support/database.ts';

it('tells groups of before apart: where the thread is no person’s, and elsewhere where several have spoken', async () => {
  const database = await createDatabase();
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  const tenantId = newId();
  const insert = async (table: string, row: Record<string, unknown>) => {
    const full: Record<string, unknown> = { tenant_id: tenantId, id: newId(), ...row };
    const names = Object.keys(full);
    const places = names.map((_, n) => `$${n + 1}`).join();
    await owner.query(`insert into ${table} (${names.join()}) values (${places})`, Object.values(full));
    return full['id'];
  };
  await owner.query(`insert into tenants (id, slug, name) values ($1, 'groups', 'Groups')`, [tenantId]);
  const [one, other] = [await insert('contacts', {}), await insert('contacts', {})];
  for (const kind of ['telegram', 'whatsapp', 'webhook']) {
    const channel_id = await insert('channels', { kind, name: kind, config_sealed: Buffer.of(1) });
    await insert('contact_identities', { contact_id: one, channel_id, external_id: '55' });
    for (const [thread, writer] of [
      ['55', one],
      ['-100', one],
      ['-200', other],
    ]) {
      const at = { channel_id, thread, contact_id: one };
      const conversation_id = await insert('conversations', at);
      const said = { seq: 1, sender_kind: 'contact', direction: 'in', content: 'x', status: 'received' };
      await insert('messages', { conversation_id, channel_id, contact_id: writer, ...said });
    }
  }
  await owner.query(MARK_GROUPS);
  const { rows } = await owner.query<{ name: string }>(
    `select ch.kind || ' ' || thread as name from conversations c join channels ch on ch.id = c.channel_id
     where conversation_type = 'group' order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual([
    'telegram -100',
    'telegram -200',
    'webhook -200',
    'whatsapp -100',
    'whatsapp -200',
  ]);
  await owner.end();
  await database.drop();
});
