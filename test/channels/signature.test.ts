import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { WebhookRequest } from '../../src/channels/adapter.ts';
import {
  sameSecret,
  signStandardWebhook,
  verifyHmacSha256Base64,
  verifyHmacSha256Hex,
  verifyStandardWebhook,
} from '../../src/channels/signature.ts';

// The official vector of the Standard Webhooks test suite.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestamp = 1614265330;
const body = '{"test": 2432232314}';
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const otherSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

const request = (headers: WebhookRequest['headers'] = {}, extra: Partial<WebhookRequest> = {}): WebhookRequest => ({
  headers: { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature, ...headers },
  rawBody: Buffer.from(body),
  now: new Date(timestamp * 1000),
  ...extra,
});
const secondsLater = (seconds: number) => ({ now: new Date((timestamp + seconds) * 1000) });

describe('verifyStandardWebhook', () => {
  it('accepts the official vector', () => {
    expect(verifyStandardWebhook(request(), secret)).toBe(true);
  });

  it('accepts what the reference library signs, and signs what it accepts', () => {
    const now = new Date();
    const theirs = new Webhook(secret).sign(id, now, body);
    const seconds = Math.floor(now.getTime() / 1000);
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': theirs };
    expect(verifyStandardWebhook(request(headers, { now }), secret)).toBe(true);

    const ours = { ...headers, 'webhook-signature': signStandardWebhook(id, seconds, body, secret) };
    expect(new Webhook(secret).verify(body, ours)).toEqual({ test: 2432232314 });
  });

  it('allows clocks to differ by five minutes and no more', () => {
    for (const seconds of [-300, -1, 0, 300]) {
      expect(verifyStandardWebhook(request({}, secondsLater(seconds)), secret)).toBe(true);
    }
    for (const seconds of [-301, 301, 86_400]) {
      expect(verifyStandardWebhook(request({}, secondsLater(seconds)), secret)).toBe(false);
    }
  });

  it.each(['', 'NaN', '1e9', '-1614265330', '1614265330.0', ' 1614265330', '0x6037c0f2', '9'.repeat(40)])(
    'refuses the timestamp %j even when it is signed',
    (text) => {
      const signed = `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`${id}.${text}.${body}`)
        .digest('base64')}`;
      const headers = { 'webhook-timestamp': text, 'webhook-signature': signed };
      expect(verifyStandardWebhook(request(headers), secret)).toBe(false);
    },
  );

  it('refuses when the clock of the request cannot be read', () => {
    expect(verifyStandardWebhook(request({}, { now: new Date(Number.NaN) }), secret)).toBe(false);
  });

  it('finds the right signature in a list, and counts only version v1', () => {
    const wrong = 'v1,AAAASsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    const list = `${wrong} v1a,${signature.slice(3)} ${signature}`;
    expect(verifyStandardWebhook(request({ 'webhook-signature': list }), secret)).toBe(true);
    expect(verifyStandardWebhook(request({ 'webhook-signature': `v2,${signature.slice(3)}` }), secret)).toBe(false);
    expect(verifyStandardWebhook(request({ 'webhook-signature': signature.slice(3) }), secret)).toBe(false);
  });

  it('accepts the old and the new secret while they change over', () => {
    expect(verifyStandardWebhook(request(), [otherSecret, secret])).toBe(true);
    expect(verifyStandardWebhook(request(), [otherSecret, undefined])).toBe(false);
  });

  it('tells thousands of secrets apart, whichever was used before', () => {
    const secrets = Array.from(
      { length: 2_500 },
      (_, n) => `whsec_${Buffer.from(String(n).padStart(24, '0')).toString('base64')}`,
    );
    for (const other of secrets) expect(verifyStandardWebhook(request(), other)).toBe(false);
    expect(verifyStandardWebhook(request(), secret)).toBe(true);
    for (const own of [...secrets.slice(0, 3), ...secrets.slice(-3)]) {
      const headers = { 'webhook-signature': signStandardWebhook(id, timestamp, body, own) };
      expect(secrets.filter((one) => verifyStandardWebhook(request(headers), one))).toEqual([own]);
    }
  });

  it('refuses everybody where no usable secret is set', () => {
    const withEmptyKey = `v1,${createHmac('sha256', '').update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    for (const unset of ['', 'whsec_', 'whsec_!!!!', [], [undefined, '']]) {
      expect(verifyStandardWebhook(request({ 'webhook-signature': withEmptyKey }), unset)).toBe(false);
    }
  });

  it('covers every byte of a body that is not text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const headers = { 'webhook-signature': signStandardWebhook(id, timestamp, bytes, secret) };
    expect(verifyStandardWebhook(request(headers, { rawBody: bytes }), secret)).toBe(true);
    // Both decode to the same replacement characters, so a check over text would not see the difference.
    const other = Buffer.from([0xfe, 0xff, 0x00, 0x81]);
    expect(verifyStandardWebhook(request(headers, { rawBody: other }), secret)).toBe(false);
  });
});

describe('signStandardWebhook', () => {
  it('gives the official signature', () => {
    expect(signStandardWebhook(id, timestamp, body, secret)).toBe(signature);
  });

  it('signs with both secrets while they change over', () => {
    const both = signStandardWebhook(id, timestamp, body, [otherSecret, secret]);
    expect(both.split(' ')).toEqual([signStandardWebhook(id, timestamp, body, otherSecret), signature]);
  });

  it('does not send an unsigned call', () => {
    expect(() => signStandardWebhook(id, timestamp, body, ['whsec_', undefined])).toThrow(/whsec_/);
  });
});

describe('sameSecret', () => {
  it('accepts exactly the expected value', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    expect(sameSecret('abc', ['new', 'abc'])).toBe(true);
    for (const given of ['abd', 'ab', 'abcd', '', undefined, ['abc'], ['abc', 'abc']]) {
      expect(sameSecret(given, 'abc')).toBe(false);
    }
  });

  it('lets nobody in where no secret is set', () => {
    expect(sameSecret('', '')).toBe(false);
    expect(sameSecret('', [])).toBe(false);
    expect(sameSecret('', [undefined])).toBe(false);
  });
});

describe('HMAC-SHA256', () => {
  const hex = '525647799b07d87469d0ffe368a0b5bcdba9bbee0a2d4611e98fcb1ec3db947c';
  const signed = '{"object":"page","entry":[]}';

  it("accepts Meta's vector in hex, and the same bytes in base64", () => {
    expect(verifyHmacSha256Hex(hex, signed, 'app_secret_example')).toBe(true);
    const base64 = Buffer.from(hex, 'hex').toString('base64');
    expect(verifyHmacSha256Base64(base64, Buffer.from(signed), ['x', 'app_secret_example'])).toBe(true);
  });

  it('refuses the other encoding, another case and no secret', () => {
    expect(verifyHmacSha256Base64(hex, signed, 'app_secret_example')).toBe(false);
    expect(verifyHmacSha256Hex(hex.toUpperCase(), signed, 'app_secret_example')).toBe(false);
    expect(verifyHmacSha256Hex(createHmac('sha256', '').update(signed).digest('hex'), signed, '')).toBe(false);
  });
});
