import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channelKinds } from '../../../src/channels/registry.ts';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Tenant } from '../../../src/entities/tenant.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, telegramUpdate, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let admin: Person;
let stranger: Person;
let viewer: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  other = await buildShop(world);
  [admin, stranger, viewer] = await Promise.all([
    hire(world, shop.tenantId, 'admin'),
    hire(world, other.tenantId, 'admin'),
    hire(world, shop.tenantId, 'viewer'),
  ]);
});

beforeEach(() => {
  world.platform.answer = undefined;
  world.platform.calls.length = 0;
});

const Shown = z.object({
  id: z.string(),
  status: z.string(),
  name: z.string(),
  config: z.record(z.string(), z.unknown()),
  secretsSet: z.array(z.string()),
  webhookUrl: z.string(),
});
const Page = z.object({ items: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });

let bots = 5_000;
const newBot = () => {
  bots += 1;
  return { botToken: `${bots}:canary-token-${bots}`, secretToken: `canary-secret-${bots}-webhook` };
};
const whatsapp = (phoneNumberId: string) => ({
  phoneNumberId,
  accessToken: 'EAAG-canary',
  appSecret: 'canary-app-secret-1',
  verifyToken: 'canary-verify',
});
const webchat = { visitorSecret: 'canary-visitor-secret-of-32-characters', siteName: 'Shop' };

const connect = (token: string, kind: string, config: unknown, name = 'Mine') =>
  call(world, token, 'POST', '/channels', { body: { kind, name, config } });

async function connected(kind: string, config: unknown, token = admin.token) {
  const { status, body } = await connect(token, kind, config);
  expect(status, JSON.stringify(body)).toBe(201);
  return Shown.parse(body);
}

const idsOf = async (token: string) =>
  Page.parse((await call(world, token, 'GET', '/channels?limit=200')).body).items.map(({ id }) => id);

const post = (url: string, secret: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify(telegramUpdate(77, 'Hello')),
  });

/** The platform refuses this method of the Bot API. */
function refuse(method: string, status = 401, description = 'Unauthorized'): void {
  world.platform.answer = ({ path }, response) => {
    if (!path.endsWith(`/${method}`)) return undefined;
    response.statusCode = status;
    response.end(JSON.stringify({ ok: false, error_code: status, description }));
    return true;
  };
}

describe('the kinds of channels', () => {
  it('say what they ask for, which of it is secret, and how far they go', async () => {
    const { status, body } = await call(world, viewer.token, 'GET', '/channel-kinds');
    expect(status).toBe(200);
    const { items } = z.object({ items: z.array(z.looseObject({ kind: z.string() })) }).parse(body);
    expect(items.map(({ kind }) => kind)).toEqual(channelKinds);
    expect(items[0]).toMatchObject({
      kind: 'telegram',
      registersWebhook: true,
      canBeTested: true,
      webhookPath: '/webhooks/telegram/{key}',
      sharedWebhookPath: null,
      limits: { textLength: 4096 },
      config: {
        required: ['botToken', 'secretToken'],
        additionalProperties: false,
        properties: { botToken: { secret: true, writeOnly: true, title: 'Bot token' } },
      },
    });
    expect(items[1]).toMatchObject({
      sharedWebhookPath: '/webhooks/whatsapp',
      config: { properties: { phoneNumberId: expect.not.objectContaining({ secret: true }) } },
    });
    expect((await call(world, null, 'GET', '/channel-kinds')).status).toBe(401);
  });
});

