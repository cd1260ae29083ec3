import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signStandardWebhook, verifyStandardWebhook } from '../../src/channels/signature.ts';
import { webhook, type WebhookConfig } from '../../src/channels/webhook.ts';
import { describeConformance } from './conformance.ts';
import { ioTo, loadFixtures, outgoing, outgoingFile, type SendCase } from './harness.ts';
import { type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const configFor = (platformUrl: string): WebhookConfig => ({
  secret: secretOf(1),
  replyUrl: `${platformUrl}/replies?team=7`,
});

const signedBy = (secret: (config: WebhookConfig) => string | undefined) => ({
  coversBody: true,
  sign(rawBody: Buffer, config: WebhookConfig, now: Date) {
    const seconds = now.getTime() / 1000;
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(seconds) };
    return { ...headers, 'webhook-signature': signStandardWebhook('msg_1', seconds, rawBody, [secret(config)]) };
  },
});

const in90Seconds = () => new Date(Date.now() + 90_000).toUTCString();
const sends: SendCase[] = [
  {
    name: 'taken, under an id of theirs',
    replies: [{ status: 201, body: { id: 'their-1' } }],
    gives: { externalId: 'their-1' },
  },
  {
    name: 'taken, under a number of theirs',
    replies: [{ status: 200, body: { id: 17 } }],
    gives: { externalId: '17' },
  },
  { name: 'taken without a word', replies: [{ status: 204, body: '' }], gives: { externalId: outgoing().id } },
  {
    name: 'taken with words that are not JSON',
    replies: [{ status: 200, body: 'OK' }],
    gives: { externalId: outgoing().id },
  },
  { name: 'gone', replies: [{ status: 410 }], gives: { permanent: 'channel', code: '410' } },
  {
    name: 'elsewhere',
    replies: [{ status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
    gives: { permanent: 'message', code: '307', says: /final URL/ },
  },
  ...[400, 401, 404, 422].map((status): SendCase => ({
    name: `refused with ${status}`,
    replies: [{ status }],
    gives: { permanent: 'message', code: String(status) },
  })),
  ...[429, 502, 503, 504].map((status): SendCase => ({
    name: `${status} with a wait`,
    replies: [{ status, headers: { 'retry-after': '20' } }],
    gives: { retryAfterMs: 20_000, scope: 'channel' },
  })),
  ...[429, 500, 502, 503, 504].map((status): SendCase => ({
    name: `${status} without a wait`,
    replies: [{ status }],
    gives: 'not sent',
  })),
  {
    name: 'an absurd wait',
    replies: [{ status: 503, headers: { 'retry-after': '999999' } }],
    gives: { retryAfterMs: 3_600_000, scope: 'channel' },
  },
  {
    name: 'a wait that cannot be read',
    replies: [{ status: 503, headers: { 'retry-after': 'soon' } }],
    gives: 'not sent',
  },
  {
    name: 'a wait that is over',
    replies: [{ status: 503, headers: { 'retry-after': 'Mon, 05 Jan 2026 09:30:00 GMT' } }],
    gives: { retryAfterMs: 0, scope: 'channel' },
  },
];

describeConformance(webhook, {
  config: (url) => ({ ...configFor(url), previousSecret: secretOf(2) }),
  otherConfig: (url) => ({ ...configFor(url), secret: secretOf(3), previousSecret: secretOf(4) }),
  schemes: [
    { name: 'the signing secret', ...signedBy(({ secret }) => secret) },
    { name: 'the previous signing secret', ...signedBy(({ previousSecret }) => previousSecret) },
  ],
  unknown: [
    { type: 'typing', id: '1', thread: 't' },
    { type: 'constructor', id: 1, thread: 2, from: 3 },
  ],
  sends,
});

const at = (time: string) => new Date(`2026-01-05T${time}Z`);

describe('webhook parses', () => {
  const fixtures = loadFixtures('webhook');
  const message = (messageId: string, content: object) => ({
    type: 'message',
    messageId,
    from: { externalId: 'cust-9' },
    attachments: [],
    isGroup: false,
    sentAt: at('09:30:00'),
    ...content,
  });
  const contents: Record<string, object> = {
    message: message('evt_01', {
      text: 'Waar is mijn pakket?',
      from: { externalId: 'cust-9', name: 'Zoë', language: 'nl' },
    }),
    'message-without-time': message('evt_02', { text: 'hello', sentAt: expect.any(Date) }),
    'message-numeric-ids': message('4711', { text: 'numbers', from: { externalId: '42' } }),
    'message-rich': message('evt_03', {
      text: 'see picture',
      replyToId: 'evt_01',
      payload: 'yes',
      isGroup: true,
      attachments: [
        {
          type: 'image',
          url: 'https://files.example.com/1.png',
          mimeType: 'image/png',
          fileName: '1.png',
          sizeBytes: 1024,
        },
        { type: 'location', latitude: 52.37, longitude: 4.89, label: 'Dam' },
      ],
      sentAt: at('09:31:00'),
    }),
    echo: { type: 'echo', messageId: 'evt_04', text: 'We are on it', attachments: [], sentAt: at('09:32:00') },
    edit: { type: 'edit', messageId: 'evt_01', text: 'Waar blijft mijn pakket?', editedAt: at('09:33:00') },
    deletion: { type: 'deletion', messageId: 'evt_01' },
    reaction: { type: 'reaction', messageId: 'evt_04', emoji: '🙏', from: { externalId: 'cust-9' } },
    'reaction-removed': { type: 'reaction', messageId: 'evt_04', emoji: null, from: { externalId: 'cust-9' } },
    status: {
      type: 'status',
      messageId: 'evt_04',
      status: 'failed',
      error: { code: '550', reason: 'mailbox full' },
      at: at('09:34:00'),
    },
    'type-of-tomorrow': { type: 'ignored', reason: 'events of type typing are not used' },
  };

  it.each(Object.entries(fixtures))('%s', (name, body) => {
    expect(webhook.parse(body).map(({ content }) => content)).toEqual([contents[name]]);
  });

  it('takes id and thread as they are, as strings', () => {
    expect(webhook.parse(fixtures['message'])).toMatchObject([{ externalId: 'evt_01', thread: 'ticket-77' }]);
    expect(webhook.parse(fixtures['message-numeric-ids'])).toMatchObject([
      { externalId: '4711', thread: '9007199254740993' },
    ]);
  });

  it.each([
    { from: undefined },
    { from: {} },
    { text: 7 },
    { id: '' },
    { thread: null },
    { sentAt: 'yesterday' },
    { attachments: [{ type: 'image', url: 'javascript:alert(1)' }] },
    { attachments: [{ type: 'hologram' }] },
  ])('tells the author of the other side that a field is wrong: %j', (change) => {
    expect(() => webhook.parse({ ...Object(fixtures['message']), ...change })).toThrow();
  });
});

describe('webhook writes', () => {
  let platform: ScriptedPlatform;
  beforeAll(async () => {
    platform = await startScriptedPlatform();
  });
  afterAll(() => platform.close());

  it('one signed call to the reply URL, whose webhook-id is the id of the message', async () => {
    platform.willReply({ status: 200 });
    const config = { ...configFor(platform.url), previousSecret: secretOf(2) };
    const message = outgoing({ to: 'ticket-77', quickReplies: ['Ja', 'Nee'] });
    await webhook.send(message, config, ioTo(platform));

    const [call] = platform.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/replies?team=7', headers: { 'webhook-id': message.id } });
    expect(JSON.parse(call?.body ?? '')).toEqual({
      type: 'message',
      id: message.id,
      thread: 'ticket-77',
      text: 'Hello',
      attachments: [],
      quickReplies: ['Ja', 'Nee'],
    });
    const request = {
      headers: call?.headers ?? {},
      rawBody: Buffer.from(call?.body ?? ''),
      now: new Date(),
    };
    for (const secret of [config.secret, config.previousSecret])
      expect(verifyStandardWebhook(request, secret)).toBe(true);
  });

  it('a file as a link, and never its bytes', async () => {
    platform.willReply({ status: 200 });
    const file = outgoingFile({ read: () => Promise.reject(new Error('no file was to be read')) });
    const { type, url, fileName, mimeType, sizeBytes } = file;
    await webhook.send(outgoing({ text: '', file }), configFor(platform.url), ioTo(platform));
    expect(JSON.parse(platform.calls[0]?.body ?? '')).toMatchObject({
      type: 'message',
      text: '',
      attachments: [{ type, url, fileName, mimeType, sizeBytes }],
    });
  });

  it('waits until the moment that the other side names', async () => {
    platform.willReply({ status: 429, headers: { 'retry-after': in90Seconds() } });
    const error: unknown = await webhook
      .send(outgoing(), configFor(platform.url), ioTo(platform))
      .catch((reason: unknown) => reason);
    expect(error).toHaveProperty('delayMs', expect.closeTo(90_000, -4));
  });
});

describe('a webhook config', () => {
  it.each([
    { secret: 'whsec_c2hvcnQ=' },
    { secret: Buffer.alloc(32).toString('base64') },
    { replyUrl: 'ftp://example.com' },
    { replyUrl: 'example.com' },
    { previousSecret: '' },
  ])('refuses %j', (change) => {
    const config = configFor('https://example.com');
    expect(webhook.config.safeParse(config).success).toBe(true);
    expect(webhook.config.safeParse({ ...config, ...change }).success).toBe(false);
  });
});
