import { beforeAll, describe, expect, it } from 'vitest';
import { Contact } from '../../../src/entities/contact.ts';
import { Conversation } from '../../../src/entities/conversation.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let manager: Person;
let ids: string[];

async function fill({ tenantId, telegram }: Shop, count: number): Promise<string[]> {
  const now = Date.now();
  return withTenant(world.deps.orm, tenantId, async (em) => {
    const made: string[] = [];
    for (let n = 0; n < count; n++) {
      const [id, contactId] = [newId(), newId()];
      await em.insert(Contact, { tenantId, id: contactId, attributes: {} });
      const lastActivityAt = new Date(now - n * 1_000);
      await em.insert(Conversation, {
        tenantId,
        id,
        contactId,
        channelId: telegram.channelId,
        thread: `${n}`,
        handler: n % 2 ? 'closed' : 'bot',
        lastActivityAt,
      });
      made.push(id);
    }
    return made;
  });
}

beforeAll(async () => {
  [shop, other] = [await buildShop(world), await buildShop(world)];
  manager = await hire(world, shop.tenantId, 'manager');
  ids = await fill(shop, 4);
  const [theirs = ''] = await fill(other, 1);
  await call(world, other.managerToken, 'PUT', `/conversations/${theirs}/labels`, {
    body: { labels: ['vip', 'theirs'] },
  });
});

const put = (id: string, body: unknown, headers = {}, token = manager.token) =>
  call(world, token, 'PUT', `/conversations/${id}/labels`, { body, headers });
const get = (path: string) => call(world, manager.token, 'GET', path);

describe('labels', () => {
  it('are put on conversations, counted, and found by, of one tenant only', async () => {
    const [first = '', second = '', third = ''] = ids;
    expect(await put(first, { labels: ['vip', 'öko', 'vip'] })).toMatchObject({
      status: 200,
      body: { labels: ['vip', 'öko'] },
    });
    await put(second, { labels: ['vip'] });
    for (let again = 0; again < 2; again++) await put(third, { labels: ['öko', 'späti'] });
    expect((await get('/labels')).body).toEqual({
      items: [
        { label: 'späti', conversations: 1 },
        { label: 'vip', conversations: 2 },
        { label: 'öko', conversations: 2 },
      ],
    });
    for (const [query, expected] of [
      ['label=vip', [first, second]],
      ['label=%C3%B6ko', [first, third]],
      ['label=vip&status=closed', [second]],
      ['label=theirs', []],
      ['label=nobody', []],
    ] as const) {
      const { body } = await get(`/conversations?${query}`);
      expect(body, query).toMatchObject({ items: expected.map((id) => ({ id })), next: null });
    }
    expect((await get(`/conversations/${first}`)).body).toMatchObject({ labels: ['vip', 'öko'] });
  });

  it('are replaced by one who knows them', async () => {
    const [, , , id = ''] = ids;
    await put(id, { labels: ['a', 'b'] });
    const etag = (await get(`/conversations/${id}/labels`)).headers.get('etag') ?? '';
    expect(await put(id, { labels: ['b', 'c'] }, { 'if-match': etag })).toMatchObject({ status: 200 });
    expect(await put(id, { labels: ['d'] }, { 'if-match': etag })).toMatchObject({ status: 412 });
    const read = await get(`/conversations/${id}/labels`);
    expect(read.body).toEqual({ labels: ['b', 'c'] });
    expect(await put(id, { labels: [] })).toMatchObject({ status: 200, body: { labels: [] } });
  });

  it('are refused when they are none, and to those who only read', async () => {
    const [id = ''] = ids;
    const before = (await get(`/conversations/${id}/labels`)).body;
    for (const body of [
      {},
      { labels: 'vip' },
      { labels: [''] },
      { labels: ['x'.repeat(51)] },
      { labels: Array.from({ length: 21 }, (_, n) => `${n}`) },
      { labels: [], colour: 'red' },
    ]) {
      expect((await put(id, body)).status, JSON.stringify(body)).toBe(422);
    }
    const viewer = await hire(world, shop.tenantId, 'viewer');
    expect((await put(id, { labels: [] }, {}, viewer.token)).status).toBe(403);
    expect((await call(world, null, 'GET', '/labels')).status).toBe(401);
    expect((await get(`/conversations/${id}/labels`)).body).toEqual(before);
  });
});