describe('connecting a channel', () => {
  it('tells the platform where to post, and takes in what it posts', async () => {
    const bot = newBot();
    const channel = await connected('telegram', bot);
    expect(world.platform.webhooks.get(`/bot${bot.botToken}`)).toEqual({
      url: channel.webhookUrl,
      secretToken: bot.secretToken,
    });
    expect((await post(channel.webhookUrl, bot.secretToken)).status).toBe(200);
    expect((await post(channel.webhookUrl, 'canary-secret-of-another')).status).toBe(401);
  });

  it('shows which secrets are set, and never what they are', async () => {
    const { id, config, secretsSet } = await connected('whatsapp', whatsapp('10601'));
    expect(config).toEqual({ phoneNumberId: '10601', apiVersion: 'v23.0' });
    expect(secretsSet).toEqual(['accessToken', 'appSecret', 'verifyToken']);
    const seen = await Promise.all(
      ['', `/${id}`, `/${id}/health`, '?include=health'].map((path) =>
        call(world, viewer.token, 'GET', `/channels${path}`),
      ),
    );
    for (const { status, body } of seen) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain('canary');
    }
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { tenantId: shop.tenantId, subject: id }),
    );
    expect(entries.map(({ action }) => action)).toEqual(['channel.connect']);
    expect(JSON.stringify(entries)).not.toContain('canary');
  });

  it('names every field that is missing, wrong, too long or unknown, and connects nothing', async () => {
    const before = await idsOf(admin.token);
    const bot = newBot();
    for (const [body, path] of [
      [{ kind: 'fax', name: 'x', config: {} }, 'body.kind'],
      [{ kind: 'telegram', name: 'x', config: { ...bot, botToken: 'no token' } }, 'body.config.botToken'],
      [{ kind: 'telegram', name: 'x', config: { botToken: bot.botToken } }, 'body.config.secretToken'],
      [{ kind: 'telegram', name: 'x', config: { ...bot, colour: 'red' } }, 'body.config'],
      [{ kind: 'webchat', name: 'x', config: { ...webchat, allowedOrigins: [7] } }, 'body.config.allowedOrigins.0'],
      [{ kind: 'telegram', name: 'x'.repeat(101), config: bot }, 'body.name'],
      [{ kind: 'telegram', name: 'x', config: 'a' }, 'body.config'],
      [{ kind: 'telegram', name: 'x', config: bot, tenantId: other.tenantId }, 'body'],
    ] as const) {
      expect(await call(world, admin.token, 'POST', '/channels', { body }), path).toMatchObject({
        status: 422,
        body: { errors: [{ path }] },
      });
    }
    expect(world.platform.calls).toEqual([]);
    expect(await idsOf(admin.token)).toEqual(before);
  });

  it('leaves nothing behind when the platform does not agree, and says why', async () => {
    const before = await idsOf(admin.token);
    const bot = newBot();
    refuse('setWebhook');
    expect(await connect(admin.token, 'telegram', bot)).toMatchObject({
      status: 422,
      body: { code: 'platform_refused', detail: expect.stringContaining('enter the current bot token') },
    });
    world.platform.answer = (_call, response) => {
      response.destroy();
      return true;
    };
    const away = await connect(admin.token, 'telegram', bot);
    expect(away).toMatchObject({ status: 503, body: { code: 'platform_away' } });
    expect(JSON.stringify(away.body)).not.toContain('canary');
    expect(await idsOf(admin.token)).toEqual(before);
    world.platform.answer = undefined;
    await connected('telegram', bot);
  });

  it('of an account that is connected already is a conflict that does not say whose it is', async () => {
    const bot = newBot();
    const first = await connected('telegram', bot);
    await connected('whatsapp', whatsapp('10602'));
    const again = { ...bot, botToken: `${bot.botToken}2` };
    const replies = [
      await connect(stranger.token, 'telegram', again),
      await connect(stranger.token, 'whatsapp', whatsapp('10602')),
      await connect(admin.token, 'telegram', again),
    ];
    for (const { status, body } of replies) {
      expect(status).toBe(409);
      expect(JSON.stringify(body)).not.toMatch(new RegExp(`${first.id}|${shop.slug}|${shop.tenantId}`));
    }
    expect(world.platform.calls.filter(({ path }) => path.includes(again.botToken))).toEqual([]);
  });

  it('with an Idempotency-Key is done once, and answered again', async () => {
    const body = { kind: 'telegram', name: 'Mine', config: newBot() };
    const headers = { 'idempotency-key': 'connect-1' };
    const first = await call(world, admin.token, 'POST', '/channels', { body, headers });
    const second = await call(world, admin.token, 'POST', '/channels', { body, headers });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(world.platform.calls).toHaveLength(1);
  });

  it('ends where the tenant’s plan does; what is disconnected does not count', async () => {
    const small = await buildShop(world);
    await withTenant(world.deps.orm, small.tenantId, (em) =>
      em.nativeUpdate(Tenant, { id: small.tenantId }, { limits: { max_channels: 1 } }),
    );
    const { token } = await hire(world, small.tenantId, 'admin');
    const { channelId } = small.telegram;
    expect(await connect(token, 'webchat', webchat)).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    expect((await call(world, token, 'POST', `/channels/${channelId}/disconnect`)).status).toBe(200);
    await connected('webchat', webchat, token);
    expect(await call(world, token, 'POST', `/channels/${channelId}/reconnect`)).toMatchObject({ status: 409 });
  });

  it('twice at once connects one', async () => {
    const bot = newBot();
    const replies = await Promise.all([1, 2, 3].map(() => connect(admin.token, 'telegram', bot)));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  it('is for those who may', async () => {
    const body = { kind: 'webchat', name: 'x', config: webchat };
    const manager = await hire(world, shop.tenantId, 'manager');
    const reader = await cutKey(world, shop.tenantId, { scopes: ['channels:read'] });
    const writer = await cutKey(world, shop.tenantId, { scopes: ['channels:write'] });
    const tries = [null, manager.token, viewer.token, reader.key, writer.key].map((token) =>
      call(world, token, 'POST', '/channels', { body }),
    );
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([401, 403, 403, 403, 201]);
  });
});

