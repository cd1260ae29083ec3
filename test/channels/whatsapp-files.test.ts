import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whatsapp, type WhatsappConfig } from '../../src/channels/whatsapp.ts';
import { ioTo, outgoing, outgoingFile } from './harness.ts';
import { formOf, type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

const config: WhatsappConfig = {
  phoneNumberId: '106540352242922',
  accessToken: 'EAAJB0ZBexample0token0of0a0system0user',
  appSecret: '1d3f0cabc29e4f7f8b0a5c6d7e8f9012',
  verifyToken: 'a-verify-token-of-the-tenant',
  apiVersion: 'v23.0',
};
const uploaded = { status: 200, body: { id: 'media-1' } };
const accepted = { status: 200, body: { messages: [{ id: 'wamid.SENT==' }] } };

describe('whatsapp sends a file', () => {
  let platform: ScriptedPlatform;
  beforeAll(async () => {
    platform = await startScriptedPlatform();
  });
  afterAll(() => platform.close());
  const send = (file: Parameters<typeof outgoingFile>[0] = {}, message: Parameters<typeof outgoing>[0] = {}) =>
    whatsapp.send(outgoing({ text: '', ...message, file: outgoingFile(file) }), config, ioTo(platform));

  it.each([
    ['image/jpeg', 5_000_000, 'image'],
    ['image/png', 1, 'image'],
    ['image/png', 5_000_001, 'document'],
    ['image/webp', 1, 'document'],
    ['video/mp4', 10_485_760, 'video'],
    ['video/3gpp', 1, 'video'],
    ['video/webm', 1, 'document'],
    ['audio/mpeg', 1, 'audio'],
    ['audio/aac', 1, 'audio'],
    ['audio/amr', 1, 'audio'],
    ['audio/x-m4a', 1, 'audio', 'audio/mp4'],
    ['audio/ogg; codecs=opus', 1, 'audio', 'audio/ogg'],
    ['audio/ogg', 1, 'document'],
    ['application/pdf', 1, 'document'],
  ])('%s of %i bytes as %s', async (mimeType, sizeBytes, kind, called = mimeType) => {
    platform.willReply(uploaded, accepted);
    expect(await send({ mimeType, sizeBytes })).toEqual({ externalId: 'wamid.SENT==' });
    const [upload, message] = platform.calls;
    const headers = { authorization: `Bearer ${config.accessToken}` };
    expect(upload).toMatchObject({ method: 'POST', path: '/v23.0/106540352242922/media', headers });
    expect(upload && (await formOf(upload))).toEqual({
      messaging_product: 'whatsapp',
      type: called,
      file: { name: 'menu.png', type: called, words: 'the picture' },
    });
    expect(message).toMatchObject({ method: 'POST', path: '/v23.0/106540352242922/messages', headers });
    expect(JSON.parse(message?.body ?? '')).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '16505551234',
      type: kind,
      [kind]: { id: 'media-1', ...(kind === 'document' && { filename: 'menu.png' }) },
    });
  });
});
