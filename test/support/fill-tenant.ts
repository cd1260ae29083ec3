import type pg from 'pg';
import { newId } from '../../src/id.ts';

/** Ids of one row per tenant table, by table name. */
export type Filled = Record<string, string>;

/**
 * One row in every tenant table, written by the owner. A table that is missing here fails the isolation test, so a
 * new table is covered from its first day.
 */
export async function fillTenant(owner: pg.Client, slug: string): Promise<{ tenantId: string; ids: Filled }> {
  const tenantId = newId();
  const ids: Filled = {};
  const insert = async (table: string, row: Record<string, unknown>) => {
    const id = newId();
    const hasId = !['tenant_settings', 'memberships', 'idempotency_keys', 'conversation_labels'].includes(table);
    const full: Record<string, unknown> = { tenant_id: tenantId, ...(hasId ? { id } : {}), ...row };
    const columns = Object.keys(full);
    const places = columns.map((_, index) => `$${index + 1}`).join();
    await owner.query(`insert into ${table} (${columns.join()}) values (${places})`, Object.values(full));
    ids[table] = hasId ? id : tenantId;
    return id;
  };

  await owner.query('insert into tenants (id, slug, name) values ($1, $2, $2)', [tenantId, slug]);
  const userId = newId();
  await owner.query('insert into users (id, email, name) values ($1, $2, $2)', [userId, `${slug}@example.com`]);
  await insert('memberships', { user_id: userId, role: 'manager' });
  ids['memberships'] = userId;
  await insert('api_keys', { name: `canary-${slug}`, secret_hash: Buffer.of(1), scopes: [], created_by: userId });
  await insert('audit_log', { actor_kind: 'user', actor: userId, action: 'faq.create' });
  await insert('idempotency_keys', { actor: userId, key: slug, request_hash: Buffer.of(1) });
  const faq_id = await insert('faqs', { question: `canary-${slug}`, answer: `canary-${slug}` });
  await insert('faq_suggestions', {
    question: `canary-${slug}`,
    language: 'en',
    evidence_message_ids: [newId()],
    source_count: 1,
    status: 'approved',
    faq_id,
    decided_by: userId,
  });
  await insert('faq_tests', { message: `canary-${slug}`, expectation: 'answered', faq_id });
  const channel_id = await insert('channels', { kind: 'telegram', name: 'c', config_sealed: Buffer.of(1) });
  await insert('channel_addresses', { channel_id, kind: 'telegram', purpose: 'key', address: slug });
  const contact_id = await insert('contacts', { display_name: `canary-${slug}` });
  await insert('contact_identities', { contact_id, channel_id, external_id: '1' });
  const conversation_id = await insert('conversations', { channel_id, contact_id, thread: '1', last_seq: 1, epoch: 1 });
  await insert('conversation_labels', { conversation_id, label: `canary-${slug}` });
  const message_id = await insert('messages', {
    conversation_id,
    channel_id,
    seq: 1,
    sender_kind: 'contact',
    direction: 'in',
    content: `Where may I park my lorry tonight while I eat, please? canary-${slug}`,
    status: 'received',
    attachments: JSON.stringify([{ type: 'location', latitude: 1, longitude: 2, label: `canary-${slug}` }]),
  });
  await insert('attachments', {
    uploaded_by: userId,
    type: 'file',
    file_name: `canary-${slug}.txt`,
    mime_type: 'text/plain',
    size_bytes: 7 + slug.length,
    bytes: Buffer.from(`canary-${slug}`),
  });
  await insert('ownership_transitions', {
    conversation_id,
    epoch: 1,
    from_handler: 'bot',
    to_handler: 'human',
    actor_kind: 'user',
    reason: 'r',
  });
  await insert('inbound_events', { channel_id, external_id: '1', thread: '1', payload: '{}' });
  await insert('outbound_messages', {
    conversation_id,
    channel_id,
    message_id,
    seq: 1,
    epoch: 0,
    is_automatic: true,
    text: `canary-${slug}`,
  });
  const agent_id = await insert('agents', { name: 'a', kind: 'n8n', settings_sealed: Buffer.of(1) });
  await insert('tenant_settings', { agent_id });
  await insert('agent_runs', {
    conversation_id,
    agent_id,
    epoch: 0,
    first_seq: 1,
    last_seq: 1,
    deadline_at: new Date(),
  });
  await insert('decisions', {
    conversation_id,
    epoch: 0,
    first_seq: 1,
    last_seq: 1,
    path: 'miss',
    outcome: 'clarify',
    reason: 'r',
    language: 'en',
    settings_version: 1,
    handler_before: 'bot',
    handler_after: 'bot',
  });
  const handover_id = await insert('handovers', {
    conversation_id,
    reason_category: 'c',
    reason_text: 't',
    mode: 'ask',
  });
  const target_id = await insert('notification_targets', { kind: 'email', name: 'n', config_sealed: Buffer.of(1) });
  await insert('notifications', { target_id, conversation_id, handover_id, notice: '{}' });
  return { tenantId, ids };
}
