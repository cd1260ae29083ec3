import { describe, expect, it } from 'vitest';
import { buildShop, conversationOf, messagesOf, postTelegram, telegramUpdate } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

/** A button is pressed that hangs under a message of the bot. */
function press(chat: number, more: Record<string, unknown>) {
  const { update_id, message } = telegramUpdate(chat, 'What do you want to know?');
  const from = { id: 1, is_bot: true, first_name: 'Bot' };
  return {
    update_id,
    callback_query: {
      id: `4382${update_id}`,
      from: message.from,
      chat_instance: '1',
      message: { ...message, from },
      ...more,
    },
  };
}

describe('a pressed inline button', () => {
  it('is answered with the webhook, so that the client does not wait, and is a message', async () => {
    const shop = await buildShop(world);
    const update = press(4711, { data: 'What are your opening hours?' });
    for (let time = 1; time <= 2; time += 1) {
      const response = await postTelegram(world, shop, update);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(await response.json()).toEqual({
        method: 'answerCallbackQuery',
        callback_query_id: update.callback_query.id,
      });
    }
    await until(() => expect(world.platform.textsTo('4711')).toHaveLength(1));
    const { id } = await conversationOf(world, shop, 4711);
    expect(await messagesOf(world, shop, id)).toHaveLength(2);
  });

  it.each([
    ['of a game', { game_short_name: 'chess' }],
    ['in a chat without the bot', { message: undefined, inline_message_id: '9', data: 'yes' }],
  ])('%s is answered as well', async (_what, more) => {
    const shop = await buildShop(world);
    expect(await (await postTelegram(world, shop, press(4712, more))).json()).toMatchObject({
      method: 'answerCallbackQuery',
    });
  });

  it('is all that is answered with a call', async () => {
    const shop = await buildShop(world);
    const response = await postTelegram(world, shop, telegramUpdate(4713, 'hi'));
    expect(await response.json()).toEqual({ ok: true, stored: 1 });
  });
});
