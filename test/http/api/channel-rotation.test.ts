import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { metaSignature, buildShop, telegramUpdate, type Shop } from '../../support/tenants.ts';
import { asOwner } from '../../support/database.ts';
import { call, hire, type Person } from '../../support/people.ts';
import { until, useWorld } from '../../support/world.ts';
import { signStandardWebhook } from '../../../src/channels/signature.ts';

const world = useWorld();
let shop: Shop;
let admin: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  admin = await hire(world, shop.tenantId, 'admin');
});

beforeEach(() => {
  world.platform.answer = undefined;
  world.platform.calls.length = 0;
});

const Shown = z.object({ id: z.string(), webhookUrl: z.string() });

async function connected(kind: string, config: unknown) {
  const body = { kind, name: kind, config };
  const reply = await call(world, admin.token, 'POST', '/channels', { body });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return Shown.parse(reply.body);
}

const rotate = (id: string, config: unknown, more: Record<string, unknown> = {}) =>
  call(world, admin.token, 'POST', `/channels/${id}/rotate-secret`, { body: { config, ...more } });

/** The grace period is over: the clock is the row's. */
const endGrace = (id: string) =>
  asOwner(world.database, (owner) =>
    owner.query(`update channels set previous_until = now(), config_sealed = config_sealed where id = $1`, [id]),
  );

const TOKENS = ['canary-first-secret-token', 'canary-second-secret-token', 'canary-third-secret-token'] as const;
let bots = 9_000;
async function bot() {
  bots += 1;
  const config = { botToken: `${bots}:canary-token`, secretToken: TOKENS[0] };
  return { ...(await connected('telegram', config)), path: `/bot${config.botToken}` };
}

const post = async (url: string, secret: string) =>
  (
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      body: JSON.stringify(telegramUpdate(88, 'Hello')),
    })
  ).status;

/** What a webhook with each of these secrets is answered, once `expected` is what it is. */
const answers = (url: string, expected: number[]) =>
  until(async () => expect(await Promise.all(TOKENS.map((token) => post(url, token)))).toEqual(expected));

