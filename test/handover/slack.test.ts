import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PermanentError, RetryAfterError, UncertainError } from '../../src/errors.ts';
import type { HandoverNotice } from '../../src/handover/notifier.ts';
import { failureOf, hostile, manyMessages, notice, send, stayOnThisMachine } from './harness.ts';

stayOnThisMachine();

const post = () => nock('http://slack.test').post('/services/T000/B000/canarysecret');

describe('slack', () => {
  const config = { webhookUrl: 'https://hooks.slack.com/services/T000/B000/canarysecret' };
  const Sent = z.object({
    text: z.string(),
    blocks: z.array(
      z.object({
        type: z.string(),
        text: z.object({ type: z.literal('mrkdwn'), text: z.string(), verbatim: z.literal(true) }).optional(),
        elements: z.array(z.object({ text: z.string() })).optional(),
      }),
    ),
  });

  async function slackMessageOf(given: HandoverNotice) {
    let body: unknown;
    nock('http://slack.test')
      .post('/services/T000/B000/canarysecret', (sent: unknown) => {
        body = sent;
        return true;
      })
      .reply(200, 'ok');
    expect(await send('slack', config, given)).toEqual({ externalId: null });
    const { text, blocks } = Sent.parse(body);
    return { text, parts: blocks.map((block) => block.text?.text ?? block.elements?.[0]?.text ?? '') };
  }

  it('tells who, why, what was said, where to answer, in this order', async () => {
    const { text, parts } = await slackMessageOf(notice);

    expect(text).toBe('Anna on WhatsApp (Acme Bakery) needs you: The customer asked for a person.');
    expect(parts).toEqual([
      `*${text}*`,
      'Wants to change the date of an order.',
      '>*Anna*: Can I move my cake to Friday?\n>*Assistant*: I will ask a colleague.',
      '<https://desk.example/t/acme/conversations/42|Open the conversation>',
      'Open the conversation to answer: what is written here does not reach the customer. Waiting since 2026-11-23 10:00 UTC.',
    ]);
  });

  it('lets no customer mention everybody or hide a link', async () => {
    const { text, parts } = await slackMessageOf(hostile);

    expect(text).toContain('&amp; &lt;!channel&gt;');
    const ours = parts.filter((part) => !part.startsWith('<https://desk.example/'));
    expect(ours.join('\n').replaceAll(/^>/gm, '')).not.toMatch(/[<>]/);
  });

  it('keeps every text within what Slack takes, with the newest message in it', async () => {
    const long = { ...notice, summary: '&'.repeat(9_000), lastMessages: manyMessages('&'.repeat(5_000)) };
    const { parts } = await slackMessageOf(long);

    for (const part of parts) expect(part.length).toBeLessThanOrEqual(3_000);
    expect(parts.some((part) => part.includes('newest'))).toBe(true);
  });

  it.each([
    { status: 403, word: 'action_prohibited' },
    { status: 404, word: 'no_service' },
    { status: 410, word: 'channel_is_archived' },
  ])('gives the target up after $status $word', async ({ status, word }) => {
    post().reply(status, word);
    const error = await failureOf(send('slack', config));

    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ scope: 'channel', code: word });
  });

  it('waits as long as Slack asks, for this target', async () => {
    post().reply(429, 'rate_limited', { 'retry-after': '30' });
    const error = await failureOf(send('slack', config));

    expect(error).toBeInstanceOf(RetryAfterError);
    expect(error).toMatchObject({ delayMs: 30_000, scope: 'channel' });
  });

  it('does not repeat what Slack cannot read, repeats after its faults, and shows no page or address', async () => {
    post().reply(400, 'invalid_blocks');
    expect(await failureOf(send('slack', config))).toMatchObject({ name: 'PermanentError', scope: 'message' });

    post().reply(500, '<html>http://slack.test/services/T000/B000/canarysecret</html>');
    const fault = await failureOf(send('slack', config));
    expect(fault).not.toBeInstanceOf(PermanentError);
    expect(String(fault)).not.toMatch(/canarysecret|html/);
  });

  it('is not sure about a 200 that does not say ok', async () => {
    post().reply(200, '<html>');
    expect(await failureOf(send('slack', config))).toBeInstanceOf(UncertainError);
  });
});
