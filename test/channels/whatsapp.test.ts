import * as fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { whatsapp, type WhatsappConfig } from '../../src/channels/whatsapp.ts';
import { whileReplaced } from '../support/replace-crypto.ts';
import { describeConformance } from './conformance.ts';
import type { SendCase } from './harness.ts';

const config: WhatsappConfig = {
  phoneNumberId: '106540352242922',
  accessToken: 'EAAJB0ZBexample0token0of0a0system0user',
  appSecret: '1d3f0cabc29e4f7f8b0a5c6d7e8f9012',
  verifyToken: 'a-verify-token-of-the-tenant',
  apiVersion: 'v23.0',
};

const accepted = {
  status: 200,
  body: {
    messaging_product: 'whatsapp',
    contacts: [{ input: '16505551234', wa_id: '16505551234' }],
    messages: [{ id: 'wamid.SENT==', message_status: 'accepted' }],
  },
};
const refused = (code: number, status = 400, details = 'details of the refusal') => ({
  status,
  body: {
    error: {
      message: `(#${code}) Title`,
      type: 'OAuthException',
      code,
      error_data: { messaging_product: 'whatsapp', details },
      fbtrace_id: 'A1',
    },
  },
});
const group = (codes: number[], gives: SendCase['gives'], status = 400) =>
  codes.map((code): SendCase => ({ name: `error ${code}`, replies: [refused(code, status)], gives }));

const sends: SendCase[] = [
  { name: 'accepted', replies: [accepted], gives: { externalId: 'wamid.SENT==' } },
  ...group([0, 190, 3, 10, 200, 299, 368, 131005, 131031, 131042, 131045], { permanent: 'channel' }, 401),
  ...group([131026, 131030, 131021, 131050, 130472], { permanent: 'conversation' }),
  ...group([100, 131008, 131009, 131051, 132000, 132001, 132005, 132007, 132012, 132015, 132016], {
    permanent: 'message',
  }),
  ...group([1, 2, 131000, 131016, 131052, 131053, 131057, 133016], 'not sent', 500),
  ...group([131056], { retryAfterMs: 6000, scope: 'conversation' }),
  ...group([130429, 4, 80007], { retryAfterMs: 10_000, scope: 'channel' }, 429),
  ...group([131048, 131049, 131064], { retryAfterMs: 3_600_000, scope: 'conversation' }),
  {
    name: 'the window is closed',
    replies: [refused(131047)],
    gives: { permanent: 'message', code: '131047', says: /24 hours.*template/ },
  },
  {
    name: 'a refusal of tomorrow',
    replies: [refused(139999)],
    gives: { permanent: 'message', code: '139999', says: /details of the refusal/ },
  },
  { name: 'a fault of tomorrow', replies: [refused(139998, 500)], gives: 'not sent' },
  { name: 'a gateway is down', replies: [{ status: 502, body: '<html>' }], gives: 'not sent' },
  { name: 'a gateway limits', replies: [{ status: 429, body: '' }], gives: { retryAfterMs: 10_000, scope: 'channel' } },
  { name: 'accepted, but cut short', replies: [{ status: 200, body: '{"messages":[{"id"' }], gives: 'uncertain' },
  { name: 'accepted, but without an id', replies: [{ status: 200, body: { messages: [] } }], gives: 'uncertain' },
];

const hmac = (text: string | Buffer, secret: string) => createHmac('sha256', secret).update(text).digest('hex');
/** Meta writes everything above 0x7F as an escape. */
const metaJson = (body: unknown) =>
  JSON.stringify(body).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describeConformance(whatsapp, {
  config: () => config,
  otherConfig: () => ({ ...config, appSecret: 'f'.repeat(32) }),
  schemes: [
    {
      name: 'X-Hub-Signature-256',
      coversBody: true,
      sign: (rawBody, { appSecret }) => ({ 'x-hub-signature-256': `sha256=${hmac(rawBody, appSecret)}` }),
    },
  ],
  encode: (body) => Buffer.from(metaJson(body)),
  unknown: [
    { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'telepathy', value: 7 }] }] },
    { object: 'page', entry: [{ id: '1', messaging: [] }] },
    { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [] }, null] },
  ],
  batches: [
    {
      fixture: 'batch-two-accounts',
      elements: [
        ['entry', 0, 'changes', 0, 'value', 'messages', 0],
        ['entry', 0, 'changes', 0, 'value', 'messages', 1],
        ['entry', 0, 'changes', 1, 'value', 'statuses', 0],
        ['entry', 0, 'changes', 1, 'value', 'statuses', 1],
        ['entry', 1, 'changes', 0, 'value', 'messages', 0],
      ],
    },
  ],
  sends,
  upload: { status: 200, body: { id: 'media-1' } },
});

