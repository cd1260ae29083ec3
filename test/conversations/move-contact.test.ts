import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { Contact } from '../../src/entities/contact.ts';
import { ContactIdentity } from '../../src/entities/contact-identity.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asManager, buildShop, conversationOf, messagesOf, metaSignature, type Shop } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let shop: Shop;
let channel: { channelId: string; key: string };
/** Longer than any port: the search for leaks looks for accounts in addresses of calls. */
let phoneNumberId = 206_600;
beforeAll(async () => {
  // Each test says what is handled together.
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const appSecret = 'app-secret-of-the-shop';
const BEFORE = '34600';
const AFTER = '34700';

beforeEach(async () => {
  phoneNumberId += 1;
  shop = await buildShop(world, { handoverMode: 'immediate' });
  const account = String(phoneNumberId);
  const config = { phoneNumberId: account, accessToken: 'token', appSecret, verifyToken: 'verify-me-please' };
  const wanted = { kind: 'whatsapp', name: 'WhatsApp', config, accounts: [account] };
  channel = await addChannel(world.deps.orm, world.deps.keys, shop.tenantId, wanted);
});

let count = 0;

const says = (from: string, body: string) => ({ from, type: 'text', text: { body } });
const changesNumber = () => ({
  from: BEFORE,
  type: 'system',
  system: { type: 'user_changed_number', wa_id: AFTER, body: `User Ana changed from ${BEFORE} to ${AFTER}` },
});

async function arrive(...messages: { from: string }[]): Promise<void> {
  for (const message of messages) {
    count += 1;
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '1', phone_number_id: String(phoneNumberId) },
      contacts: [{ profile: { name: 'Ana' }, wa_id: message.from }],
      messages: [{ id: `wamid.${count}`, timestamp: String(Math.floor(Date.now() / 1000)), ...message }],
    };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '9', changes: [{ field: 'messages', value }] }],
    });
    const response = await fetch(`${world.url}/webhooks/whatsapp/${channel.key}`, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': metaSignature(body, appSecret) },
    });
    expect(response.status).toBe(200);
  }
}

/** Handles what has arrived from both numbers, in one transaction. */
async function handle(): Promise<void> {
  const subjects = [BEFORE, AFTER].map((number) => threadSubject(channel.channelId, number));
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
}

const inShop = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(world.deps.orm, shop.tenantId, work);

const identities = () =>
  inShop(async (em) =>
    (await em.find(ContactIdentity, { tenantId: shop.tenantId, channelId: channel.channelId })).map(
      ({ externalId, contactId }) => ({ externalId, contactId }),
    ),
  );

const conversations = () =>
  inShop(async (em) =>
    (await em.find(Conversation, { tenantId: shop.tenantId }, { orderBy: { id: 'asc' } })).map(
      ({ thread, handler, contactId }) => ({ thread, handler, contactId }),
    ),
  );

const writersIn = async (conversationId: string) =>
  new Set(
    (await messagesOf(world, shop, conversationId)).flatMap((message) =>
      message.direction === 'in' ? [message.contactId] : [],
    ),
  );

const close = async (thread: string) => {
  const { id } = await conversationOf(world, shop, thread);
  expect((await asManager(world, shop, `/conversations/${id}/close`, {})).status).toBeLessThan(300);
};

describe('a person with a new WhatsApp number', () => {
  it('is the same contact, and goes on in the same conversation, which is written to under the new number', async () => {
    await arrive(says(BEFORE, 'What are your opening hours?'));
    await handle();
    const { id, contactId } = await conversationOf(world, shop, BEFORE);
    await arrive(changesNumber());
    await handle();
    expect(await identities()).toEqual([{ externalId: AFTER, contactId }]);
    await arrive(says(AFTER, 'Do you have vegan options?'));
    await handle();
    expect(await conversations()).toEqual([{ thread: AFTER, handler: 'bot', contactId }]);
    expect(await messagesOf(world, shop, id)).toHaveLength(4);
  });

  it('is told from all others who have the old number later', async () => {
    await arrive(says(BEFORE, 'What are your opening hours?'));
    await handle();
    const { contactId } = await conversationOf(world, shop, BEFORE);
    await arrive(changesNumber());
    await handle();
    await arrive(says(BEFORE, 'What are your opening hours?'));
    await handle();
    const others = (await conversations()).filter((one) => one.contactId !== contactId);
    expect(others).toMatchObject([{ thread: BEFORE }]);
  });

  it.each([
    ['in one batch', true],
    ['before the news', false],
  ])('is one contact also where the first words under the new number came %s', async (_when, isTogether) => {
    await arrive(says(BEFORE, 'What are your opening hours?'));
    await handle();
    const { contactId } = await conversationOf(world, shop, BEFORE);
    await arrive(says(AFTER, 'Do you have vegan options?'));
    if (!isTogether) await handle();
    await arrive(changesNumber(), says(AFTER, 'What are your opening hours?'));
    await handle();

    expect(await identities()).toEqual([{ externalId: AFTER, contactId }]);
    const open = (await conversations()).filter(({ handler }) => handler !== 'closed');
    expect(open).toEqual([{ thread: AFTER, handler: 'bot', contactId }]);
    expect((await conversations()).map((one) => one.contactId)).not.toContainEqual(
      expect.not.stringMatching(contactId),
    );
    const { id } = await inShop((em) =>
      em.findOneOrFail(Conversation, { tenantId: shop.tenantId, handler: { $ne: 'closed' } }),
    );
    expect(await writersIn(id)).toEqual(new Set([contactId]));
  });

  it('stays with the manager who has the conversation, with what was said from the new number', async () => {
    await arrive(says(BEFORE, 'I want to talk to a human'));
    await handle();
    const { id, contactId } = await conversationOf(world, shop, BEFORE);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Here I am' });
    await arrive(says(AFTER, 'my order is late'));
    await handle();
    await arrive(changesNumber());
    await handle();
    expect((await conversations()).filter(({ handler }) => handler !== 'closed')).toEqual([
      { thread: AFTER, handler: 'human', contactId },
    ]);
    expect((await messagesOf(world, shop, id)).map(({ content }) => content)).toContain('my order is late');
    expect(await writersIn(id)).toEqual(new Set([contactId]));
  });

  it('is the same contact where the last conversation is closed, and a manager who writes first writes to the new number', async () => {
    await arrive(says(BEFORE, 'What are your opening hours?'));
    await handle();
    const { contactId } = await conversationOf(world, shop, BEFORE);
    await close(BEFORE);
    await arrive(changesNumber());
    await handle();
    const words = { channelId: channel.channelId, contactId, text: 'Your cake is ready' };
    const response = await asManager(world, shop, '/conversations', words);
    expect(response.status).toBe(201);
    expect(await conversations()).toMatchObject([
      { thread: AFTER, handler: 'closed' },
      { thread: AFTER, handler: 'human' },
    ]);
  });

  it('who has not written yet is nobody', async () => {
    await arrive(changesNumber());
    await handle();
    expect(await identities()).toEqual([]);
    expect(await inShop((em) => em.count(Contact, { tenantId: shop.tenantId }))).toBe(0);
  });
});