describe('the channels of a tenant', () => {
  it('are read page by page, with their health where it is asked for', async () => {
    const many = await buildShop(world);
    const { token } = await hire(world, many.tenantId, 'admin');
    const made = [many.telegram.channelId];
    for (let n = 0; n < 3; n++) made.unshift((await connected('webchat', webchat, token)).id);
    const seen: string[] = [];
    for (let path: string | null = '/channels?limit=2&include=health'; path;) {
      const page = Page.parse((await call(world, token, 'GET', path)).body);
      for (const item of page.items) expect(item).toMatchObject({ health: { status: 'unknown', lastError: null } });
      seen.push(...page.items.map(({ id }) => id));
      path = page.next && `/channels?limit=2&include=health&cursor=${page.next}`;
    }
    expect(seen).toEqual(made);
    expect(await call(world, token, 'GET', '/channels?include=everything')).toMatchObject({ status: 422 });
    expect(Page.parse((await call(world, token, 'GET', '/channels')).body).items[0]).not.toHaveProperty('health');
  });

  it('are another tenant’s business only: every operation on one is 404, and changes nothing', async () => {
    const bot = newBot();
    const theirs = await connected('telegram', bot, stranger.token);
    const look = () => call(world, stranger.token, 'GET', `/channels/${theirs.id}`);
    const before = (await look()).body;
    world.platform.calls.length = 0;
    for (const id of [theirs.id, newId(), 'nonsense']) {
      for (const [method, path, body] of [
        ['GET', `/channels/${id}`, undefined],
        ['GET', `/channels/${id}/health`, undefined],
        ['PATCH', `/channels/${id}`, { name: 'Taken' }],
        ['POST', `/channels/${id}/test`, undefined],
        ['POST', `/channels/${id}/rotate-secret`, { config: { secretToken: 'canary-secret-of-a-thief' } }],
        ['POST', `/channels/${id}/disconnect`, undefined],
        ['POST', `/channels/${id}/reconnect`, undefined],
      ] as const) {
        expect((await call(world, admin.token, method, path, { body })).status, `${method} ${path}`).toBe(404);
        expect((await call(world, null, method, path, { body })).status).toBe(401);
        if (method !== 'GET') expect((await call(world, viewer.token, method, path, { body })).status).toBe(403);
      }
    }
    expect(world.platform.calls).toEqual([]);
    expect((await look()).body).toEqual(before);
    expect((await post(theirs.webhookUrl, bot.secretToken)).status).toBe(200);
  });
});

