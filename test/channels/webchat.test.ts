import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueVisitorToken, readVisitorToken, webchat, type WebchatConfig } from '../../src/channels/webchat.ts';
import { describeConformance } from './conformance.ts';
import { ioTo, loadFixtures, outgoing, outgoingFile } from './harness.ts';

const config: WebchatConfig = {
  siteName: 'Acme',
  allowedOrigins: ['https://acme.example'],
  visitorSecret: 'a-visitor-secret-of-at-least-32-characters',
};
const now = new Date('2026-01-05T09:30:00Z');
const fixtures = loadFixtures('webchat');
const visitorOf = (rawBody: Buffer) =>
  z.object({ visitorId: z.string() }).parse(JSON.parse(rawBody.toString())).visitorId;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describeConformance(webchat, {
  config: () => config,
  otherConfig: () => ({ ...config, visitorSecret: 'another-visitor-secret-of-32-characters' }),
  schemes: [
    {
      name: 'the token of a visitor',
      coversBody: false,
      sign: (rawBody, signer, at) => bearer(issueVisitorToken(visitorOf(rawBody), signer, at, 3600)),
    },
  ],
  unknown: [],
  sends: [],
});

describe('a visitor token', () => {
  const token = issueVisitorToken('v_1', config, now, 60);
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

  it('names its visitor until it expires', () => {
    expect(token).toMatch(/^v_1\.1767605460\.[\w-]{43}$/);
    expect(readVisitorToken(token, config, now)).toBe('v_1');
    expect(readVisitorToken(token, config, later(59))).toBe('v_1');
    expect(readVisitorToken(token, config, later(60))).toBeNull();
    expect(readVisitorToken(token, config, new Date(Number.NaN))).toBeNull();
  });

  it('cannot be given to another visitor or a longer life', () => {
    const [, expires, mac] = token.split('.');
    for (const forged of [
      `v_2.${expires}.${mac}`,
      `v_1.9999999999.${mac}`,
      `v_1.${expires}.`,
      `v_1.${expires}`,
      '',
      '..',
    ]) {
      expect(readVisitorToken(forged, config, now)).toBeNull();
    }
  });

  it('is worth nothing where the secret is unset or too short to be one', () => {
    const short = { visitorSecret: 'short' };
    expect(readVisitorToken(issueVisitorToken('v_1', short, now, 60), short, now)).toBeNull();
  });

  it('is not made for an id that would not read back', () => {
    for (const id of ['', 'a.b', 'a:b', 'x'.repeat(65)]) expect(() => issueVisitorToken(id, config, now, 60)).toThrow();
  });
});

describe('webchat verifies', () => {
  const verify = (body: string, headers: Record<string, string>, at = now) =>
    webchat.verify({ headers, rawBody: Buffer.from(body), now: at }, config);
  const token = issueVisitorToken('v_1', config, now, 60);

  it('that a visitor writes in his own name', () => {
    expect(verify('{"visitorId":"v_1"}', bearer(token))).toBe(true);
    for (const body of [
      '{"visitorId":"v_2"}',
      '{"visitorId":["v_1"]}',
      '{}',
      'null',
      '',
      '{',
      '{"visitorId":"v_1","visitorId":"v_2"}',
    ]) {
      expect(verify(body, bearer(token)), body).toBe(false);
    }
  });

  it('that the token is still good', () => {
    expect(verify('{"visitorId":"v_1"}', bearer(token), new Date(now.getTime() + 60_000))).toBe(false);
  });
});

describe('webchat parses', () => {
  it('a message, at the time at which it came', () => {
    const before = Date.now();
    const [event] = webchat.parse(fixtures['text']);
    const externalId = 'v_8f2c1d7e:0198c9a2-7b1e-7c3d-9f40-2d6a1b3c4d5e';

    expect(event).toMatchObject({ externalId, thread: 'v_8f2c1d7e' });
    expect(event?.content).toEqual({
      type: 'message',
      messageId: externalId,
      from: { externalId: 'v_8f2c1d7e' },
      text: 'Hi, do you ship to Norway? 🇳🇴',
      attachments: [],
      isGroup: false,
      sentAt: expect.any(Date),
    });
    const { sentAt } = z.object({ sentAt: z.date() }).parse(event?.content);
    expect(sentAt.getTime()).toBeGreaterThanOrEqual(before);
  });

  it('what the visitor says of himself', () => {
    const from = { externalId: 'v_8f2c1d7e', name: 'Ingrid', language: 'nb-NO' };
    expect(webchat.parse(fixtures['text-named'])).toMatchObject([{ content: { from } }]);
  });

  it.each([
    { text: '' },
    { text: 'x'.repeat(4001) },
    { id: 'not-a-uuid' },
    { visitorId: 'a:b' },
    { sentAt: '0000-01-01T00:00:00Z' },
    { name: 'x'.repeat(201) },
  ])('nothing that is too long or malformed: %j', (change) => {
    expect(() => webchat.parse({ ...Object(fixtures['text']), ...change })).toThrow();
  });
});

describe('webchat writes', () => {
  it('nothing over the network: the browser reads the message from our store', async () => {
    const nowhere = { ...ioTo({ url: '' }), request: () => Promise.reject(new Error('no call was expected')) };
    expect(await webchat.send(outgoing({ id: 'm1' }), config, nowhere)).toEqual({ externalId: 'm1' });
    const file = outgoingFile({ read: () => Promise.reject(new Error('no file was to be read')) });
    expect(await webchat.send(outgoing({ id: 'm2', text: '', file }), config, nowhere)).toEqual({ externalId: 'm2' });
  });
});
