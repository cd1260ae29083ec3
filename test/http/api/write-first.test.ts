import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { ContactIdentity } from '../../../src/entities/contact-identity.ts';
import { Contact } from '../../../src/entities/contact.ts';
import { Conversation } from '../../../src/entities/conversation.ts';
import { OutboundMessage } from '../../../src/entities/outbound-message.ts';
import { newId } from '../../../src/id.ts';
import { addChannel } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { hold } from '../../support/hold.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person, type Reply } from '../../support/people.ts';
import {
  buildShop,
  conversationOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let manager: Person;
let chat = 900;

beforeAll(async () => {
  shop = await buildShop(world);
  manager = await hire(world, shop.tenantId, 'manager');
});

const write = (body: unknown, token: string | null = manager.token, headers: Record<string, string> = {}) =>
  call(world, token, 'POST', '/conversations', { body, headers });

const Written = z.strictObject({ conversationId: z.string(), messageId: z.string(), isNew: z.boolean() });
const writtenOf = ({ body }: Reply) => Written.parse(body);

/** Somebody who has asked and was answered. */
async function known(of = shop): Promise<{ contactId: string; channelId: string; id: string; to: string }> {
  chat += 1;
  await writes(world, of, chat, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
  const { id, contactId, channelId } = await conversationOf(world, of, chat);
  return { contactId, channelId, id, to: String(chat) };
}

const act = (id: string, name: string, token = manager.token) =>
  call(world, token, 'POST', `/conversations/${id}/${name}`);

/** The same, and the conversation was closed. */
async function former(of = shop, token = manager.token) {
  const one = await known(of);
  expect((await act(one.id, 'close', token)).status).toBe(200);
  return one;
}

const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2], { tenantId } = shop) =>
  withTenant(world.deps.orm, tenantId, work);
const openOf = (contactId: string, of = shop) =>
  inTenant(
    (em) =>
      em.find(
        Conversation,
        { tenantId: of.tenantId, contactId, handler: { $ne: 'closed' } },
        { orderBy: { id: 'asc' } },
      ),
    of,
  );

