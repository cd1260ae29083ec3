import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelAdapter, WebhookRequest } from '../../src/channels/adapter.ts';
import { whileReplaced } from '../support/replace-crypto.ts';
import { type Harness, loadFixtures } from './harness.ts';

const now = new Date('2026-01-05T09:30:00Z');

/** Only who has the secret is believed, and only for what he signed. */
export function describeVerify<Config>(adapter: ChannelAdapter<Config>, harness: Harness<Config>): void {
  const config = harness.config('http://127.0.0.1:1');
  const otherConfig = harness.otherConfig('http://127.0.0.1:1');
  const encode = harness.encode ?? plainJson;
  const bodies = Object.values(loadFixtures(adapter.kind)).map(encode);

  describe.each(harness.schemes)('by $name', ({ sign, coversBody }) => {
    it('believes a genuine call, and nobody without the secret', () => {
      for (const body of bodies) {
        expect(adapter.verify(call(body, sign(body, config, now)), config)).toBe(true);
        expect(adapter.verify(call(body, sign(body, otherConfig, now)), config)).toBe(false);
        expect(adapter.verify(call(body, {}), config)).toBe(false);
      }
    });

    it('refuses a call when any of its headers is missing, empty or changed', () => {
      for (const body of bodies) {
        const headers = sign(body, config, now);
        for (const [name, value] of Object.entries(headers)) {
          for (const wrong of [undefined, '', `${value}x`, `x${value}`, flipLast(value)]) {
            expect(adapter.verify(call(body, { ...headers, [name]: wrong }), config), `${name}: ${wrong}`).toBe(false);
          }
        }
      }
    });

    it('leaves the word to timingSafeEqual alone, so that no time tells how much of a proof was right', async () => {
      const [body = Buffer.of()] = bodies;
      const headers = sign(body, config, now);
      await whileReplaced('timingSafeEqual', never, () => {
        expect(adapter.verify(call(body, headers), config)).toBe(false);
      });
      await whileReplaced('timingSafeEqual', always, () => {
        for (const [name, value] of Object.entries(headers)) {
          const wrong = { ...headers, [name]: flipLast(value) };
          expect(adapter.verify(call(body, wrong), config), name).toBe(true);
        }
      });
      expect(adapter.verify(call(body, headers), config)).toBe(true);
    });

    if (!coversBody) return;
    it('refuses a body of which one bit was turned', () => {
      const flips = fc.record({ body: fc.constantFrom(...bodies), at: fc.nat(), bit: fc.nat({ max: 7 }) });
      fc.assert(
        fc.property(flips, ({ body, at, bit }) => {
          const changed = Buffer.from(body);
          changed[at % body.length] = (body[at % body.length] ?? 0) ^ (1 << bit);
          return !adapter.verify(call(changed, sign(body, config, now)), config);
        }),
      );
    });
  });

  it('has a channel of nobody, whose secrets let nobody in', () => {
    expect(adapter.config.parse(adapter.nobody)).toEqual(adapter.nobody);
    for (const { sign } of harness.schemes) {
      for (const body of bodies) {
        expect(adapter.verify(call(body, sign(body, config, now)), adapter.nobody)).toBe(false);
      }
    }
  });

  it('answers false, and throws at nothing', () => {
    const headerNames = new Set(
      harness.schemes.flatMap(({ sign }) => Object.keys(sign(bodies[0] ?? Buffer.of(), config, now))),
    );
    const headers = fc.record(Object.fromEntries([...headerNames].map((name) => [name, fc.string()])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(headers, fc.uint8Array(), (some, bytes) => !adapter.verify(call(Buffer.from(bytes), some), config)),
    );
  });
}

const always = () => true;
const never = () => false;

const plainJson = (body: unknown) => Buffer.from(JSON.stringify(body));

const call = (rawBody: Buffer, headers: WebhookRequest['headers']): WebhookRequest => ({
  headers,
  rawBody,
  now,
});

/** Another character, of the kind that stood there. */
const flipLast = (value: string) => value.replace(/[\w-](?=[^\w-]*$)/, (last) => (last === '1' ? '2' : '1'));