describe('rotating a secret', () => {
  it('lets both in for a while, and only the new one afterwards', async () => {
    const { id, webhookUrl, path } = await bot();
    await answers(webhookUrl, [200, 401, 401]);
    const { status, body } = await rotate(id, { secretToken: TOKENS[1] });
    expect(status).toBe(200);
    const { previousSecretsUntil } = z.looseObject({ previousSecretsUntil: z.iso.datetime() }).parse(body);
    expect(Date.parse(previousSecretsUntil) - Date.now()).toBeGreaterThan(86_000_000);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(world.platform.webhooks.get(path)).toEqual({ url: webhookUrl, secretToken: TOKENS[1] });
    await answers(webhookUrl, [200, 200, 401]);
    await endGrace(id);
    await answers(webhookUrl, [401, 200, 401]);
    const after = await call(world, admin.token, 'GET', `/channels/${id}`);
    expect(after.body).toMatchObject({ previousSecretsUntil: null });
  });

  it('ends by the clock, whatever is remembered of the channel', async () => {
    const { id, webhookUrl } = await bot();
    await rotate(id, { secretToken: TOKENS[1] }, { graceSeconds: 1 });
    await answers(webhookUrl, [401, 200, 401]);
  });

  it('refuses nothing of what comes in meanwhile', async () => {
    const { id, webhookUrl } = await bot();
    let rotated: Promise<unknown> | undefined;
    const seen = new Set<number>();
    for (let n = 0; n < 40; n++) {
      if (n === 5) rotated = rotate(id, { secretToken: TOKENS[1] });
      seen.add(await post(webhookUrl, TOKENS[0]));
    }
    await rotated;
    expect([...seen]).toEqual([200]);
    await answers(webhookUrl, [200, 200, 401]);
  });

  it('remembers one rotation back, or none where that is wanted', async () => {
    const { id, webhookUrl } = await bot();
    await rotate(id, { secretToken: TOKENS[1] });
    await rotate(id, { secretToken: TOKENS[2] });
    await answers(webhookUrl, [401, 200, 200]);
    expect(await rotate(id, { secretToken: TOKENS[0] }, { graceSeconds: 0 })).toMatchObject({
      body: { previousSecretsUntil: null },
    });
    await answers(webhookUrl, [200, 401, 401]);
  });

  it('ends with a change of a setting, and with a disconnection', async () => {
    const { id, webhookUrl } = await bot();
    await rotate(id, { secretToken: TOKENS[1] });
    const config = { secretToken: TOKENS[2] };
    expect((await call(world, admin.token, 'PATCH', `/channels/${id}`, { body: { config } })).status).toBe(200);
    await answers(webhookUrl, [401, 401, 200]);
    await rotate(id, { secretToken: TOKENS[0] });
    for (const what of ['disconnect', 'reconnect']) await call(world, admin.token, 'POST', `/channels/${id}/${what}`);
    await answers(webhookUrl, [200, 401, 401]);
  });

  it('is undone where the platform does not agree; what it may have taken without a word is good as well', async () => {
    const { id, webhookUrl } = await bot();
    await rotate(id, { secretToken: TOKENS[1] });
    const answer = (status: number) => {
      world.platform.answer = (_call, response) => {
        response.statusCode = status;
        response.end(JSON.stringify({ ok: false, error_code: status }));
        return true;
      };
    };
    answer(400);
    expect(await rotate(id, { secretToken: TOKENS[2] })).toMatchObject({
      status: 422,
      body: { code: 'platform_refused' },
    });
    await answers(webhookUrl, [200, 200, 401]);
    answer(500);
    expect(await rotate(id, { secretToken: TOKENS[2] })).toMatchObject({
      status: 503,
      body: { code: 'platform_away' },
    });
    await answers(webhookUrl, [401, 200, 200]);
  });

  it('takes secrets of this kind and this account only', async () => {
    const { id } = await bot();
    for (const [body, path] of [
      [{ config: {} }, 'body.config'],
      [{}, 'body.config'],
      [{ config: { siteName: 'x' } }, 'body.config.siteName'],
      [{ config: { secretToken: 'short' } }, 'body.config.secretToken'],
      [{ config: { secretToken: null } }, 'body.config.secretToken'],
      [{ config: { botToken: '1:another-bot' } }, 'body.config.botToken'],
      [{ config: { secretToken: TOKENS[1] }, graceSeconds: -1 }, 'body.graceSeconds'],
      [{ config: { secretToken: TOKENS[1] }, graceSeconds: 1e9 }, 'body.graceSeconds'],
      [{ config: { secretToken: TOKENS[1] }, grace: 1 }, 'body'],
    ] as const) {
      const reply = await call(world, admin.token, 'POST', `/channels/${id}/rotate-secret`, { body });
      expect(reply, path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
  });

  it('holds for signatures and challenges, on a channel’s own address and the shared one', async () => {
    const [before, now] = ['canary-app-secret-before', 'canary-app-secret-now-on'];
    const config = { phoneNumberId: '10901', accessToken: 'EAAG', appSecret: before, verifyToken: 'canary-verify-1' };
    const { id, webhookUrl } = await connected('whatsapp', config);
    const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: '10901' }, contacts: [], messages: [] };
    const changes = [{ field: 'messages', value }];
    const text = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] });
    const send = async (url: string, secret: string) => {
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': metaSignature(text, secret) };
      return (await fetch(url, { method: 'POST', headers, body: text })).status;
    };
    const challenge = async (token: string) =>
      (await fetch(`${webhookUrl}?hub.mode=subscribe&hub.challenge=7&hub.verify_token=${token}`)).status;
    const seen = async () => [
      await send(webhookUrl, before),
      await send(webhookUrl, now),
      await challenge('canary-verify-1'),
      await challenge('canary-verify-2'),
    ];
    await rotate(id, { appSecret: now, verifyToken: 'canary-verify-2' });
    await until(async () => expect(await seen()).toEqual([200, 200, 200, 200]));
    await endGrace(id);
    await until(async () => expect(await seen()).toEqual([401, 200, 403, 200]));
  });

  it('keeps the chats of visitors open meanwhile', async () => {
    const secrets = ['canary-visitor-secret-number-one-1', 'canary-visitor-secret-number-two-2'] as const;
    const { id, webhookUrl } = await connected('webchat', { visitorSecret: secrets[0] });
    const chat = webhookUrl.replace('/webhooks/webchat/', '/chat/');
    const session = await (await fetch(`${chat}/session`, { method: 'POST' })).json();
    const { token } = z.object({ token: z.string() }).parse(session);
    const look = async () =>
      (await fetch(`${chat}/messages`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await look()).toBe(200);
    await rotate(id, { visitorSecret: secrets[1] });
    const other = z.object({ token: z.string() });
    await until(async () => {
      const next = other.parse(await (await fetch(`${chat}/session`, { method: 'POST' })).json());
      expect(next.token.split('.')[2]).not.toBe(token.split('.')[2]);
      expect(await look()).toBe(200);
    });
    await endGrace(id);
    await until(async () => expect(await look()).toBe(401));
  });

  it('signs what is sent with both, so that the other side can change over as well', async () => {
    const whsec = (letter: string) => `whsec_${Buffer.alloc(32, letter).toString('base64')}`;
    const [before, now] = [whsec('a'), whsec('b')];
    const { id, webhookUrl } = await connected('webhook', { secret: before, replyUrl: `${world.platform.url}/reply` });
    const say = async (secret: string) => {
      const [messageId, at] = [`m-${Math.random()}`, Math.floor(Date.now() / 1000)];
      const message = { type: 'message', id: messageId, thread: 'v', from: { id: 'v' }, text: 'opening hours?' };
      const body = JSON.stringify(message);
      const headers = {
        'content-type': 'application/json',
        'webhook-id': messageId,
        'webhook-timestamp': String(at),
        'webhook-signature': signStandardWebhook(messageId, at, body, secret),
      };
      return (await fetch(webhookUrl, { method: 'POST', headers, body })).status;
    };
    const signatures = () =>
      world.platform.calls
        .filter(({ path }) => path === '/reply')
        .map(({ headers }) => String(headers['webhook-signature']));
    await rotate(id, { secret: now });
    await until(async () => expect(await say(now)).toBe(200));
    await until(() => expect(signatures().at(-1)?.split(' ')).toHaveLength(2));
    await endGrace(id);
    await until(async () => expect(await say(before)).toBe(401));
    expect(await say(now)).toBe(200);
    // What was said while both were good may be answered just before it.
    await until(() => expect(signatures().at(-1)?.split(' ')).toHaveLength(1));
  });
});