describe('a manager who writes first', () => {
  it('opens a conversation of his own, and the contact gets the words, once', async () => {
    const { contactId, channelId, to } = await former();
    const reply = await write({ channelId, contactId, text: 'canary-words: your cake is ready', title: 'Cake' });
    expect(reply.status).toBe(201);
    const { conversationId, messageId, isNew } = writtenOf(reply);
    expect(isNew).toBe(true);
    await until(() => expect(world.platform.textsTo(to).at(-1)).toBe('canary-words: your cake is ready'));
    expect(await openOf(contactId)).toMatchObject([
      { id: conversationId, handler: 'human', assigneeUserId: manager.userId, title: 'Cake', thread: to, epoch: 1 },
    ]);
    expect(await messagesOf(world, shop, conversationId)).toMatchObject([
      { id: messageId, seq: 1, senderKind: 'user', userId: manager.userId, direction: 'out' },
    ]);
    const entries = await inTenant((em) => em.find(AuditEntry, { subject: conversationId }));
    expect(entries).toMatchObject([{ action: 'conversation.open', changes: { messageId, channelId, contactId } }]);
    expect(JSON.stringify(entries)).not.toContain('canary-words');
  });

  it('has the answer: automation stays silent, and the contact is in the same conversation', async () => {
    const { contactId, channelId, to } = await former();
    const { conversationId } = writtenOf(await write({ channelId, contactId, text: 'May we call you?' }));
    await writes(world, shop, Number(to), 'What are your opening hours?');
    await until(async () => expect(await messagesOf(world, shop, conversationId)).toHaveLength(2));
    expect(world.platform.textsTo(to)).toEqual(['We open 7am-9pm daily', 'May we call you?']);
  });

  it('takes the open conversation over where there is one, as with a reply', async () => {
    const { contactId, channelId, id, to } = await known();
    const first = await write({ channelId, contactId, text: 'A person here.', title: 'First' });
    expect([first.status, writtenOf(first)]).toMatchObject([200, { conversationId: id, isNew: false }]);
    const other = await hire(world, shop.tenantId, 'manager');
    expect(await write({ channelId, contactId, text: 'Me too.', title: 'Second' }, other.token)).toMatchObject({
      status: 200,
    });
    expect(await openOf(contactId)).toMatchObject([
      { id, handler: 'human', assigneeUserId: other.userId, title: 'First' },
    ]);
    await until(() => expect(world.platform.textsTo(to).slice(1)).toEqual(['A person here.', 'Me too.']));
  });

  it('is the same as a program, which takes it for nobody in particular', async () => {
    const { contactId, channelId } = await former();
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['handovers:work'] });
    expect((await write({ channelId, contactId, text: 'From the shop system.' }, key)).status).toBe(201);
    expect(await openOf(contactId)).toMatchObject([{ handler: 'human', assigneeUserId: null }]);
  });

  it('under the other name, twice with one key, writes once', async () => {
    const { contactId, channelId, to } = await former();
    const send = () =>
      call(world, manager.token, 'POST', '/chats', {
        body: { channelId, contactId, text: 'Once.' },
        headers: { 'idempotency-key': `first-${to}` },
      });
    const [first, second] = [await send(), await send()];
    expect(second).toMatchObject({ status: 201, body: first.body });
    await until(() => expect(world.platform.textsTo(to)).toHaveLength(2));
    expect(await messagesOf(world, shop, writtenOf(first).conversationId)).toHaveLength(1);
  });

  it('is heard in private, never in a group', async () => {
    const [group, person] = [-(chat += 1), (chat += 1)];
    const update = telegramUpdate(group, 'Do you have vegan options?');
    const said = {
      ...update.message,
      chat: { id: group, type: 'group', title: 'Team' },
      from: { ...update.message.from, id: person },
    };
    await postTelegram(world, shop, { ...update, message: said });
    await until(() => expect(world.platform.textsTo(String(group))).toHaveLength(1));
    const { id, contactId, channelId } = await conversationOf(world, shop, group);
    const reply = await write({ channelId, contactId, text: 'Between us.' });
    expect([reply.status, writtenOf(reply).conversationId === id]).toEqual([201, false]);
    await until(() => expect(world.platform.textsTo(String(person))).toEqual(['Between us.']));
    expect(world.platform.textsTo(String(group))).toHaveLength(1);
  });

  it('does not spoil the number of how long contacts wait', async () => {
    const quiet = await buildShop(world);
    const { token } = await hire(world, quiet.tenantId, 'owner');
    const { contactId, channelId, id } = await former(quiet, token);
    await asOwner(world.database, (owner) =>
      owner.query(`update conversations set first_response_at = created_at + interval '1 hour' where id = $1`, [id]),
    );
    for (const text of ['Are you there?', 'Hello?']) {
      const { conversationId } = writtenOf(await write({ channelId, contactId, text }, token));
      await act(conversationId, 'close', token);
    }
    const { body } = await call(world, token, 'GET', `/tenants/${quiet.tenantId}/stats`);
    expect(JSON.stringify(body)).toContain('"medianFirstResponseSeconds":3600');
  });
});

