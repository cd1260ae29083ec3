import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telegram, type TelegramConfig } from '../../src/channels/telegram.ts';
import { ioTo, outgoing, outgoingFile } from './harness.ts';
import { formOf, type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

const config: TelegramConfig = {
  botToken: '7001234567:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  secretToken: 'a-secret_token-of-32-characters-1',
};
const sent = (chat: number, message: number) => ({
  status: 200,
  body: { ok: true, result: { message_id: message, chat: { id: chat, type: 'private' } } },
});
const refused = (description: string, parameters?: object) => ({
  status: 400,
  body: { ok: false, error_code: 400, description, parameters },
});

describe('telegram sends a file', () => {
  let platform: ScriptedPlatform;
  beforeAll(async () => {
    platform = await startScriptedPlatform();
  });
  afterAll(() => platform.close());
  const send = (file: Parameters<typeof outgoingFile>[0] = {}, message: Parameters<typeof outgoing>[0] = {}) =>
    telegram.send(outgoing({ text: '', ...message, file: outgoingFile(file) }), config, ioTo(platform));
  const calls = () =>
    Promise.all(
      platform.calls.map(async (call) => [call.path?.replace(`/bot${config.botToken}/`, ''), await formOf(call)]),
    );

  it.each([
    ['image/png', 10_000_000, 'sendPhoto', 'photo'],
    ['image/jpeg', 1, 'sendPhoto', 'photo'],
    ['image/webp', 1, 'sendPhoto', 'photo'],
    ['image/png', 10_000_001, 'sendDocument', 'document'],
    ['image/gif', 1, 'sendDocument', 'document'],
    ['image/tiff', 1, 'sendDocument', 'document'],
    ['video/mp4', 10_485_760, 'sendVideo', 'video'],
    ['video/webm', 1, 'sendDocument', 'document'],
    ['audio/mpeg', 1, 'sendAudio', 'audio'],
    ['audio/x-m4a', 1, 'sendAudio', 'audio'],
    ['audio/ogg', 1, 'sendDocument', 'document'],
    ['application/pdf', 1, 'sendDocument', 'document'],
    ['text/plain', 1, 'sendDocument', 'document'],
  ])('%s of %i bytes by %s', async (mimeType, sizeBytes, method, field) => {
    platform.willReply(sent(16505551234, 7));
    expect(await send({ mimeType, sizeBytes })).toEqual({ externalId: '16505551234:7' });
    expect(await calls()).toEqual([
      [method, { chat_id: '16505551234', [field]: { name: 'menu.png', type: mimeType, words: 'the picture' } }],
    ]);
  });

  it('under its name, whatever letters and signs that has, and none of them a part of the form', async () => {
    platform.willReply(sent(16505551234, 7));
    const fileName = 'Speise"karte;\r\nX: 1 名.pdf';
    await send({ fileName, mimeType: 'application/pdf' });
    expect(platform.calls[0]?.body.split('\r\n').filter((line) => line.startsWith('X: 1'))).toEqual([]);
    expect(await calls()).toMatchObject([['sendDocument', { document: { name: fileName } }]]);
  });

  it('into the topic of a forum', async () => {
    platform.willReply(sent(-1001987654321, 7));
    await send({}, { to: '-1001987654321:88' });
    expect(await calls()).toMatchObject([['sendPhoto', { chat_id: '-1001987654321', message_thread_id: '88' }]]);
  });

  it('once more to the new id of a group that moved', async () => {
    platform.willReply(refused('Bad Request: moved', { migrate_to_chat_id: -1002233445566 }), sent(-1002233445566, 7));
    const outcome = await send({}, { to: '-4012345678' });
    expect(outcome).toEqual({ externalId: '-1002233445566:7', movedTo: '-1002233445566' });
    expect(await calls()).toMatchObject([
      ['sendPhoto', { chat_id: '-4012345678' }],
      ['sendPhoto', { chat_id: '-1002233445566', photo: { words: 'the picture' } }],
    ]);
  });

  it.each(['Bad Request: PHOTO_INVALID_DIMENSIONS', 'Bad Request: IMAGE_PROCESS_FAILED'])(
    'that is no picture to Telegram (%s) as a document',
    async (description) => {
      platform.willReply(refused(description), sent(16505551234, 8));
      expect(await send()).toEqual({ externalId: '16505551234:8' });
      expect((await calls()).map(([method]) => method)).toEqual(['sendPhoto', 'sendDocument']);
    },
  );

  it('once only where the chat is what is wrong', async () => {
    platform.willReply(refused('Bad Request: chat not found'));
    await expect(send()).rejects.toThrow(/chat not found/);
    expect(platform.calls).toHaveLength(1);
  });
});
