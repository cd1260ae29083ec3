import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Channel } from '../../../src/entities/channel.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, hire, type Person } from '../../support/people.ts';
import { buildShop, conversationOf, messagesOf, telegramUpdate, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let other: Shop;
let admin: Person;
let stranger: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  other = await buildShop(world);
  [admin, stranger] = await Promise.all([hire(world, shop.tenantId, 'admin'), hire(world, other.tenantId, 'admin')]);
});

beforeEach(() => {
  world.platform.answer = undefined;
  world.platform.calls.length = 0;
});

const Shown = z.object({ id: z.string(), webhookUrl: z.string() });

let bots = 7_000;
async function connected() {
  bots += 1;
  const bot = { botToken: `${bots}:canary-token-${bots}`, secretToken: `canary-secret-${bots}-webhook` };
  const body = { kind: 'telegram', name: 'Bot', config: bot };
  const reply = await call(world, admin.token, 'POST', '/channels', { body });
  expect(reply.status).toBe(201);
  return { ...Shown.parse(reply.body), ...bot, config: bot, path: `/bot${bot.botToken}` };
}

const act = (id: string, what: string, token = admin.token) => call(world, token, 'POST', `/channels/${id}/${what}`);
const healthOf = async (id: string) => (await call(world, admin.token, 'GET', `/channels/${id}/health`)).body;

const post = (url: string, secret: string, text = 'Hello') =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify(telegramUpdate(77, text)),
  });

/** Answers this method in place of the fake platform. */
function answering(method: string, status: number, answer: unknown): void {
  world.platform.answer = ({ path }, response) => {
    if (!path.endsWith(`/${method}`)) return undefined;
    response.statusCode = status;
    response.end(JSON.stringify(answer));
    return true;
  };
}
const unauthorized = { ok: false, error_code: 401, description: 'Unauthorized' };

describe('testing a channel', () => {
  it('asks the platform, and notes that all is well', async () => {
    const { id } = await connected();
    expect(await act(id, 'test')).toMatchObject({
      status: 200,
      body: { ok: true, isAsked: true, account: '@shop_bot', problems: [] },
    });
    const first = await healthOf(id);
    expect(first).toMatchObject({ status: 'ok', reason: null, since: expect.any(String) });
    await act(id, 'test');
    expect(await healthOf(id)).toEqual(first);
  });

  it('finds a token that was revoked, and says what to do', async () => {
    const { id, botToken } = await connected();
    answering('getMe', 401, unauthorized);
    const { body } = await act(id, 'test');
    expect(body).toMatchObject({
      ok: false,
      problems: [{ code: 'refused', breaks: true, message: expect.stringContaining('current bot token') }],
    });
    expect(JSON.stringify(body)).not.toContain(botToken);
    expect(await healthOf(id)).toMatchObject({ status: 'broken', reason: expect.stringContaining('401') });
    // Entering the token anew is a new beginning.
    const config = { botToken: `${botToken}new` };
    expect((await call(world, admin.token, 'PATCH', `/channels/${id}`, { body: { config } })).status).toBe(200);
    expect(await healthOf(id)).toMatchObject({ status: 'unknown', reason: null });
  });

  it('finds a webhook that somebody else has taken over, until the channel is reconnected', async () => {
    const { id, path, webhookUrl } = await connected();
    world.platform.webhooks.set(path, { url: 'https://other.example/secret-path', secretToken: 'x' });
    const { body } = await act(id, 'test');
    expect(body).toMatchObject({ ok: false, problems: [{ code: 'webhook_elsewhere', breaks: true }] });
    expect(JSON.stringify(body)).not.toContain('other.example');
    expect(await healthOf(id)).toMatchObject({ status: 'broken' });
    expect((await act(id, 'reconnect')).status).toBe(200);
    expect(world.platform.webhooks.get(path)).toMatchObject({ url: webhookUrl });
    expect(await act(id, 'test')).toMatchObject({ body: { ok: true } });
    world.platform.webhooks.delete(path);
    expect(await act(id, 'test')).toMatchObject({ body: { problems: [{ code: 'webhook_missing' }] } });
  });

  it('tells of updates that the platform could not deliver', async () => {
    const { id, webhookUrl } = await connected();
    const result = {
      url: webhookUrl,
      pending_update_count: 12,
      last_error_date: 1_767_609_000,
      last_error_message: 'Wrong response from the webhook: 401 Unauthorized',
    };
    answering('getWebhookInfo', 200, { ok: true, result });
    expect(await act(id, 'test')).toMatchObject({
      body: {
        ok: false,
        problems: [{ code: 'webhook_failing', breaks: false, message: expect.stringContaining('12') }],
      },
    });
    answering('getWebhookInfo', 200, { ok: true, result: { ...result, pending_update_count: 0 } });
    expect(await act(id, 'test')).toMatchObject({ body: { ok: true } });
  });

  it('changes nothing when the platform does not answer', async () => {
    const [well, ill] = [await connected(), await connected()];
    await act(well.id, 'test');
    answering('getMe', 401, unauthorized);
    await act(ill.id, 'test');
    world.platform.answer = (_call, response) => {
      response.destroy();
      return true;
    };
    for (const { id } of [well, ill]) {
      expect(await act(id, 'test')).toMatchObject({ body: { problems: [{ code: 'not_reached', breaks: false }] } });
    }
    expect(await healthOf(well.id)).toMatchObject({ status: 'ok' });
    expect(await healthOf(ill.id)).toMatchObject({ status: 'broken' });
  });

  it('of WhatsApp asks for the number; of a web chat asks nobody', async () => {
    const config = {
      phoneNumberId: '10701',
      accessToken: 'EAAG-canary',
      appSecret: 'canary-app-secret-1',
      verifyToken: 'canary-verify',
    };
    const made = await call(world, admin.token, 'POST', '/channels', { body: { kind: 'whatsapp', name: 'W', config } });
    const { id } = Shown.parse(made.body);
    expect(await act(id, 'test')).toMatchObject({ body: { ok: true, account: '+1 555 0100 Shop' } });
    expect(world.platform.calls.at(-1)).toMatchObject({
      path: '/v23.0/10701?fields=display_phone_number,verified_name',
      headers: { authorization: 'Bearer EAAG-canary' },
    });
    world.platform.answer = (_call, response) => {
      response.statusCode = 401;
      response.end(JSON.stringify({ error: { code: 190, message: 'Invalid OAuth access token' } }));
      return true;
    };
    expect(await act(id, 'test')).toMatchObject({ body: { ok: false, problems: [{ code: 'refused' }] } });
    expect(await healthOf(id)).toMatchObject({ status: 'broken', reason: expect.stringContaining('190') });

    const visitorSecret = 'canary-visitor-secret-of-32-characters';
    const body = { kind: 'webchat', name: 'Chat', config: { visitorSecret } };
    const chat = Shown.parse((await call(world, admin.token, 'POST', '/channels', { body })).body);
    expect(await act(chat.id, 'test')).toMatchObject({ body: { ok: true, isAsked: false } });
  });
});