describe('nothing is written, and it is said why,', () => {
  const refused = async (body: unknown, status: number, problem: unknown, token: string | null = manager.token) => {
    const state = () => inTenant((em) => em.count(Conversation, {}));
    const before = await state();
    expect(await write(body, token)).toMatchObject({ status, body: problem });
    expect(await state()).toBe(before);
  };

  it('to whoever may not, or says nothing sensible', async () => {
    const { contactId, channelId } = await former();
    const good = { channelId, contactId, text: 'Hello' };
    const viewer = await hire(world, shop.tenantId, 'viewer');
    await refused(good, 401, { code: 'unauthorized' }, null);
    await refused(good, 403, { code: 'forbidden' }, viewer.token);
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['conversations:write'] });
    await refused(good, 403, { detail: expect.stringContaining('handovers:work') }, key);
    const naming = (field: string) => ({ detail: expect.stringContaining(field) });
    await refused({ ...good, text: ' ' }, 422, naming('body.text'));
    await refused({ ...good, text: 'x'.repeat(20_001) }, 422, naming('body.text'));
    await refused({ ...good, title: 'x'.repeat(201) }, 422, naming('body.title'));
    await refused({ ...good, contactId: 'me' }, 422, naming('body.contactId'));
    await refused({ ...good, colour: 'blue' }, 422, naming('colour'));
    await refused({ contactId, text: 'Hello' }, 422, naming('body.channelId'));
  });

  it('of another tenant’s channel or contact, as of one that is not', async () => {
    const other = await buildShop(world);
    const theirs = await known(other);
    const { contactId, channelId } = await former();
    for (const id of [theirs.channelId, newId()])
      await refused({ channelId: id, contactId, text: 'Hi' }, 404, {
        detail: 'body.channelId: there is no such channel',
      });
    for (const id of [theirs.contactId, newId()])
      await refused({ channelId, contactId: id, text: 'Hi' }, 404, {
        detail: 'body.contactId: there is no such contact',
      });
    expect(await messagesOf(world, other, theirs.id)).toHaveLength(2);
  });

  it('to a contact who is not on that channel', async () => {
    const { contactId } = await former();
    const config = { botToken: `${chat}:second`, secretToken: 'second-secret-token-1' };
    const { orm, keys } = world.deps;
    const { channelId } = await addChannel(orm, keys, shop.tenantId, { kind: 'telegram', name: 'Second', config });
    await refused({ channelId, contactId, text: 'Hi' }, 422, {
      detail: expect.stringContaining('not on that channel'),
    });
  });

  it('to a contact who has blocked the business, until that is over, also while nothing is open', async () => {
    const { contactId, channelId, to, id } = await former();
    const person = { id: Number(to), is_bot: false, first_name: 'C' };
    const turn = (status: 'kicked' | 'member') =>
      postTelegram(world, shop, {
        update_id: telegramUpdate(to, '').update_id,
        my_chat_member: {
          chat: { id: Number(to), type: 'private' },
          from: person,
          date: Math.floor(Date.now() / 1000),
          old_chat_member: {
            status: status === 'member' ? 'kicked' : 'member',
            user: { id: 1, is_bot: true, first_name: 'B' },
          },
          new_chat_member: { status, user: { id: 1, is_bot: true, first_name: 'B' } },
        },
      });
    const isSubscribed = async () => (await inTenant((em) => em.findOneOrFail(Conversation, { id }))).isSubscribed;
    await turn('kicked');
    await until(async () => expect(await isSubscribed()).toBe(false));
    await refused({ channelId, contactId, text: 'Hi' }, 409, { code: 'contact_blocked' });
    await turn('member');
    await until(async () => expect(await isSubscribed()).toBe(true));
    expect((await write({ channelId, contactId, text: 'Hi' })).status).toBe(201);
  });

  it('through a channel that is disconnected', async () => {
    const closing = await buildShop(world);
    const { token } = await hire(world, closing.tenantId, 'owner');
    const { contactId, channelId } = await former(closing, token);
    await call(world, token, 'POST', `/channels/${channelId}/disconnect`);
    expect(await write({ channelId, contactId, text: 'Hi' }, token)).toMatchObject({
      status: 409,
      body: { code: 'channel_disabled', detail: expect.stringContaining('reconnect') },
    });
    expect(await openOf(contactId, closing)).toEqual([]);
  });

  it('on WhatsApp outside the 24 hours after the contact’s last message, and what to do', async () => {
    const { orm, keys } = world.deps;
    const account = String((chat += 1));
    const config = {
      phoneNumberId: account,
      accessToken: 'token',
      appSecret: 'app-secret-of-the-shop',
      verifyToken: 'verify-me-please',
    };
    const wanted = { kind: 'whatsapp', name: 'WhatsApp', config, accounts: [account] };
    const { channelId } = await addChannel(orm, keys, shop.tenantId, wanted);
    const contactId = newId();
    const spoke = async (hours: number | null) => {
      const at = hours === null ? null : new Date(Date.now() - hours * 3_600_000);
      await inTenant((em) =>
        em.insert(Conversation, {
          tenantId: shop.tenantId,
          id: newId(),
          channelId,
          contactId,
          thread: '34601',
          handler: 'closed',
          closedAt: new Date(),
          lastInboundAt: at,
        }),
      );
    };
    await inTenant(async (em) => {
      await em.insert(Contact, { tenantId: shop.tenantId, id: contactId, attributes: {} });
      await em.insert(ContactIdentity, {
        tenantId: shop.tenantId,
        id: newId(),
        contactId,
        channelId,
        externalId: '34601',
      });
    });
    const closed = { code: 'window_closed', detail: expect.stringMatching(/24 hours.*wait until the contact writes/) };
    await refused({ channelId, contactId, text: 'Hi' }, 409, closed);
    for (const hours of [null, 24.1]) {
      await spoke(hours);
      await refused({ channelId, contactId, text: 'Hi' }, 409, closed);
    }
    await spoke(23.9);
    const { conversationId } = writtenOf(await write({ channelId, contactId, text: 'Hi' }));
    await until(async () =>
      expect(await inTenant((em) => em.find(OutboundMessage, { conversationId }))).toMatchObject([{ status: 'sent' }]),
    );
    // The window of the new conversation is the old one.
    const { lastInboundAt } = await inTenant((em) => em.findOneOrFail(Conversation, { id: conversationId }));
    expect(lastInboundAt).not.toBeNull();
    await act(conversationId, 'close');
    await inTenant((em) =>
      em.nativeUpdate(Conversation, { contactId }, { lastInboundAt: new Date(Date.now() - 25 * 3_600_000) }),
    );
    await refused({ channelId, contactId, text: 'Hi' }, 409, closed);
  });
});

