import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/id.ts';
import { sealContext } from '../../src/tenancy/find-channel.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import { asOwner } from '../support/database.ts';
import { createOldDatabase, inserting, type OldDatabase } from '../support/old-database.ts';
import { telegramUpdate } from '../support/tenants.ts';
import { KEY, startWorld, until } from '../support/world.ts';

const tenantId = newId();
const channelId = newId();
const managerId = newId();
const since = new Date('2026-11-20T10:00:00Z');
const longAgo = new Date(0);

const HOURS = 'What are your opening hours?';

/** What is put into the old tables, by their owner. */
interface Old {
  run: (sql: string, values: unknown[]) => Promise<unknown>;
  insert: ReturnType<typeof inserting>;
}

/** A tenant with FAQs, a bot and a manager. */
async function fill({ run, insert }: Old) {
  await run(`insert into tenants (id, slug, name) values ($1, 'old', 'Old')`, [tenantId]);
  await run(`insert into tenant_settings (tenant_id, thresholds) values ($1, '{"debounce_ms": 0}')`, [tenantId]);
  await run(`insert into users (id, email, name) values ($1, 'mia@old.example', 'Mia')`, [managerId]);
  await run(`insert into memberships (tenant_id, user_id, role) values ($1, $2, 'manager')`, [tenantId, managerId]);
  for (const { question, answer, keywords } of coffeeFaqs) {
    await insert('faqs', { question, answer, keywords: keywords.split(', ') });
  }
  const config = { botToken: '1:bot-token', secretToken: 'a-secret-token-of-then' };
  const config_sealed = createKeyRing(KEY).seal(config, sealContext(tenantId, channelId));
  await insert('channels', { id: channelId, kind: 'telegram', name: 'Bot', config_sealed });
}

/** A contact's conversation with one message in it. */
async function talk({ insert }: Old, thread: string, row: Record<string, unknown> = {}) {
  const contact_id = await insert('contacts', { display_name: thread });
  const channel = { channel_id: channelId, contact_id };
  await insert('contact_identities', { ...channel, external_id: thread });
  const last = { last_seq: 1, last_inbound_at: new Date() };
  const conversation_id = await insert('conversations', { ...channel, thread, ...last, ...row });
  const said = { sender_kind: 'contact', direction: 'in', content: HOURS, sent_at: new Date(), status: 'received' };
  await insert('messages', { ...channel, conversation_id, seq: 1, ...said });
  return conversation_id;
}

/** A conversation that needs a human, and its handover, whose time was up. */
async function needsHuman(old: Old, thread: string, row: Record<string, unknown>, times: Record<string, unknown> = {}) {
  const conversation_id = await talk(old, thread, { answered_seq: 1, ...row });
  const why = { reason_category: 'customer_request', reason_text: 'asked for a human', mode: 'immediate' };
  const timeout = { queued_at: since, timeout_at: longAgo };
  const id = await old.insert('handovers', { conversation_id, ...why, ...timeout, ...times });
  await old.run('update conversations set open_handover_id = $1 where id = $2', [id, conversation_id]);
  return id;
}

/** What was written long ago and has not been sent. */
async function waitsToBeSent(old: Old, thread: string, text: string) {
  const conversation_id = await talk(old, thread, { last_seq: 2, answered_seq: 2 });
  const at = { conversation_id, channel_id: channelId, seq: 2, created_at: since };
  const said = { sender_kind: 'system', direction: 'out', content: text, status: 'queued' };
  const message_id = await old.insert('messages', { ...at, ...said });
  await old.insert('outbound_messages', { ...at, message_id, epoch: 0, is_automatic: true, text, due_at: since });
}

const Times = z.object({
  id: z.string(),
  accepted_at: z.date().nullable(),
  accepted_by: z.string().nullable(),
  timeout_at: z.date().nullable(),
  outcome: z.string().nullable(),
});

async function handoversIn(target: OldDatabase) {
  const { rows } = await asOwner(target, (owner) => owner.query('select * from handovers'));
  return new Map(rows.map((row) => Times.parse(row)).map(({ id, ...times }) => [id, times]));
}

it.each(['Migration20261123000005_tenant_overview', 'Migration20261126000026_put_off'])(
  'what a version left behind whose last migration was %s goes on: handovers are settled, nothing is lost',
  async (newest) => {
    const database = await createOldDatabase(newest);
    onTestFinished(() => database.drop());
    const handovers = await asOwner(database, async (owner) => {
      const old: Old = { insert: inserting(owner, tenantId), run: (sql, values) => owner.query(sql, values) };
      await fill(old);
      await talk(old, '6', { turn_started_at: since, turn_due_at: since });
      const update = telegramUpdate(7, HOURS);
      const event = { channel_id: channelId, external_id: String(update.update_id), thread: '7' };
      await old.insert('inbound_events', { ...event, payload: JSON.stringify(update), created_at: since });
      await waitsToBeSent(old, '8', 'Said long ago.');
      const assigned = { handler: 'human', assignee_user_id: managerId };
      return {
        byPhone: await needsHuman(old, '1', { handler: 'human' }),
        byManager: await needsHuman(old, '2', assigned),
        accepted: await needsHuman(old, '3', assigned, { accepted_at: since, timeout_at: null }),
        ended: await needsHuman(old, '4', assigned, { outcome: 'handed_back' }),
        waiting: await needsHuman(old, '5', { handler: 'queued' }),
      };
    });

    await database.upgrade();
    const found = await handoversIn(database);
    const settled = { accepted_at: expect.any(Date), accepted_by: null, timeout_at: null, outcome: null };
    const untouched = { accepted_at: null, accepted_by: null, timeout_at: longAgo, outcome: null };
    expect(found.get(handovers.byPhone)).toEqual(settled);
    expect(found.get(handovers.byManager)).toEqual({ ...settled, accepted_by: managerId });
    expect(found.get(handovers.accepted)).toEqual({ ...settled, accepted_at: since, accepted_by: null });
    expect(found.get(handovers.ended)).toEqual({ ...untouched, outcome: 'handed_back' });
    expect(found.get(handovers.waiting)).toEqual(untouched);

    const world = await startWorld({ database });
    onTestFinished(() => world.close());
    const heard = (threads: string[]) => threads.map((thread) => world.platform.textsTo(thread));
    const answer = 'We open 7am-9pm daily';
    await until(() => expect(heard(['6', '7', '8'])).toEqual([[answer], [answer], ['Said long ago.']]));
    // Whoever waits is told that nobody is free; whoever has somebody is not.
    await until(() => expect(heard(['5'])).toEqual([[expect.any(String)]]));
    expect(heard(['1', '2', '3', '4'])).toEqual([[], [], [], []]);
  },
);
