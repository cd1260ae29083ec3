import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telegram, type TelegramConfig } from '../../src/channels/telegram.ts';
import { whatsapp, type WhatsappConfig } from '../../src/channels/whatsapp.ts';
import { PermanentError } from '../../src/errors.ts';
import { ioTo } from './harness.ts';
import { type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

let platform: ScriptedPlatform;
beforeAll(async () => {
  platform = await startScriptedPlatform();
});
afterAll(() => platform.close());

const file = { providerId: '1013859600285441', maxBytes: 10 };
const failureOf = (work: Promise<unknown> | undefined) => work?.catch((error: unknown) => error);

describe('whatsapp fetches a file', () => {
  const config: WhatsappConfig = {
    phoneNumberId: '106540352242922',
    accessToken: 'EAAJB-a-token-that-nobody-else-may-see',
    appSecret: 'an-app-secret-of-meta',
    verifyToken: 'a-verify-token',
    apiVersion: 'v23.0',
  };
  const fetchFile = () => whatsapp.fetchFile?.(file, config, ioTo(platform));

  it('from where the platform says that it is, with the token', async () => {
    platform.willReply({ status: 200, body: { url: `${platform.url}/kept/1` } }, { status: 200, body: 'the bytes' });
    expect(String(await fetchFile())).toBe('the bytes');
    expect(platform.calls.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/v23.0/1013859600285441', `Bearer ${config.accessToken}`],
      ['/kept/1', `Bearer ${config.accessToken}`],
    ]);
  });

  it.each([
    'https://evil.example/1',
    'https://fbsbx.com.evil.example/1',
    'https://evilfbsbx.com/1',
    'https://lookaside.fbsbx.com:8443/1',
    'http://lookaside.fbsbx.com/1',
    'https://fbsbx.com@evil.example/1',
  ])('and from nowhere else: %s', async (url) => {
    platform.willReply({ status: 200, body: { url } });
    const error = await failureOf(fetchFile());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toHaveProperty('message', expect.stringContaining('not one of Meta’s'));
    expect(platform.calls).toHaveLength(1);
  });

  it('or says why not: a refusal, a file that is gone, a place that is none', async () => {
    platform.willReply({ status: 401, body: { error: { code: 190, message: 'the token is over' } } });
    expect(await failureOf(fetchFile())).toMatchObject({ scope: 'channel', code: '190' });
    platform.willReply({ status: 200, body: { url: `${platform.url}/1` } }, { status: 404 });
    expect(await failureOf(fetchFile())).toBeInstanceOf(PermanentError);
    platform.willReply({ status: 200, body: { id: 1 } });
    expect(await failureOf(fetchFile())).toBeInstanceOf(PermanentError);
  });
});

describe('telegram fetches a file', () => {
  const config: TelegramConfig = {
    botToken: '7001234567:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    secretToken: 'a-secret_token-of-32-characters-1',
  };
  const fetchFile = () => telegram.fetchFile?.(file, config, ioTo(platform));

  it('by the path that Telegram gives', async () => {
    platform.willReply(
      { status: 200, body: { ok: true, result: { file_path: 'photos/file_1.jpg' } } },
      { status: 200, body: 'the bytes' },
    );
    expect(String(await fetchFile())).toBe('the bytes');
    expect(platform.calls.map(({ path }) => path)).toEqual([
      `/bot${config.botToken}/getFile`,
      `/file/bot${config.botToken}/photos/file_1.jpg`,
    ]);
  });

  it.each(['../../bot1:x/deleteWebhook', 'a?b', 'a b', ''])('and by no path that leads elsewhere: %j', async (path) => {
    platform.willReply({ status: 200, body: { ok: true, result: { file_path: path } } });
    expect(await failureOf(fetchFile())).toBeInstanceOf(PermanentError);
    expect(platform.calls).toHaveLength(1);
  });

  it('and no error tells the token', async () => {
    for (const status of [302, 404, 500]) {
      platform.willReply({ status: 200, body: { ok: true, result: { file_path: 'a' } } }, { status });
      expect(String(await failureOf(fetchFile()))).not.toContain(config.botToken);
    }
  });
});
