import { describe, expect, it } from 'vitest';
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
