import { once } from 'node:events';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PermanentError, RetryAfterError } from '../../src/errors.ts';
import { notifierKind, notifierKinds } from '../../src/handover/notifiers/registry.ts';
import { closeAfterwards, failureOf, notice, send, stayOnThisMachine } from './harness.ts';

stayOnThisMachine();

describe('registry', () => {
  it('finds every kind by its name and names them all for one that does not exist', () => {
    for (const notifier of notifierKinds) expect(notifierKind(notifier.kind)).toBe(notifier);
    expect(() => notifierKind('fax')).toThrow(/email, slack, telegram, webhook/);
  });

  it('marks the secrets of every kind', () => {
    const secrets = notifierKinds.flatMap(({ kind, config }) => {
      const { properties } = z
        .object({ properties: z.record(z.string(), z.looseObject({})) })
        .parse(z.toJSONSchema(config));
      return Object.entries(properties).flatMap(([name, { secret }]) => (secret ? [`${kind}.${name}`] : []));
    });
    expect(secrets).toEqual(['slack.webhookUrl', 'telegram.botToken', 'webhook.secret']);
  });
});

async function startReceiver(status: number, headers: Record<string, string> = {}) {
  const calls: { headers: Record<string, string>; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const given = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      calls.push({ headers: Object.fromEntries(given), body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(status, headers).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterwards(() => new Promise((resolve) => server.close(resolve)));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { calls, url: `http://127.0.0.1:${port}/hook` };
}

const parseConfig = (given: string) =>
  notifierKind('webhook').config.safeParse({ url: 'https://a.example', secret: given });

describe('webhook', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const Body = z.object({ type: z.string(), timestamp: z.string(), data: z.unknown() });

  it('posts the notice signed, under an id and with a body that stay the same over retries', async () => {
    const { calls, url } = await startReceiver(202);

    expect(await send('webhook', { url, secret })).toEqual({ externalId: null });
    await send('webhook', { url, secret });

    const [first, second] = calls;
    const verified = new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {});
    expect(Body.parse(verified)).toEqual({ type: 'handover.requested', timestamp: notice.createdAt, data: notice });
    expect(first?.headers['webhook-id']).toBe(notice.id);
    expect(second?.headers['webhook-id']).toBe(notice.id);
    expect(second?.body).toBe(first?.body);
    const other = new Webhook(Buffer.alloc(32, 8).toString('base64'));
    expect(() => other.verify(first?.body ?? '', first?.headers ?? {})).toThrow(/signature/);
  });

  it.each([
    { status: 410, scope: 'channel' },
    { status: 301, scope: 'channel' },
    { status: 400, scope: 'message' },
    { status: 404, scope: 'message' },
  ])('does not repeat after $status', async ({ status, scope }) => {
    const { url } = await startReceiver(status, { location: 'http://127.0.0.1:1/' });
    const error = await failureOf(send('webhook', { url, secret }));

    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ scope, code: String(status) });
  });

  it.each([429, 502, 503, 504])('waits as long as %i asks', async (status) => {
    const inSeconds = await startReceiver(status, { 'retry-after': '12' });
    expect(await failureOf(send('webhook', { url: inSeconds.url, secret }))).toMatchObject({
      name: 'RetryAfterError',
      delayMs: 12_000,
      scope: 'channel',
    });

    const silent = await startReceiver(status);
    const error = await failureOf(send('webhook', { url: silent.url, secret }));
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error).not.toBeInstanceOf(RetryAfterError);
  });

  it('reads a date in retry-after', async () => {
    const { url } = await startReceiver(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    const error = await failureOf(send('webhook', { url, secret }));
    const { delayMs } = z.object({ delayMs: z.number() }).parse(error);
    expect(delayMs).toBeGreaterThan(50_000);
    expect(delayMs).toBeLessThanOrEqual(60_000);
  });

  it('tries again after a fault', async () => {
    const { url } = await startReceiver(500);
    expect(await failureOf(send('webhook', { url, secret }))).not.toBeInstanceOf(PermanentError);
  });

  it('refuses a secret that cannot sign', () => {
    expect(parseConfig(secret).success).toBe(true);
    for (const wrong of ['whsec_short', 'hunter2', secret.slice(6)]) expect(parseConfig(wrong).success).toBe(false);
  });
});