describe('the health of a channel', () => {
  it('says when something last arrived, and what could not be sent last', async () => {
    const { id, webhookUrl, secretToken } = await connected();
    answering('sendMessage', 401, unauthorized);
    expect((await post(webhookUrl, secretToken, 'What are your opening hours?')).status).toBe(200);
    await until(async () =>
      expect(await healthOf(id)).toMatchObject({
        status: 'broken',
        reason: expect.stringContaining('401'),
        since: expect.any(String),
        lastError: { code: '401', reason: expect.stringContaining('current bot token') },
        lastEventAt: expect.any(String),
        webhookUrl,
      }),
    );
  });
});

describe('disconnecting a channel', () => {
  it('ends its webhook here and there, and keeps what was said', async () => {
    await writes(world, shop, 501, 'What are your opening hours?');
    const { channelId, botToken } = shop.telegram;
    await until(async () =>
      expect(await messagesOf(world, shop, (await conversationOf(world, shop, 501)).id)).toHaveLength(2),
    );
    const path = `/bot${botToken}`;
    expect((await act(channelId, 'reconnect')).status).toBe(200);
    expect(world.platform.webhooks.has(path)).toBe(true);
    for (let again = 0; again < 2; again++) {
      expect(await act(channelId, 'disconnect')).toMatchObject({
        status: 200,
        body: { platformProblem: null, channel: { status: 'disabled', disconnectedAt: expect.any(String) } },
      });
    }
    expect(world.platform.webhooks.has(path)).toBe(false);
    await until(() => expect(writes(world, shop, 501, 'Hello?')).rejects.toThrow('404'));
    expect(await messagesOf(world, shop, (await conversationOf(world, shop, 501)).id)).toHaveLength(2);
    expect(await act(channelId, 'test')).toMatchObject({ status: 409 });

    // Reconnected, the same conversation goes on at the same address.
    const { id } = await conversationOf(world, shop, 501);
    expect(await act(channelId, 'reconnect')).toMatchObject({ body: { status: 'active', disconnectedAt: null } });
    await until(() => writes(world, shop, 501, 'Do you have vegan options?'));
    await until(async () => expect(await messagesOf(world, shop, id)).toHaveLength(4));
  });

  it('leaves a webhook alone that is not ours, and does not depend on the platform', async () => {
    const { id, path } = await connected();
    const theirs = { url: 'https://other.example/hook', secretToken: 'x' };
    world.platform.webhooks.set(path, theirs);
    expect(await act(id, 'disconnect')).toMatchObject({ body: { platformProblem: null } });
    expect(world.platform.webhooks.get(path)).toEqual(theirs);

    const second = await connected();
    answering('deleteWebhook', 401, unauthorized);
    expect(await act(second.id, 'disconnect')).toMatchObject({
      status: 200,
      body: { platformProblem: expect.stringContaining('401'), channel: { status: 'disabled' } },
    });
  });

  it('sets its account free: whoever connects it then has it, and it cannot be taken back', async () => {
    const { id, config, path } = await connected();
    await act(id, 'disconnect');
    const body = { kind: 'telegram', name: 'Moved', config };
    const moved = await call(world, stranger.token, 'POST', '/channels', { body });
    expect(moved.status).toBe(201);
    expect((await act(id, 'reconnect')).status).toBe(409);
    expect(await act(id, 'disconnect')).toMatchObject({ status: 200 });
    expect(world.platform.webhooks.get(path)).toMatchObject({ url: Shown.parse(moved.body).webhookUrl });
  });

  it('stays as it is when the platform does not agree to a reconnection', async () => {
    const { id, config } = await connected();
    await act(id, 'disconnect');
    answering('setWebhook', 401, unauthorized);
    expect(await act(id, 'reconnect')).toMatchObject({ status: 422, body: { code: 'platform_refused' } });
    const row = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.findOneOrFail(Channel, { tenantId: shop.tenantId, id }),
    );
    expect(row.status).toBe('disabled');
    world.platform.answer = undefined;
    // The account is not held by a channel that is not connected.
    const body = { kind: 'telegram', name: 'Moved', config };
    expect((await call(world, stranger.token, 'POST', '/channels', { body })).status).toBe(201);
  });
});