describe('the plan', () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await hireSystemAdmin(world, shop.tenantId);
  });
  const limit = async ({ tenantId }: Shop, limits: Record<string, number | null>) =>
    expect((await call(world, admin.token, 'PATCH', `/tenants/${tenantId}`, { body: { limits } })).status).toBe(200);

  async function small() {
    const one = await buildShop(world);
    const { token } = await hire(world, one.tenantId, 'owner');
    const [a, b] = [await former(one, token), await former(one, token)];
    const to = ({ contactId, channelId }: typeof a) => write({ channelId, contactId, text: 'Hi' }, token);
    return { one, token, a, b, to };
  }
  const full = (name: string) => ({
    status: 409,
    body: { code: 'limit_reached', detail: expect.stringMatching(new RegExp(`^${name} is 1 `)) },
  });

  it('holds back what is opened for a tenant, and closing one makes room', async () => {
    const { one, token, a, b, to } = await small();
    await limit(one, { max_conversations_per_tenant: 1 });
    const { conversationId } = writtenOf(await to(a));
    expect(await to(b)).toMatchObject(full('max_conversations_per_tenant'));
    // What is open is written in all the same.
    expect((await to(a)).status).toBe(200);
    await act(conversationId, 'close', token);
    expect((await to(b)).status).toBe(201);
    expect(await to(a)).toMatchObject(full('max_conversations_per_tenant'));
  });

  it('holds back what is opened for a contact, over all channels, and that limit is named before the tenant’s', async () => {
    const { one, token, a, b, to } = await small();
    const { orm, keys } = world.deps;
    const config = { botToken: `${(chat += 1)}:t`, secretToken: 'other-secret-token-1' };
    const { channelId } = await addChannel(orm, keys, one.tenantId, { kind: 'telegram', name: 'Second', config });
    await inTenant(
      (em) =>
        em.insert(ContactIdentity, {
          tenantId: one.tenantId,
          id: newId(),
          contactId: a.contactId,
          channelId,
          externalId: a.to,
        }),
      one,
    );
    await limit(one, { max_conversations_per_user: 1 });
    const { conversationId } = writtenOf(await to(a));
    expect(await to({ ...a, channelId })).toMatchObject(full('max_conversations_per_user'));
    expect((await to(b)).status).toBe(201);
    await limit(one, { max_conversations_per_tenant: 1 });
    expect(await to({ ...a, channelId })).toMatchObject(full('max_conversations_per_user'));
    await limit(one, { max_conversations_per_tenant: null });
    await act(conversationId, 'close', token);
    expect((await to({ ...a, channelId })).status).toBe(201);
  });

  it('has one last place for two who come at once', async () => {
    const { one, a, b, to } = await small();
    await limit(one, { max_conversations_per_tenant: 1 });
    // Both have looked before either can open anything.
    const held = await hold(world.database.ownerUrl, 'lock table conversations in share row exclusive mode');
    const both = Promise.all([to(a), to(b)]);
    await held.isWaitedFor(2);
    await held.release();
    expect((await both).map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([201, 409]);
    expect([...(await openOf(a.contactId, one)), ...(await openOf(b.contactId, one))]).toHaveLength(1);
  });

  it('has it for both of two who write to one contact at once, in one conversation', async () => {
    const { one, a, to } = await small();
    await limit(one, { max_conversations_per_tenant: 1, max_conversations_per_user: 1 });
    const held = await hold(world.database.ownerUrl, `select from tenants where id = '${one.tenantId}' for update`);
    const both = Promise.all([to(a), to(a)]);
    await held.isWaitedFor(2);
    await held.release();
    expect((await both).map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 201]);
    const [open, ...others] = await openOf(a.contactId, one);
    expect(others).toEqual([]);
    expect(await messagesOf(world, one, open?.id ?? '')).toHaveLength(2);
    await until(() => expect(world.platform.textsTo(a.to).slice(1)).toEqual(['Hi', 'Hi']));
  });

  it('never holds back a contact, although both limits are reached', async () => {
    const { one, a, b, to } = await small();
    await limit(one, { max_conversations_per_tenant: 1, max_conversations_per_user: 1 });
    expect((await to(a)).status).toBe(201);
    await writes(world, one, Number(b.to), 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo(b.to)).toHaveLength(2));
    expect(await openOf(b.contactId, one)).toHaveLength(1);
  });
});
