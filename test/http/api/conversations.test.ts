import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Contact } from '../../../src/entities/contact.ts';
import { Conversation, type Handler } from '../../../src/entities/conversation.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, conversationOf, writes, type Shop } from '../../support/tenants.ts';
import { queueUp } from '../../support/waiting.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let other: Shop;
let manager: Person;
let viewer: Person;
/** The newest first. */
let ids: string[];

const Page = z.object({
  items: z.array(z.looseObject({ id: z.string(), handler: z.string(), labels: z.array(z.string()) })),
  next: z.string().nullable(),
});
const get = (path: string, token = manager.token) => call(world, token, 'GET', path);

/** Ids of all pages of a list. */
async function all(path: string, limit = 2): Promise<string[]> {
  const found: string[] = [];
  const more = path.includes('?') ? '&' : '?';
  for (let cursor: string | null = ''; cursor !== null;) {
    const reply = await get(`${path}${more}limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect(reply.status).toBe(200);
    const page = Page.parse(reply.body);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  return found;
}

/** Conversations of the shop, as the list of their handlers says, each a second older than the one before. */
async function fill({ tenantId, telegram, managerId }: Shop, handlers: Handler[]): Promise<string[]> {
  const now = Date.now();
  return withTenant(world.deps.orm, tenantId, async (em) => {
    const made: string[] = [];
    for (const [n, handler] of handlers.entries()) {
      const [id, contactId] = [newId(), newId()];
      await em.insert(Contact, { tenantId, id: contactId, displayName: `Customer ${n}`, attributes: {} });
      await em.insert(Conversation, {
        tenantId,
        id,
        contactId,
        channelId: telegram.channelId,
        thread: `old-${n}`,
        handler,
        assigneeUserId: handler === 'human' ? managerId : null,
        // Two of each second: the order among them has to be one that pages keep to.
        lastActivityAt: new Date(now - Math.floor(n / 2) * 1_000),
      });
      made.push(id);
    }
    return made;
  });
}

const HANDLERS: Handler[] = ['bot', 'queued', 'human', 'closed', 'awaiting_consent', 'human', 'closed'];

beforeAll(async () => {
  [shop, other] = [await buildShop(world), await buildShop(world)];
  [manager, viewer] = [await hire(world, shop.tenantId, 'manager'), await hire(world, shop.tenantId, 'viewer')];
  await fill(shop, HANDLERS);
  await fill(other, ['bot', 'human']);
  const rows = await asOwner(world.database, (owner) =>
    owner.query<{ id: string }>(
      'select id from conversations where tenant_id = $1 order by last_activity_at desc, id desc',
      [shop.tenantId],
    ),
  );
  ids = rows.rows.map(({ id }) => id);
});

const havingHandler = (...handlers: Handler[]) =>
  withTenant(world.deps.orm, shop.tenantId, async (em) => {
    const rows = await em.find(Conversation, { tenantId: shop.tenantId, handler: { $in: handlers } });
    return ids.filter((id) => rows.some((row) => row.id === id));
  });

describe('the list of conversations', () => {
  it('has each of the tenant once, the latest activity first, however small its pages are', async () => {
    expect(ids).toHaveLength(HANDLERS.length);
    for (const limit of [1, 2, 3, 7, 200]) expect(await all('/conversations', limit)).toEqual(ids);
  });

  it('is filtered by handler, status, person, channel and contact, and by several at once', async () => {
    const { channelId } = shop.telegram;
    const [contactId] = await withTenant(world.deps.orm, shop.tenantId, async (em) =>
      (await em.find(Conversation, { tenantId: shop.tenantId, id: ids[1] ?? '' })).map((one) => one.contactId),
    );
    const open = await havingHandler('bot', 'queued', 'human', 'awaiting_consent');
    for (const [query, expected] of [
      ['handler=human', await havingHandler('human')],
      ['status=open', open],
      ['status=closed', await havingHandler('closed')],
      ['status=closed&handler=human', []],
      [`assignee=${shop.managerId}`, await havingHandler('human')],
      ['assignee=none', await havingHandler('bot', 'queued', 'closed', 'awaiting_consent')],
      ['assignee=none&status=open', await havingHandler('bot', 'queued', 'awaiting_consent')],
      [`channelId=${channelId}`, ids],
      [`channelId=${channelId}&handler=queued`, await havingHandler('queued')],
      [`channelId=${newId()}`, []],
      [`contactId=${contactId}`, [ids[1]]],
      [`contactId=${contactId}&channelId=${newId()}`, []],
    ] as const) {
      expect(await all(`/conversations?${query}`), query).toEqual(expected);
    }
    const mine = await call(world, shop.managerToken, 'GET', '/conversations?assignee=me');
    expect(Page.parse(mine.body).items.map(({ id }) => id)).toEqual(await havingHandler('human'));
  });

  it('shows of each who it is and what was said last, where that is asked for', async () => {
    const plain = Page.parse((await get('/conversations?limit=1')).body).items[0];
    expect(plain).not.toHaveProperty('contact');
    const [full] = Page.parse((await get('/conversations?limit=1&include=contact,lastMessage')).body).items;
    expect(full).toMatchObject({ contact: { displayName: expect.stringMatching(/^Customer/) }, lastMessage: null });
  });

  it('has nothing of another tenant, whatever is asked for', async () => {
    const theirs = await withTenant(world.deps.orm, other.tenantId, (em) =>
      em.findOneOrFail(Conversation, { tenantId: other.tenantId, handler: 'human' }),
    );
    for (const query of [
      `assignee=${other.managerId}`,
      `channelId=${other.telegram.channelId}`,
      `contactId=${theirs.contactId}`,
    ]) {
      expect(await all(`/conversations?${query}`), query).toEqual([]);
    }
    const cursor = Buffer.from(JSON.stringify([Date.now() * 1_000 + 1e9, theirs.id])).toString('base64url');
    expect(Page.parse((await get(`/conversations?cursor=${cursor}`)).body).items.map(({ id }) => id)).toEqual(ids);
  });

  it('refuses what it does not understand, by name', async () => {
    for (const [query, path] of [
      ['handler=robot', 'query.handler'],
      ['status=ajar', 'query.status'],
      ['assignee=somebody', 'query.assignee'],
      ['channelId=1', 'query.channelId'],
      ['label=', 'query.label'],
      [`q=${'x'.repeat(201)}`, 'query.q'],
      ['include=everything', 'query.include.0'],
      ['limit=1000', 'query.limit'],
      ['colour=red', 'query'],
    ]) {
      expect(await get(`/conversations?${query}`), query).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    for (const place of [['x', newId()], [-1, newId()], [1e300, newId()], [1, "'; --"], 'x']) {
      const cursor = Buffer.from(JSON.stringify(place)).toString('base64url');
      expect((await get(`/conversations?cursor=${cursor}`)).body).toMatchObject({ code: 'invalid_cursor' });
    }
    const { key } = await cutKey(world, shop.tenantId);
    expect(await get('/conversations?assignee=me', key)).toMatchObject({ status: 422 });
  });

  it('is for those who may read what customers say', async () => {
    expect((await get('/conversations', viewer.token)).status).toBe(200);
    expect((await call(world, null, 'GET', '/conversations')).status).toBe(401);
    const admin = await hireSystemAdmin(world, shop.tenantId);
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['faqs:read'] });
    for (const path of ['', `/${ids[0]}`, `/${ids[0]}/messages`, `/${ids[0]}/decisions`, `/${ids[0]}/labels`]) {
      for (const token of [admin.token, key]) expect((await get(`/conversations${path}`, token)).status).toBe(403);
    }
  });
});

describe('a conversation', () => {
  it('is read with all that led to it', async () => {
    await writes(world, shop, 501, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('501')).toHaveLength(1));
    const { id } = await conversationOf(world, shop, 501);
    await call(world, shop.managerToken, 'POST', `/conversations/${id}/take`, {});
    const full = await get(`/conversations/${id}?include=contact,handover,decisions,transitions,notifications`);
    expect(full).toMatchObject({
      status: 200,
      body: {
        id,
        status: 'open',
        handler: 'human',
        assigneeUserId: shop.managerId,
        contact: { displayName: 'Customer 501' },
        decisions: [{ path: 'faq', handlerBefore: 'bot', evidence: expect.any(Object) }],
        transitions: [{ from: 'bot', to: 'human', actorKind: 'user', actorId: shop.managerId }],
        notifications: [],
        handover: null,
      },
    });
    const decisions = await get(`/conversations/${id}/decisions`);
    expect(decisions).toMatchObject({
      status: 200,
      body: {
        items: [{ path: 'faq', firstSeq: 1, lastSeq: 1, thresholds: { faq_confidence: 0.5 }, settingsVersion: 1 }],
        next: null,
      },
    });
  });

  it('is read with the handover that is open, and why', async () => {
    const { conversationId, handoverId } = await queueUp(world, shop, { waits: 5 });
    const reason = 'the contact asked for a human';
    expect(await get(`/conversations/${conversationId}?include=handover`)).toMatchObject({
      status: 200,
      body: {
        handover: {
          id: handoverId,
          status: 'waiting',
          position: 1,
          reason,
          packet: { summary: expect.stringContaining(reason) },
        },
      },
    });
    expect((await get(`/conversations/${conversationId}`)).body).not.toHaveProperty('handover');
  });

  it('is read message by message in both directions', async () => {
    for (const [n, text] of ['Do you have vegan options?', 'What are your opening hours?'].entries()) {
      await writes(world, shop, 502, text);
      await until(() => expect(world.platform.textsTo('502')).toHaveLength(n + 1));
    }
    const { id } = await conversationOf(world, shop, 502);
    const Messages = z.object({ items: z.array(z.object({ seq: z.number() })), hasMore: z.boolean() });
    for (const [query, seqs, hasMore] of [
      ['', [1, 2, 3, 4], false],
      ['limit=3', [2, 3, 4], true],
      ['before=3', [1, 2], false],
      ['before=4&limit=2', [2, 3], true],
      ['after=0&limit=2', [1, 2], true],
      ['after=2', [3, 4], false],
      ['after=4', [], false],
    ] as const) {
      const page = Messages.parse((await get(`/conversations/${id}/messages?${query}`)).body);
      expect([page.items.map(({ seq }) => seq), page.hasMore], query).toEqual([seqs, hasMore]);
    }
    expect((await get(`/conversations/${id}/messages?after=1&before=3`)).status).toBe(422);
    expect((await get(`/conversations/${id}/messages?after=99999999999`)).status).toBe(422);
  });

  it('gets a title from one who knows its state, and a priority where the tenant has that', async () => {
    const [id = ''] = ids;
    const edit = (body: unknown, headers = {}) =>
      call(world, manager.token, 'PATCH', `/conversations/${id}`, { body, headers });
    const etag = (await get(`/conversations/${id}`)).headers.get('etag') ?? '';
    const named = await edit({ title: 'Wedding cake' }, { 'if-match': etag });
    expect(named).toMatchObject({ status: 200, body: { id, title: 'Wedding cake', priority: 0 } });
    expect(named.headers.get('etag')).toBe((await get(`/conversations/${id}`)).headers.get('etag'));
    expect(await edit({ title: 'Mine' }, { 'if-match': etag })).toMatchObject({ status: 412 });
    expect(await edit({ priority: 5 })).toMatchObject({ status: 403, body: { code: 'feature_off' } });
    await asOwner(world.database, (owner) =>
      owner.query(`update tenants set features = '{priority_support}' where id = $1`, [shop.tenantId]),
    );
    for (let again = 0; again < 2; again++) {
      expect(await edit({ priority: 5 })).toMatchObject({ status: 200, body: { title: 'Wedding cake', priority: 5 } });
    }
    expect(await edit({ title: null })).toMatchObject({ status: 200, body: { title: null, priority: 5 } });
    for (const body of [
      { title: '' },
      { title: 'x'.repeat(201) },
      { priority: 1.5 },
      { priority: 101 },
      { handler: 'bot' },
    ]) {
      expect((await edit(body)).status, JSON.stringify(body)).toBe(422);
    }
    expect((await call(world, viewer.token, 'PATCH', `/conversations/${id}`, { body: { title: 'x' } })).status).toBe(
      403,
    );
  });

  it('of another tenant, or of nobody, is not there, and nothing of it changes', async () => {
    const theirs = await withTenant(world.deps.orm, other.tenantId, (em) =>
      em.findOneOrFail(Conversation, { tenantId: other.tenantId, handler: 'human' }, { disableIdentityMap: true }),
    );
    const read = () => call(world, other.managerToken, 'GET', `/conversations/${theirs.id}?include=transitions`);
    const before = (await read()).body;
    for (const id of [theirs.id, newId(), 'x']) {
      for (const [method, path, body] of [
        ['GET', ''],
        ['GET', '/messages'],
        ['GET', '/decisions'],
        ['GET', '/labels'],
        ['PATCH', '', { title: 'x' }],
        ['PUT', '/labels', { labels: ['x'] }],
        ['POST', '/replies', { text: 'x' }],
        ['POST', '/notes', { text: 'x' }],
        ['POST', '/take'],
        ['POST', '/hand-back'],
        ['POST', '/close'],
      ] as const) {
        const reply = await call(world, manager.token, method, `/conversations/${id}${path}`, { body });
        expect([reply.status, reply.body], `${method} ${path}`).toEqual([
          404,
          expect.objectContaining({ code: 'not_found' }),
        ]);
      }
    }
    expect((await read()).body).toEqual(before);
  });
});

describe('the other name of conversations', () => {
  it('leads to the same, for every path, and says so in the document', async () => {
    const [id] = ids;
    expect((await get('/chats?limit=3')).body).toEqual((await get('/conversations?limit=3')).body);
    for (const path of ['', '/messages', '/decisions', '/labels']) {
      expect((await get(`/chats/${id}${path}`)).body, path).toEqual((await get(`/conversations/${id}${path}`)).body);
    }
    expect((await call(world, null, 'GET', '/chats')).status).toBe(401);
    const { paths } = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })
      .parse(await (await fetch(`${world.url}/api/v1/openapi.json`)).json());
    const own = Object.keys(paths).filter((path) => path.startsWith('/conversations'));
    expect(own.length).toBeGreaterThan(8);
    for (const path of own) {
      const alias = paths[path.replace('/conversations', '/chats')];
      expect(Object.keys(alias ?? {})).toEqual(Object.keys(paths[path] ?? {}));
      for (const operation of Object.values(alias ?? {})) expect(operation).toMatchObject({ 'x-alias-of': path });
    }
  });
});