describe('changing a channel', () => {
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    call(world, admin.token, 'PATCH', `/channels/${id}`, { body, headers });

  it('changes what is named, leaves the rest, secrets as well, and takes away what is null', async () => {
    const { id } = await connected('webchat', { ...webchat, allowedOrigins: ['https://a.example'] });
    expect(await patch(id, { name: 'New', config: { siteName: null } })).toMatchObject({
      status: 200,
      body: { name: 'New', config: { allowedOrigins: ['https://a.example'] }, secretsSet: ['visitorSecret'] },
    });
    expect((await patch(id, {})).body).toMatchObject({ name: 'New' });
    for (const [body, path] of [
      [{ config: { allowedOrigins: 'a' } }, 'body.config.allowedOrigins'],
      [{ config: { visitorSecret: null } }, 'body.config.visitorSecret'],
      [{ config: { colour: 'red' } }, 'body.config'],
      [{ kind: 'telegram' }, 'body'],
      [{ name: '' }, 'body.name'],
    ] as const) {
      expect(await patch(id, body), path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
  });

  it('is refused where somebody else has changed it since', async () => {
    const { id } = await connected('webchat', webchat);
    const first = await call(world, admin.token, 'GET', `/channels/${id}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect((await patch(id, { name: 'One' }, { 'if-match': etag })).status).toBe(200);
    expect(await patch(id, { name: 'Two' }, { 'if-match': etag })).toMatchObject({ status: 412 });
    // A secret does not show, and yet it is another state.
    const now = (await call(world, admin.token, 'GET', `/channels/${id}`)).headers.get('etag') ?? '';
    await patch(id, { config: { visitorSecret: 'canary-another-secret-of-32-characters' } });
    expect(await patch(id, { name: 'Three' }, { 'if-match': now })).toMatchObject({ status: 412 });
  });

  it('refuses the old secret at once, and tells the platform the new one', async () => {
    const bot = newBot();
    const { id, webhookUrl } = await connected('telegram', bot);
    const secretToken = 'canary-the-new-secret';
    expect((await patch(id, { config: { secretToken } })).status).toBe(200);
    expect(world.platform.webhooks.get(`/bot${bot.botToken}`)).toEqual({ url: webhookUrl, secretToken });
    await until(async () => expect((await post(webhookUrl, bot.secretToken)).status).toBe(401));
    expect((await post(webhookUrl, secretToken)).status).toBe(200);
  });

  it('is undone where the platform does not agree', async () => {
    const bot = newBot();
    const { id, webhookUrl } = await connected('telegram', bot);
    refuse('setWebhook', 400, 'Bad Request: secret token is not good');
    expect(await patch(id, { name: 'New', config: { secretToken: 'canary-not-agreed-to' } })).toMatchObject({
      status: 422,
      body: { code: 'platform_refused', detail: expect.stringContaining('Nothing was changed') },
    });
    expect((await call(world, admin.token, 'GET', `/channels/${id}`)).body).toMatchObject({ name: 'Mine' });
    await until(async () => expect((await post(webhookUrl, bot.secretToken)).status).toBe(200));
    expect((await post(webhookUrl, 'canary-not-agreed-to')).status).toBe(401);
  });

  it('begins anew where the key that sealed its config is gone', async () => {
    const bot = newBot();
    const { id, webhookUrl } = await connected('telegram', bot);
    await asOwner(world.database, (owner) =>
      owner.query(`update channels set config_sealed = '\\x00' where id = $1`, [id]),
    );
    const act = (what: string, body?: unknown) => call(world, admin.token, 'POST', `/channels/${id}/${what}`, { body });
    expect((await call(world, admin.token, 'GET', `/channels/${id}`)).body).toMatchObject({ config: null });
    for (const reply of [
      await act('test'),
      await act('reconnect'),
      await act('rotate-secret', { config: { secretToken: bot.secretToken } }),
    ]) {
      expect(reply).toMatchObject({ status: 409, body: { code: 'key_missing' } });
    }
    expect((await patch(id, { config: { secretToken: bot.secretToken } })).status).toBe(422);
    expect((await patch(id, { config: bot })).status).toBe(200);
    await until(async () => expect((await post(webhookUrl, bot.secretToken)).status).toBe(200));
  });

  it('to an account that is connected elsewhere is a conflict', async () => {
    await connected('whatsapp', whatsapp('10611'), stranger.token);
    const { id } = await connected('whatsapp', whatsapp('10612'));
    expect((await patch(id, { config: { phoneNumberId: '10611' } })).status).toBe(409);
    expect((await patch(id, { config: { phoneNumberId: '10613' } })).status).toBe(200);
    // The number that was left is free.
    await connected('whatsapp', whatsapp('10612'), stranger.token);
  });
});
