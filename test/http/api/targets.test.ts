import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Notification } from '../../../src/entities/notification.ts';
import { NotificationTarget } from '../../../src/entities/notification-target.ts';
import { notifierKinds } from '../../../src/handover/notifiers/registry.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, handlerOf, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let other: Shop;
let admin: Person;
let viewer: Person;

beforeAll(async () => {
  shop = await buildShop(world, { handoverMode: 'immediate' });
  other = await buildShop(world);
  [admin, viewer] = await Promise.all([hire(world, shop.tenantId, 'admin'), hire(world, shop.tenantId, 'viewer')]);
});

beforeEach(() => {
  world.platform.answer = undefined;
  world.platform.calls.length = 0;
});

const secret = `whsec_${'Canary'.repeat(8)}`;
const webhook = (path = '/told') => ({
  kind: 'webhook',
  name: 'Desk',
  config: { url: `${world.platform.url}${path}`, secret },
});

const Shown = z.looseObject({ id: z.string() });
const Page = z.object({ items: z.array(Shown), next: z.string().nullable() });

const post = (token: string | null, body: unknown) => call(world, token, 'POST', '/notification-targets', { body });
const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
  call(world, admin.token, 'PATCH', `/notification-targets/${id}`, { body, headers });

async function make(body: unknown = webhook(), token = admin.token) {
  const reply = await post(token, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return Shown.parse(reply.body);
}

const rowOf = ({ tenantId }: Shop, id: string) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(NotificationTarget, { tenantId, id }));
const told = (path: string) => world.platform.calls.filter((one) => one.path === path);

describe('a notification target', () => {
  it('is of one of the kinds that are listed with what they ask for', async () => {
    const { status, body } = await call(world, viewer.token, 'GET', '/notification-target-kinds');
    expect(status).toBe(200);
    const { items } = z.object({ items: z.array(z.looseObject({ kind: z.string() })) }).parse(body);
    expect(items.map(({ kind }) => kind)).toEqual(notifierKinds.map(({ kind }) => kind));
    expect(items.find(({ kind }) => kind === 'webhook')).toMatchObject({
      config: { properties: { secret: { secret: true, writeOnly: true } }, required: ['url', 'secret'] },
    });
  });

  it('is told from then on when a customer needs a person, and never shows its secrets', async () => {
    const { id } = await make();
    const seen = await Promise.all(
      ['', `/${id}`].map((path) => call(world, viewer.token, 'GET', `/notification-targets${path}`)),
    );
    expect(seen.map(({ status }) => status)).toEqual([200, 200]);
    expect(seen[1]?.body).toMatchObject({ config: { url: webhook().config.url }, secretsSet: ['secret'] });
    expect(JSON.stringify(seen)).not.toContain('Canary');
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { tenantId: shop.tenantId, subject: id }),
    );
    expect(entries.map(({ action }) => action)).toEqual(['target.create']);
    expect(JSON.stringify(entries)).not.toContain('Canary');

    await writes(world, shop, 601, 'I want to talk to a human');
    await until(() => expect(told('/told')).toHaveLength(1));
  });

  it('is refused by field where something is missing, wrong, too long or unknown', async () => {
    const telegram = { kind: 'telegram', name: 'T', config: { botToken: shop.telegram.botToken, chatId: '-100' } };
    const elsewhere = { ...telegram, config: { ...telegram.config, botToken: '1:other-bot' } };
    for (const [body, path] of [
      [{ ...webhook(), kind: 'pigeon' }, 'body.kind'],
      [{ ...webhook(), name: 'x'.repeat(101) }, 'body.name'],
      [{ ...webhook(), config: { url: 'ftp://a', secret } }, 'body.config.url'],
      [{ ...webhook(), config: { url: 'https://a.example' } }, 'body.config.secret'],
      [{ ...webhook(), config: { ...webhook().config, colour: 1 } }, 'body.config'],
      [{ ...webhook(), isActive: 'yes' }, 'body.isActive'],
      [{ ...webhook(), tenantId: other.tenantId }, 'body'],
      [{ ...webhook(), replyChannelId: shop.telegram.channelId }, 'body.replyChannelId'],
      [{ ...telegram, replyChannelId: other.telegram.channelId }, 'body.replyChannelId'],
      [{ ...elsewhere, replyChannelId: shop.telegram.channelId }, 'body.replyChannelId'],
      [
        { ...telegram, config: { ...telegram.config, chatId: '@managers' }, replyChannelId: shop.telegram.channelId },
        'body.replyChannelId',
      ],
      [{ kind: 'email', name: 'E', config: { to: ['not an address'] } }, 'body.config.to.0'],
    ] as const) {
      expect(await post(admin.token, body), path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
  });

  it('in a Telegram chat can be answered through the channel of the same bot', async () => {
    const { botToken, channelId } = shop.telegram;
    const config = { botToken, chatId: '-1001' };
    const { id } = await make({ kind: 'telegram', name: 'Team', config, replyChannelId: channelId });
    expect((await rowOf(shop, id)).replyThread).toBe(`${channelId}/-1001`);
    expect((await patch(id, { config: { chatId: '-1002' } })).body).toMatchObject({ replyChannelId: channelId });
    expect((await rowOf(shop, id)).replyThread).toBe(`${channelId}/-1002`);
    expect((await patch(id, { replyChannelId: null })).body).toMatchObject({ replyChannelId: null });
    await call(world, admin.token, 'DELETE', `/notification-targets/${id}`);
  });

  it('is for those who may', async () => {
    const manager = await hire(world, shop.tenantId, 'manager');
    const reader = await cutKey(world, shop.tenantId, { scopes: ['targets:read'] });
    const tries = [null, viewer.token, manager.token, reader.key].map((token) => post(token, webhook()));
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([401, 403, 403, 403]);
    expect((await call(world, reader.key, 'GET', '/notification-targets')).status).toBe(200);
  });

  it('of another tenant is 404 by every operation, and nothing changes', async () => {
    const stranger = await hire(world, other.tenantId, 'owner');
    const { id } = await make({ ...webhook(), isActive: false });
    const before = await rowOf(shop, id);
    for (const one of [id, newId(), 'nonsense']) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'Taken' }],
        ['DELETE', '', undefined],
        ['POST', '/test', undefined],
      ] as const) {
        const url = `/notification-targets/${one}${path}`;
        expect((await call(world, stranger.token, method, url, { body })).status, `${method} ${path}`).toBe(404);
        expect((await call(world, null, method, url, { body })).status).toBe(401);
        if (method !== 'GET') expect((await call(world, viewer.token, method, url, { body })).status).toBe(403);
      }
    }
    expect(await rowOf(shop, id)).toEqual(before);
    expect(told('/told')).toEqual([]);
  });

  it('is one of a list that is read page by page', async () => {
    const big = await buildShop(world);
    const { token } = await hire(world, big.tenantId, 'owner');
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.unshift((await make(webhook(), token)).id);
    const seen: string[] = [];
    for (let path: string | null = '/notification-targets?limit=2'; path;) {
      const page = Page.parse((await call(world, token, 'GET', path)).body);
      seen.push(...page.items.map(({ id }) => id));
      path = page.next && `/notification-targets?limit=2&cursor=${page.next}`;
    }
    expect(seen).toEqual(made);
    expect((await call(world, token, 'GET', '/notification-targets?limit=0')).status).toBe(422);
  });

  it('changes where that is said, keeps the rest, and is not written over', async () => {
    const { id } = await make(webhook('/before'));
    const etag = (await call(world, admin.token, 'GET', `/notification-targets/${id}`)).headers.get('etag') ?? '';
    const url = `${world.platform.url}/after`;
    expect(await patch(id, { name: 'New', config: { url } }, { 'if-match': etag })).toMatchObject({
      status: 200,
      body: { name: 'New', config: { url }, secretsSet: ['secret'] },
    });
    expect((await patch(id, { name: 'Late' }, { 'if-match': etag })).status).toBe(412);
    for (const [body, path] of [
      [{ kind: 'slack' }, 'body'],
      [{ config: { secret: null } }, 'body.config.secret'],
      [{ config: { colour: 1 } }, 'body.config'],
    ] as const) {
      expect(await patch(id, body), path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    expect((await patch(id, { isActive: false })).body).toMatchObject({ isActive: false });
  });
});

