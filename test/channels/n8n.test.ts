import { describe, expect, it } from 'vitest';
import { n8n, type N8nConfig } from '../../src/channels/n8n.ts';
import { channelAdapter, channelKinds } from '../../src/channels/registry.ts';
import { signStandardWebhook } from '../../src/channels/signature.ts';
import { PermanentError } from '../../src/errors.ts';
import { describeConformance } from './conformance.ts';
import { ioTo, loadFixtures, outgoing } from './harness.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const config: N8nConfig = { secret: secretOf(1), callbackToken: 'cb_0123456789abcdef' };

describeConformance(n8n, {
  config: () => config,
  otherConfig: () => ({ secret: secretOf(2), callbackToken: 'cb_fedcba9876543210' }),
  schemes: [
    {
      name: 'signature',
      coversBody: true,
      sign(rawBody, { secret }, now) {
        const seconds = now.getTime() / 1000;
        const headers = { 'webhook-id': 'exec-231', 'webhook-timestamp': String(seconds) };
        return { ...headers, 'webhook-signature': signStandardWebhook('exec-231', seconds, rawBody, secret) };
      },
    },
    {
      name: 'Bearer token',
      coversBody: false,
      sign: (_, { callbackToken }) => ({ authorization: `Bearer ${callbackToken}` }),
    },
  ],
  unknown: [{ runId: '1', type: 'something-new' }, { correlationId: '1' }],
  sends: [],
});

const fixtures = loadFixtures('n8n');

const verify = (authorization: string) =>
  n8n.verify({ headers: { authorization }, rawBody: Buffer.from('{}'), now: new Date() }, config);

describe('n8n verifies', () => {
  it('a Bearer token however the scheme is written, and no other scheme', () => {
    expect(verify(`bearer ${config.callbackToken}`)).toBe(true);
    expect(verify(config.callbackToken)).toBe(false);
    expect(verify(`Basic ${config.callbackToken}`)).toBe(false);
    expect(verify(`Bearer ${config.secret}`)).toBe(false);
  });
});

const idOf = (body: unknown) => n8n.parse(body)[0]?.externalId;

describe('n8n parses', () => {
  const runs: [string, string][] = [
    ['reply', '0198c9a2-7b1e-7c3d-9f40-2d6a1b3c4d5e'],
    ['reply-correlation-id', '0198c9a2-7b1e-7c3d-9f40-2d6a1b3c4d5f'],
    ['handover', '0198c9a2-7b1e-7c3d-9f40-2d6a1b3c4d60'],
    ['numeric-run-id', '231'],
  ];
  it.each(runs)('%s as the answer of run %s', (name, runId) => {
    const body = fixtures[name];
    const [event, ...others] = n8n.parse(body);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ thread: runId, content: { type: 'agent_answer', runId, answer: body } });
    expect(event?.externalId).toMatch(new RegExp(`^${runId}:[0-9a-f]{16}$`));
  });

  it('the same answer as the same event, whatever the order of its keys, and another answer as another', () => {
    const id = idOf({ runId: 'r', text: 'a', list: [{ x: 1, y: 2 }] });
    expect(idOf({ list: [{ y: 2, x: 1 }], text: 'a', runId: 'r' })).toBe(id);
    expect(idOf({ runId: 'r', text: 'b', list: [{ x: 1, y: 2 }] })).not.toBe(id);
    expect(idOf({ runId: 'r', text: 'a', list: [{ x: 2, y: 1 }] })).not.toBe(id);
  });

  it('an answer nested as deep as JSON goes, without running out of stack', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(n8n.parse({ runId: 'r', deep })).toHaveLength(1);
  });

  it('nothing that does not say which run it answers', () => {
    for (const body of [{ text: 'a' }, { runId: null }, { runId: '' }, { runId: {} }, [], null, 'text']) {
      expect(() => n8n.parse(body)).toThrow();
    }
  });
});

describe('n8n', () => {
  it('cannot be written to', async () => {
    const attempt = n8n.send(outgoing(), config, ioTo({ url: '' }));
    await expect(attempt).rejects.toBeInstanceOf(PermanentError);
  });
});

describe('the registry', () => {
  it('knows every kind by its name and nothing else', () => {
    expect(channelKinds).toEqual(['telegram', 'whatsapp', 'webchat', 'webhook', 'n8n']);
    for (const kind of channelKinds) expect(channelAdapter(kind)?.kind).toBe(kind);
    for (const kind of ['', 'Telegram', 'constructor', '__proto__']) expect(channelAdapter(kind)).toBeUndefined();
  });
});
