import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { queueUp, setMember } from '../../support/waiting.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let owner: Person;
let mia: Person;
let viewer: Person;

beforeEach(async () => {
  shop = await buildShop(world);
  owner = await hire(world, shop.tenantId, 'owner');
  mia = await hire(world, shop.tenantId, 'manager');
  viewer = await hire(world, shop.tenantId, 'viewer');
});

const People = z.object({
  items: z.array(z.object({ userId: z.string(), isOnline: z.boolean(), conversations: z.int(), capacity: z.int() })),
  next: z.string().nullable(),
});
const put = (person: Person, body: unknown) => call(world, person.token, 'PUT', '/me/presence', { body });
const presence = async (person: Person, query = '') =>
  People.parse((await call(world, person.token, 'GET', `/presence${query}`)).body);

describe('presence', () => {
  it('is said by each person, and seen by all', async () => {
    const { conversationId } = await queueUp(world, shop, { handler: 'human', assignee: mia.userId });
    await queueUp(world, shop, { handler: 'human', assignee: mia.userId });
    expect(await put(mia, { isOnline: true })).toMatchObject({
      status: 200,
      body: { isOnline: true, graceSeconds: 120, seenAt: expect.any(String) },
    });
    const { items } = await presence(viewer);
    expect(items.find(({ userId }) => userId === mia.userId)).toMatchObject({
      isOnline: true,
      conversations: 2,
      capacity: 5,
    });
    // Who may not answer is not counted on.
    expect(items.map(({ userId }) => userId).toSorted()).toEqual([shop.managerId, owner.userId, mia.userId].toSorted());
    await call(world, mia.token, 'POST', `/conversations/${conversationId}/close`, { body: {} });
    expect(await put(mia, { isOnline: false })).toMatchObject({ body: { isOnline: false } });
    expect((await presence(viewer)).items.find(({ userId }) => userId === mia.userId)).toMatchObject({
      isOnline: false,
      conversations: 1,
    });
  });

  it('is kept up by heartbeats, which bring nobody back', async () => {
    await put(mia, { isOnline: true });
    await setMember(world, shop, mia.userId, { seenAt: new Date(0) });
    const beat = await call(world, mia.token, 'POST', '/me/presence/heartbeat');
    expect(beat).toMatchObject({ status: 200, body: { isOnline: true } });
    expect(Date.parse(z.object({ seenAt: z.string() }).parse(beat.body).seenAt)).toBeGreaterThan(0);
    await put(mia, { isOnline: false });
    expect(await call(world, mia.token, 'POST', '/me/presence/heartbeat')).toMatchObject({ body: { isOnline: false } });
  });

  it('is a person’s own, who may answer', async () => {
    const { key } = await cutKey(world, shop.tenantId);
    for (const [method, path, body] of [
      ['PUT', '/me/presence', { isOnline: true }],
      ['POST', '/me/presence/heartbeat'],
    ] as const) {
      expect((await call(world, viewer.token, method, path, { body })).status, path).toBe(403);
      expect((await call(world, key, method, path, { body })).status, path).toBe(403);
      expect((await call(world, null, method, path, { body })).status, path).toBe(401);
    }
    for (const [body, path] of [
      [{}, 'body.isOnline'],
      [{ isOnline: 'yes' }, 'body.isOnline'],
      [{ isOnline: true, userId: owner.userId }, 'body'],
    ] as const) {
      expect(await put(mia, body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    expect((await presence(mia)).items.some(({ isOnline }) => isOnline)).toBe(false);
  });

  it('is listed page by page, and only of the own tenant', async () => {
    const other = await buildShop(world);
    const stranger = await hire(world, other.tenantId, 'owner');
    const seen: string[] = [];
    for (let query: string | null = '?limit=1'; query;) {
      const page = await presence(mia, query);
      seen.push(...page.items.map(({ userId }) => userId));
      query = page.next && `?limit=1&cursor=${page.next}`;
    }
    expect(seen).toEqual((await presence(mia)).items.map(({ userId }) => userId));
    expect(new Set(seen).size).toBe(3);
    expect((await presence(stranger)).items.map(({ userId }) => userId).toSorted()).toEqual(
      [other.managerId, stranger.userId].toSorted(),
    );
    expect((await call(world, mia.token, 'GET', '/presence?cursor=nonsense')).status).toBe(422);
    expect((await call(world, null, 'GET', '/presence')).status).toBe(401);
  });
});

describe('capacity', () => {
  const set = (person: Person, userId: string, body: unknown) =>
    call(world, person.token, 'PATCH', `/team/${userId}/capacity`, { body });

  it('is the tenant’s until somebody has one of their own', async () => {
    for (const [given, capacity] of [
      [9, 9],
      [0, 0],
      [null, 5],
    ] as const) {
      expect(await set(owner, mia.userId, { capacity: given })).toMatchObject({
        status: 200,
        body: { userId: mia.userId, capacity, ownCapacity: given },
      });
    }
  });

  it('is not overwritten by whoever has not seen what it is now', async () => {
    const path = `/team/${mia.userId}/capacity`;
    const seen = (await call(world, viewer.token, 'GET', path)).headers.get('etag') ?? '';
    await call(world, mia.token, 'PUT', '/me/presence', { body: { isOnline: true } });
    const change = (capacity: number) =>
      call(world, owner.token, 'PATCH', path, { body: { capacity }, headers: { 'if-match': seen } });
    expect((await change(7)).status).toBe(200);
    expect(await change(8)).toMatchObject({ status: 412, body: { code: 'changed_meanwhile' } });
    expect((await call(world, viewer.token, 'GET', path)).body).toMatchObject({ ownCapacity: 7, isOnline: true });
    await set(owner, mia.userId, { capacity: null });
  });

  it('is set by whoever runs the team, for people of the tenant who answer', async () => {
    const other = await buildShop(world);
    expect((await set(mia, mia.userId, { capacity: 9 })).status).toBe(403);
    for (const userId of [other.managerId, viewer.userId, 'mia']) {
      expect((await set(owner, userId, { capacity: 9 })).status).toBe(404);
    }
    for (const body of [{}, { capacity: -1 }, { capacity: 1_001 }, { capacity: 1.5 }, { capacity: '9' }]) {
      expect(await set(owner, mia.userId, body)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'body.capacity' }] },
      });
    }
    expect(await set(owner, mia.userId, { capacity: 9, role: 'owner' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body' }] },
    });
    const stranger = await hire(world, other.tenantId, 'owner');
    const theirs = (await presence(stranger)).items.find(({ userId }) => userId === other.managerId);
    expect(theirs).toMatchObject({ capacity: 5 });
  });
});
