import { describe, expect, it } from 'vitest';
import { Notification } from '../../src/entities/notification.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { managersGroups, supergroup } from '../support/managers-group.ts';
import {
  asManager,
  conversationOf,
  handlerOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { shopWithGroup, lastShownIn, asksForPerson, toldOf, eventOf, ended } = managersGroups(world);

async function expectAnswerFrom(shop: Shop, chat: string, customer: number, place: object = {}): Promise<void> {
  await until(() => expect(world.platform.textsTo(chat).at(-1)).toContain(`order of ${customer}`));
  await until(async () => {
    const { replyChats } = await world.deps.targetsOf(shop.tenantId);
    expect(replyChats.has(`${shop.telegram.channelId}/${chat}`)).toBe(true);
  });
  const reply_to_message = { message_id: await lastShownIn(shop, chat), chat: supergroup(chat), date: 1 };
  const text = `An answer for ${customer}.`;
  await postTelegram(world, shop, telegramUpdate(777, text, { chat: supergroup(chat), reply_to_message, ...place }));
  await until(() => expect(world.platform.textsTo(String(customer)).at(-1)).toBe(text));
  expect(await handlerOf(world, shop, customer)).toBe('human');
}

describe("a managers' group that becomes a supergroup", () => {
  it('is followed when it says so: told there, answered from there, and nobody takes its talk for a customer', async () => {
    const [before, after] = ['-4100', '-100410000'];
    const shop = await shopWithGroup(before);
    const moved = telegramUpdate(777, '', { chat: { id: Number(before), type: 'group' } });
    await postTelegram(world, shop, {
      ...moved,
      message: { ...moved.message, text: undefined, migrate_to_chat_id: Number(after) },
    });
    await asksForPerson(shop, 4101);
    await expectAnswerFrom(shop, after, 4101);
    expect(world.platform.textsTo(before)).toEqual([]);

    await postTelegram(world, shop, telegramUpdate(777, 'lunch?', { chat: supergroup(after) }));
    await asksForPerson(shop, 4102);
    await expectAnswerFrom(shop, after, 4102);
    await expect(conversationOf(world, shop, after)).rejects.toThrow();
  });

  it('is followed when it is found out in telling it', async () => {
    const [before, after] = ['-4200', '-100420000'];
    const shop = await shopWithGroup(before);
    let refused = 0;
    world.platform.answer = (call, response) => {
      if (String(call.body['chat_id']) !== before) return undefined;
      refused += 1;
      response.statusCode = 400;
      const parameters = { migrate_to_chat_id: Number(after) };
      response.end(JSON.stringify({ ok: false, error_code: 400, description: 'group chat was upgraded', parameters }));
      return true;
    };
    await asksForPerson(shop, 4201);
    await expectAnswerFrom(shop, after, 4201);
    await asksForPerson(shop, 4202);
    await expectAnswerFrom(shop, after, 4202);
    expect(refused).toBe(1);
  });
});

describe("a managers' forum", () => {
  const inTopic = (topic: number) => ({ is_topic_message: true, message_thread_id: topic });

  it('is told in the topic of the target, and answered from there', async () => {
    const shop = await shopWithGroup('-100430000:42');
    await asksForPerson(shop, 4301);
    await expectAnswerFrom(shop, '-100430000', 4301, inTopic(42));
    const told = world.platform.calls.filter(({ body }) => String(body['chat_id']) === '-100430000');
    expect(told.map(({ body }) => body['message_thread_id'])).toEqual([42]);
  });

  it.each([
    ['-100440000:42', 4401],
    ['-100450000', 4501],
  ])('%s is theirs in all its topics: none is taken for a customer', async (target, customer) => {
    const shop = await shopWithGroup(target);
    const [chat = ''] = target.split(':');
    await asksForPerson(shop, customer);
    await expectAnswerFrom(shop, chat, customer, inTopic(43));
    for (const place of [{}, inTopic(42), inTopic(43)]) {
      await postTelegram(world, shop, telegramUpdate(777, 'opening hours?', { chat: supergroup(chat), ...place }));
    }
    await writes(world, shop, customer, 'Thank you');
    const events = () =>
      withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.execute<{ thread: string; status: string }[]>('select thread, status from inbound_events'),
      );
    await until(async () => expect((await events()).filter(({ status }) => status === 'pending')).toEqual([]));
    expect((await events()).filter(({ status }) => status === 'ignored')).toHaveLength(3);
    for (const thread of [chat, `${chat}:42`, `${chat}:43`]) {
      await expect(conversationOf(world, shop, thread)).rejects.toThrow();
    }
  });
});

