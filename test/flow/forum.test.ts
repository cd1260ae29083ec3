import { describe, expect, it } from 'vitest';
import { ContactIdentity } from '../../src/entities/contact-identity.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, asManager, conversationOf, messagesOf, postTelegram, telegramUpdate } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const FORUM = -100460000;

/** A message in a topic of the forum, or in "General", which has no number. */
const inTopic = (topic: number | null, text: string) =>
  telegramUpdate(7, text, {
    chat: { id: FORUM, type: 'supergroup', is_forum: true },
    ...(topic !== null && { is_topic_message: true, message_thread_id: topic }),
  });

const told = () =>
  world.platform.calls
    .filter(({ body }) => body['chat_id'] === FORUM)
    .map(({ body }) => ({ topic: body['message_thread_id'], text: body['text'] }));

describe('a forum of customers', () => {
  it('is answered in the topic of the question, and each topic is a conversation', async () => {
    const shop = await buildShop(world);
    const hours = 'We open 7am-9pm daily';
    for (const topic of [42, 43, null]) {
      await postTelegram(world, shop, inTopic(topic, 'What are your opening hours?'));
    }
    await until(() => expect(told()).toHaveLength(3));
    expect(new Set(told())).toEqual(
      new Set([
        { topic: 42, text: hours },
        { topic: 43, text: hours },
        { topic: undefined, text: hours },
      ]),
    );
    for (const thread of [`${FORUM}:42`, `${FORUM}:43`, FORUM]) {
      const { id, conversationType } = await conversationOf(world, shop, thread);
      expect(conversationType).toBe('group');
      expect(await messagesOf(world, shop, id)).toHaveLength(2);
    }

    const { id } = await conversationOf(world, shop, `${FORUM}:42`);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Here I am' });
    await until(() => expect(told().at(-1)).toEqual({ topic: 42, text: 'Here I am' }));
  });
});

describe('ids that no number of JavaScript holds', () => {
  it('come back with every digit: the person, the chat, the message and the topic', async () => {
    const shop = await buildShop(world);
    const [person, chat, topic, message] = [
      '9007199254740995',
      '-9007199254740997',
      '9007199254740999',
      '9007199254741001',
    ];
    const update = telegramUpdate(7, 'What are your opening hours?', { is_topic_message: true });
    // As Telegram writes them: digits, not strings.
    const body = JSON.stringify(update)
      .replace('"from":{"id":7', `"from":{"id":${person}`)
      .replace('"chat":{"id":7,"type":"private"', `"chat":{"id":${chat},"type":"supergroup"`)
      .replace(/"message_id":\d+/, `"message_id":${message},"message_thread_id":${topic}`);
    const response = await fetch(`${world.url}/webhooks/telegram/${shop.telegram.key}`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': shop.telegram.secretToken },
      body,
    });
    expect(response.status).toBe(200);
    const sent = () => world.platform.calls.filter((call) => call.body['chat_id'] === chat);
    await until(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]?.body).toMatchObject({ chat_id: chat, message_thread_id: topic });

    const { id, thread } = await conversationOf(world, shop, `${chat}:${topic}`);
    expect(thread).toBe(`${chat}:${topic}`);
    expect((await messagesOf(world, shop, id))[0]?.externalId).toBe(`${chat}:${message}`);
    const { tenantId } = shop;
    const people = await withTenant(world.deps.orm, tenantId, (em) => em.find(ContactIdentity, { tenantId }));
    expect(people.map(({ externalId }) => externalId)).toEqual([person]);
  });
});
