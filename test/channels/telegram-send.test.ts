import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telegram, type TelegramConfig } from '../../src/channels/telegram.ts';
import { ioTo, outgoing } from './harness.ts';
import { type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

const config: TelegramConfig = {
  botToken: '7001234567:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  secretToken: 'a-secret_token-of-32-characters-1',
};

const sent = (chat: number, message: number) => ({
  status: 200,
  body: {
    ok: true,
    result: { message_id: message, date: 1767609000, chat: { id: chat, type: 'private' }, text: 'Hello' },
  },
});
const refused = (status: number, description: string, parameters?: object) => ({
  status,
  body: { ok: false, error_code: status, description, parameters },
});

describe('telegram writes', () => {
  let platform: ScriptedPlatform;
  beforeAll(async () => {
    platform = await startScriptedPlatform();
  });
  afterAll(() => platform.close());
  const bodies = () => platform.calls.map(({ body }): unknown => JSON.parse(body));

  it('a text to a chat, by the documented call', async () => {
    platform.willReply(sent(16505551234, 99));
    await telegram.send(outgoing(), config, ioTo(platform));

    expect(platform.calls).toMatchObject([{ method: 'POST', path: `/bot${config.botToken}/sendMessage` }]);
    expect(bodies()).toEqual([{ chat_id: 16505551234, text: 'Hello' }]);
  });

  it('quick replies as a keyboard that goes away', async () => {
    platform.willReply(sent(16505551234, 99));
    const message = outgoing({ quickReplies: ['Yes', 'No'] });
    await telegram.send(message, config, ioTo(platform));

    expect(bodies()).toEqual([
      {
        chat_id: 16505551234,
        text: 'Hello',
        reply_markup: {
          keyboard: [[{ text: 'Yes' }], [{ text: 'No' }]],
          one_time_keyboard: true,
          resize_keyboard: true,
        },
      },
    ]);
  });

  it('into the topic of a forum', async () => {
    platform.willReply(sent(-1001987654321, 99));
    const message = outgoing({ to: '-1001987654321:88' });
    expect(await telegram.send(message, config, ioTo(platform))).toEqual({ externalId: '-1001987654321:99' });

    expect(bodies()).toEqual([{ chat_id: -1001987654321, message_thread_id: 88, text: 'Hello' }]);
  });

  it('once more to the new id of a group that moved', async () => {
    platform.willReply(
      refused(400, 'Bad Request: moved', { migrate_to_chat_id: -1002233445566 }),
      sent(-1002233445566, 7),
    );
    await telegram.send(outgoing({ to: '-4012345678' }), config, ioTo(platform));

    expect(bodies()).toEqual([
      { chat_id: -4012345678, text: 'Hello' },
      { chat_id: -1002233445566, text: 'Hello' },
    ]);
  });

  it('registers its address, its secret and every update type that it reads', async () => {
    platform.willReply({ status: 200, body: { ok: true, result: true, description: 'Webhook was set' } });
    await telegram.register?.('https://desk.example/webhooks/telegram/key', config, ioTo(platform));

    expect(platform.calls).toMatchObject([{ path: `/bot${config.botToken}/setWebhook` }]);
    expect(bodies()).toEqual([
      {
        url: 'https://desk.example/webhooks/telegram/key',
        secret_token: config.secretToken,
        allowed_updates: ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'],
      },
    ]);
  });

  it('says why it could not register', async () => {
    platform.willReply(refused(400, 'Bad Request: bad webhook: HTTPS url must be provided for webhook'));
    const attempt = telegram.register?.('http://x', config, ioTo(platform));
    await expect(attempt).rejects.toThrow(/HTTPS url must be provided/);
  });
});