const verify = (body: string, signature: string) =>
  whatsapp.verify(
    {
      headers: { 'x-hub-signature-256': `sha256=${signature}` },
      rawBody: Buffer.from(body),
      now: new Date(),
    },
    { ...config, appSecret: 'app_secret_example' },
  );

describe('whatsapp verifies', () => {
  const ofEscaped = 'b455d88d8ce71c9a58311239477675c9e00075424e91da2306fa740fd046b12c';

  it('the vectors', () => {
    expect(
      verify('{"object":"page","entry":[]}', '525647799b07d87469d0ffe368a0b5bcdba9bbee0a2d4611e98fcb1ec3db947c'),
    ).toBe(true);
    expect(verify('{"t":"é"}', '223f5efc5db853fb14c5bf3718d409e900c8d249214bc303956dcd2deaf82b7f')).toBe(true);
    expect(verify('{"t":"\\u00e9"}', ofEscaped)).toBe(true);
  });

  it('an emoji that a proxy took out of its escapes', () => {
    expect(verify('{"t":"é"}', ofEscaped)).toBe(true);
    expect(verify('{"t":"🎨"}', hmac('{"t":"\\ud83c\\udfa8"}', 'app_secret_example'))).toBe(true);
    expect(verify('{"t":"è"}', ofEscaped)).toBe(false);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const body = { t: text };
        return verify(JSON.stringify(body), hmac(metaJson(body), 'app_secret_example'));
      }),
    );
  });

  it('no bytes that only look alike once they are text', () => {
    const escaped = hmac('{"t":"\\ufffd"}', 'app_secret_example');
    const rawBody = Buffer.concat([Buffer.from('{"t":"'), Buffer.of(0xff), Buffer.from('"}')]);
    const headers = { 'x-hub-signature-256': `sha256=${escaped}` };
    const request = { headers, rawBody, now: new Date() };
    expect(whatsapp.verify(request, { ...config, appSecret: 'app_secret_example' })).toBe(false);
  });

  it('not the legacy SHA-1 header', () => {
    const rawBody = Buffer.from('{}');
    const sha1 = createHmac('sha1', config.appSecret).update(rawBody).digest('hex');
    const headers = { 'x-hub-signature': `sha1=${sha1}` };
    expect(whatsapp.verify({ headers, rawBody, now: new Date() }, config)).toBe(false);
  });
});

describe('whatsapp answers the challenge', () => {
  const ask = (query: Record<string, string>) => whatsapp.handshake?.(new URLSearchParams(query), config);
  const right = { 'hub.mode': 'subscribe', 'hub.verify_token': config.verifyToken, 'hub.challenge': '1158201444' };

  it('with its own token', () => {
    expect(ask(right)).toBe('1158201444');
  });

  it('and nobody else', () => {
    for (const change of [{ 'hub.verify_token': 'guess' }, { 'hub.verify_token': '' }, { 'hub.mode': 'unsubscribe' }]) {
      expect(ask({ ...right, ...change })).toBeNull();
    }
    expect(ask({})).toBeNull();
  });

  it('and leaves the word on the token to timingSafeEqual', async () => {
    const wrong = { ...right, 'hub.verify_token': config.verifyToken.replace(/.$/, '!') };
    await whileReplaced(
      'timingSafeEqual',
      () => false,
      () => expect(ask(right)).toBeNull(),
    );
    await whileReplaced(
      'timingSafeEqual',
      () => true,
      () => expect(ask(wrong)).toBe('1158201444'),
    );
  });

  it('is found by the id of its number', () => {
    expect(whatsapp.accounts?.(config)).toEqual(['106540352242922']);
  });
});
