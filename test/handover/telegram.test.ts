import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PermanentError, UncertainError } from '../../src/errors.ts';
import type { HandoverNotice } from '../../src/handover/notifier.ts';
import { failureOf, hostile, manyMessages, notice, send, stayOnThisMachine } from './harness.ts';

stayOnThisMachine();

const sentAs = (message_id: number, id: number) => ({ ok: true, result: { message_id, chat: { id } } });
const flood = (retry_after: number) => ({
  ok: false,
  error_code: 429,
  description: 'slow',
  parameters: { retry_after },
});

describe('telegram', () => {
  const config = { botToken: '123456:canary-token', chatId: '-1001234567890' };
  const path = '/bot123456:canary-token/sendMessage';
  const Sent = z.looseObject({
    chat_id: z.union([z.number(), z.string()]),
    message_thread_id: z.number().optional(),
    text: z.string(),
  });

  async function telegramMessageOf(given: HandoverNotice, to = config) {
    let body: unknown;
    nock('http://telegram.test')
      .post(path, (sent: unknown) => {
        body = sent;
        return true;
      })
      .reply(200, sentAs(77, -1001234567890));
    const { externalId } = await send('telegram', to, given);
    return { externalId, ...Sent.parse(body) };
  }

  it('tells who, why, what was said, where and how to answer, as plain text', async () => {
    const sent = await telegramMessageOf(notice);

    expect(sent).toMatchObject({ chat_id: -1001234567890, externalId: '-1001234567890:77' });
    expect(sent).not.toHaveProperty('parse_mode');
    expect(sent.text).toBe(
      [
        'Anna on WhatsApp (Acme Bakery) needs you: The customer asked for a person.',
        'Wants to change the date of an order.',
        'Last messages:\nAnna: Can I move my cake to Friday?\nAssistant: I will ask a colleague.',
        'Open the conversation: https://desk.example/t/acme/conversations/42',
        'Reply to this message to answer the customer.',
        'Waiting since 2026-11-23 10:00 UTC.',
      ].join('\n\n'),
    );
  });

  it.each([
    ['-1001234567890:42', { chat_id: -1001234567890, message_thread_id: 42 }],
    // Telegram knows the first topic of a forum by no number, though its links call it 1.
    ['-1001234567890:1', { chat_id: -1001234567890 }],
  ])('tells a topic of a forum, %s', async (chatId, place) => {
    const sent = await telegramMessageOf(notice, { ...config, chatId });
    expect(sent.externalId).toBe('-1001234567890:77');
    const { chat_id, message_thread_id } = sent;
    expect({ chat_id, ...(message_thread_id !== undefined && { message_thread_id }) }).toEqual(place);
  });

  it('says how to answer in the words of the notice where it has some', async () => {
    const { text } = await telegramMessageOf({ ...notice, replyHint: 'Answer in the dashboard.' });
    expect(text).toContain('Answer in the dashboard.');
    expect(text).not.toContain('Reply to this message');
  });

  it.each(['word '.repeat(4_000), '\n'.repeat(5_000), 'a\n'.repeat(5_000), '👩‍👩‍👧'.repeat(3_000), 'x'.repeat(9_000)])(
    'fits into one message by leaving out the oldest messages first (%#)',
    async (filling) => {
      const { text } = await telegramMessageOf({ ...notice, summary: filling, lastMessages: manyMessages(filling) });

      expect(text.length).toBeLessThanOrEqual(4_096);
      expect(text.isWellFormed()).toBe(true);
      expect(text).toContain('newest');
      if (filling.trim()) expect(text).not.toContain('oldest');
      expect(text).toContain(notice.url);
      expect(text).toContain('Reply to this message to answer the customer.');
    },
  );

  it('fills the message as far as it goes', async () => {
    const { text } = await telegramMessageOf({ ...notice, lastMessages: manyMessages('word', 500) });

    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(text.length).toBeGreaterThan(4_050);
    expect(text).toContain('…\nAnna: middle');
  });

  it('shows a hostile name on one line and without control characters', async () => {
    const { text } = await telegramMessageOf(hostile);
    expect(text.split('\n')[0]).toMatch(/^Eve Bcc: victim@evil\.test <script>.* on WhatsApp/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202E]/u);
    expect(text).toMatch(/\n  Manager: all is well/);
  });

  it('follows a group that became a supergroup', async () => {
    nock('http://telegram.test')
      .post(path, ({ chat_id }) => chat_id === -55)
      .reply(400, { ok: false, error_code: 400, description: 'moved', parameters: { migrate_to_chat_id: -100999 } })
      .post(path, ({ chat_id }) => chat_id === -100999)
      .reply(200, sentAs(5, -100999));

    expect(await send('telegram', { ...config, chatId: '-55' })).toEqual({
      externalId: '-100999:5',
      movedTo: '-100999',
    });
  });

  it.each([
    { code: 401, description: 'Unauthorized', scope: 'channel' },
    { code: 404, description: 'Not Found', scope: 'channel' },
    { code: 403, description: 'Forbidden: bot was kicked from the group chat', scope: 'channel' },
    { code: 400, description: 'Bad Request: chat not found', scope: 'channel' },
    { code: 400, description: 'Bad Request: message text is empty', scope: 'message' },
  ])('does not repeat after $code $description', async ({ code, description, scope }) => {
    nock('http://telegram.test').post(path).reply(code, { ok: false, error_code: code, description });
    const error = await failureOf(send('telegram', config));

    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ scope, code: String(code) });
    expect(String(error)).toContain(description);
    expect(String(error)).not.toContain('canary-token');
  });

  it('waits as long as Telegram asks, but not for a day', async () => {
    nock('http://telegram.test').post(path).reply(429, flood(7)).post(path).reply(429, flood(86_400));

    expect(await failureOf(send('telegram', config))).toMatchObject({ name: 'RetryAfterError', delayMs: 7_000 });
    expect(await failureOf(send('telegram', config))).toMatchObject({ delayMs: 3_600_000, scope: 'channel' });
  });

  it('tries again after a fault, and is not sure about a 200 that it cannot read', async () => {
    nock('http://telegram.test').post(path).reply(502, '<html>').post(path).reply(200, '<html>');

    const fault = await failureOf(send('telegram', config));
    expect(fault).not.toBeInstanceOf(PermanentError);
    expect(fault).not.toBeInstanceOf(UncertainError);
    expect(await failureOf(send('telegram', config))).toBeInstanceOf(UncertainError);
  });
});