describe("what cannot go out is said under the manager's message, and the contact gets nothing", () => {
  const nothingSent = (group: string) =>
    world.platform.calls.filter(
      ({ body }) =>
        String(body['chat_id']) === group && String(body['text']).startsWith('Nothing was sent to the customer: '),
    );

  it.each<[string, number, object, RegExp]>([
    ['a place', 4310, { text: undefined, location: { latitude: 1, longitude: 2 } }, /only words, pictures/],
    ['a sticker', 4320, { text: undefined, sticker: { file_id: 's', emoji: 'x' } }, /only words, pictures/],
    [
      'the answer of a hidden administrator',
      4330,
      { sender_chat: { id: -43, type: 'supergroup' }, from: { id: 1087968824, is_bot: true, first_name: 'Group' } },
      /Remain anonymous/,
    ],
  ])('%s', async (_what, customer, more, why) => {
    const group = `-${customer}`;
    const shop = await shopWithGroup(group);
    const { answer, toCustomer, before } = await toldOf(shop, group, customer);
    const update = answer('Like this one', more);
    await postTelegram(world, shop, update);
    await until(() => expect(nothingSent(group)).toHaveLength(1));
    expect(nothingSent(group)[0]?.body).toMatchObject({
      text: expect.stringMatching(why),
      reply_parameters: { message_id: update.message.message_id, allow_sending_without_reply: true },
    });
    await ended(shop, update, 'failed');
    expect(toCustomer()).toHaveLength(before);
    expect(await handlerOf(world, shop, customer)).toBe('queued');

    // The next one, in words, goes out, also as an answer to what we said.
    const reply_to_message = { message_id: await lastShownIn(shop, group), chat: supergroup(group), date: 1 };
    await postTelegram(world, shop, answer('In words.', { reply_to_message }));
    await until(() => expect(toCustomer().at(-1)).toBe('In words.'));
  });

  it('the answer to a closed conversation, once, also when the group cannot be written to at first', async () => {
    const group = '-4400';
    const shop = await shopWithGroup(group);
    const { answer, toCustomer, before } = await toldOf(shop, group, 4401);
    const { id } = await conversationOf(world, shop, 4401);
    await asManager(world, shop, `/conversations/${id}/close`, {});
    let refused = 0;
    world.platform.answer = (call, response) => {
      if (String(call.body['chat_id']) !== group || refused++ > 0) return undefined;
      response.statusCode = 502;
      response.end('bad gateway');
      return true;
    };
    const update = answer('Too late');
    await postTelegram(world, shop, update);
    await until(() => expect(nothingSent(group)).toHaveLength(2));
    expect(nothingSent(group)[1]?.body['text']).toContain('the conversation is closed');
    expect(nothingSent(group)[1]?.body['text']).toContain(`#${id}`);
    await postTelegram(world, shop, { ...update, update_id: update.update_id + 900_000 });
    await ended(shop, { update_id: update.update_id + 900_000 }, 'failed');
    const notes = () =>
      withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.find(Notification, { tenantId: shop.tenantId, handoverId: null }),
      );
    await until(async () => expect(await notes()).toMatchObject([{ status: 'sent', attempts: 2 }]));
    expect(toCustomer()).toHaveLength(before);
  });
});

describe("a manager's answer", () => {
  it('that Telegram brings again, as another update, goes to the customer once', async () => {
    const group = '-4500';
    const shop = await shopWithGroup(group);
    const { answer, toCustomer, before } = await toldOf(shop, group, 4501);
    const update = answer('It is on its way.');
    const again = (n: number) => ({ ...update, update_id: update.update_id + n * 900_000 });
    // At once, and after the first was sent.
    await Promise.all([postTelegram(world, shop, update), postTelegram(world, shop, again(1))]);
    await until(() => expect(toCustomer().at(-1)).toBe('It is on its way.'));
    await postTelegram(world, shop, again(2));
    await ended(shop, again(2), 'ignored');
    const ends = await Promise.all([update, again(1)].map(async (one) => (await eventOf(shop, one))?.status ?? ''));
    expect(new Set(ends)).toEqual(new Set(['handled', 'ignored']));
    const { id } = await conversationOf(world, shop, 4501);
    expect((await messagesOf(world, shop, id)).filter(({ senderKind }) => senderKind === 'user')).toHaveLength(1);
    expect(toCustomer()).toHaveLength(before + 1);
    // The same words in another message are another answer.
    await postTelegram(world, shop, answer('It is on its way.'));
    await until(() => expect(toCustomer()).toHaveLength(before + 2));
  });
});