describe('testing a target', () => {
  const test = (id: string) => call(world, admin.token, 'POST', `/notification-targets/${id}/test`);

  it('sends a notice that says it is a test, to that target alone', async () => {
    const { id } = await make({ ...webhook('/tested'), isActive: false });
    expect(await test(id)).toMatchObject({ status: 200, body: { ok: true, problem: null } });
    expect(world.platform.calls.map(({ path }) => path)).toEqual(['/tested']);
    expect(told('/tested')[0]?.body).toMatchObject({
      type: 'handover.requested',
      data: { tenant: { slug: shop.slug }, reason: expect.stringContaining('test') },
    });
    expect(told('/tested')[0]?.headers).toHaveProperty('webhook-signature');
  });

  it('says why it could not be sent', async () => {
    const { id } = await make({ ...webhook('/gone'), isActive: false });
    world.platform.answer = (_call, response) => {
      response.statusCode = 410;
      response.end();
      return true;
    };
    expect(await test(id)).toMatchObject({ status: 200, body: { ok: false, problem: expect.stringContaining('410') } });
    const mail = await make({ kind: 'email', name: 'E', config: { to: ['a@b.example'] }, isActive: false });
    expect(await test(mail.id)).toMatchObject({ body: { ok: false, problem: expect.stringContaining('SMTP_URL') } });
  });
});

describe('deleting a target', () => {
  it('ends it with its secrets, and keeps what was told through it', async () => {
    const small = await buildShop(world, { handoverMode: 'immediate' });
    const { token } = await hire(world, small.tenantId, 'admin');
    const { id } = await make(webhook('/deleted'), token);
    await writes(world, small, 602, 'I want to talk to a human');
    await until(() => expect(told('/deleted')).toHaveLength(1));
    expect((await call(world, token, 'DELETE', `/notification-targets/${id}`)).status).toBe(200);
    for (const method of ['GET', 'DELETE']) {
      expect((await call(world, token, method, `/notification-targets/${id}`)).status).toBe(404);
    }
    expect(Page.parse((await call(world, token, 'GET', '/notification-targets')).body).items).toEqual([]);
    const row = await rowOf(small, id);
    expect(world.deps.keys.open(row.configSealed, `${small.tenantId}/${id}`)).toEqual({});

    await until(async () => expect((await world.deps.targetsOf(small.tenantId)).ids).toEqual([]));
    await writes(world, small, 603, 'I want to talk to a human');
    await until(async () => expect(await handlerOf(world, small, 603)).toBe('queued'));
    expect(told('/deleted')).toHaveLength(1);
    const notes = await withTenant(world.deps.orm, small.tenantId, (em) =>
      em.find(Notification, { tenantId: small.tenantId }),
    );
    expect(notes.map(({ targetId }) => targetId)).toEqual([id]);
  });
});
