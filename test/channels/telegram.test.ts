import { describe, expect, it } from 'vitest';
import { telegram, type TelegramConfig } from '../../src/channels/telegram.ts';
import { describeConformance } from './conformance.ts';
import type { SendCase } from './harness.ts';

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

const sends: SendCase[] = [
  { name: 'sent', replies: [sent(16505551234, 99)], gives: { externalId: '16505551234:99' } },
  {
    name: 'token revoked',
    replies: [refused(401, 'Unauthorized')],
    gives: { permanent: 'channel', code: '401', says: /BotFather/ },
  },
  { name: 'token wrong', replies: [refused(404, 'Not Found')], gives: { permanent: 'channel', code: '404' } },
  {
    name: 'another reader',
    replies: [refused(409, 'Conflict: terminated by other getUpdates request')],
    gives: { permanent: 'channel', code: '409' },
  },
  {
    name: 'blocked',
    replies: [refused(403, 'Forbidden: bot was blocked by the user')],
    gives: { permanent: 'conversation', code: '403', says: /blocked/ },
  },
  {
    name: 'no such chat',
    replies: [refused(400, 'Bad Request: chat not found')],
    gives: { permanent: 'message', code: '400' },
  },
  {
    name: 'a chat is too fast',
    replies: [refused(429, 'Too Many Requests: retry after 3', { retry_after: 3 })],
    gives: { retryAfterMs: 3000, scope: 'conversation' },
  },
  {
    name: 'the bot is too fast',
    replies: [refused(429, 'Too Many Requests: retry after 37', { retry_after: 37 })],
    gives: { retryAfterMs: 37_000, scope: 'channel' },
  },
  {
    name: 'a group is full for this minute, and other chats go on',
    message: { to: '-1001987654321:88' },
    replies: [refused(429, 'Too Many Requests: retry after 37', { retry_after: 37 })],
    gives: { retryAfterMs: 37_000, scope: 'conversation' },
  },
  {
    name: 'a group asks for more than a group can',
    message: { to: '-1001987654321' },
    replies: [refused(429, 'Too Many Requests: retry after 300', { retry_after: 300 })],
    gives: { retryAfterMs: 300_000, scope: 'channel' },
  },
  {
    name: 'an absurd wait',
    replies: [refused(429, 'Too Many Requests', { retry_after: 86_400 })],
    gives: { retryAfterMs: 3_600_000, scope: 'channel' },
  },
  {
    name: '429 without a wait',
    replies: [{ status: 429, body: 'slow down' }],
    gives: { retryAfterMs: 5000, scope: 'conversation' },
  },
  { name: 'Telegram is down', replies: [refused(502, 'Bad Gateway')], gives: 'not sent' },
  { name: 'a proxy is down', replies: [{ status: 503, body: '<html>' }], gives: 'not sent' },
  { name: 'accepted, but cut short', replies: [{ status: 200, body: '{"ok":true,"resu' }], gives: 'uncertain' },
  {
    name: 'accepted, but without an id',
    replies: [{ status: 200, body: { ok: true, result: true } }],
    gives: 'uncertain',
  },
  {
    name: 'the group moved',
    message: { to: '-4012345678' },
    replies: [
      refused(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: -1002233445566 }),
      sent(-1002233445566, 7),
    ],
    gives: { externalId: '-1002233445566:7', movedTo: '-1002233445566' },
  },
  {
    name: 'the group moves for ever',
    replies: [refused(400, 'Bad Request: moved', { migrate_to_chat_id: -100 })],
    gives: { permanent: 'message', code: '400' },
  },
];

describeConformance(telegram, {
  config: () => config,
  otherConfig: () => ({ ...config, secretToken: 'another_token-of-32-characters-22' }),
  schemes: [
    {
      name: 'the secret header',
      coversBody: false,
      sign: (_, { secretToken }) => ({ 'x-telegram-bot-api-secret-token': secretToken }),
    },
  ],
  unknown: [{ update_id: 1, something_new: { a: 1 } }, { update_id: 2 }, { update_id: 3, constructor: null }],
  sends,
});

describe('a telegram config', () => {
  it.each(['short', 'has spaces in it, it does', 'x'.repeat(257), 'ümlaut-ümlaut-ümlaut'])(
    'refuses the secret %j, which Telegram would refuse or anyone could guess',
    (secretToken) => {
      expect(telegram.config.safeParse({ ...config, secretToken }).success).toBe(false);
    },
  );
});
