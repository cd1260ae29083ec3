import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Notification } from '../../../src/entities/notification.ts';
import { newId } from '../../../src/id.ts';
import { addTarget } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { conversationById, handoverById, queueUp, setMember, transitionsOf } from '../../support/waiting.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let mia: Person;
let leo: Person;
let viewer: Person;
let stranger: Person;

beforeAll(async () => {
  other = await buildShop(world);
  stranger = await hire(world, other.tenantId, 'owner');
});
beforeEach(async () => {
  shop = await buildShop(world);
  mia = await hire(world, shop.tenantId, 'manager');
  leo = await hire(world, shop.tenantId, 'manager');
  viewer = await hire(world, shop.tenantId, 'viewer');
});

const Shown = z.object({ id: z.string(), status: z.string(), takenBy: z.object({ userId: z.string() }).nullable() });
const Page = z.object({ items: z.array(Shown), next: z.string().nullable() });
const Claimed = z.object({ handover: Shown.nullable() });
const ids = (body: unknown) => Page.parse(body).items.map(({ id }) => id);
const claim = async (person: Person) =>
  Claimed.parse((await call(world, person.token, 'POST', '/handovers/claim')).body).handover;

describe('the queue', () => {
  it('lists the highest priority first, then whoever has waited longest, page by page', async () => {
    const [young, old, urgent, oldest] = [
      await queueUp(world, shop, { waits: 1 }),
      await queueUp(world, shop, { waits: 5 }),
      await queueUp(world, shop, { waits: 2, priority: 3 }),
      await queueUp(world, shop, { waits: 9 }),
    ];
    await queueUp(world, other);
    const order = [urgent, oldest, old, young].map(({ handoverId }) => handoverId);
    expect(ids((await call(world, viewer.token, 'GET', '/handovers')).body)).toEqual(order);
    const seen: string[] = [];
    for (let path: string | null = '/handovers?limit=1'; path;) {
      const page = Page.parse((await call(world, mia.token, 'GET', path)).body);
      seen.push(...page.items.map(({ id }) => id));
      path = page.next && `/handovers?limit=1&cursor=${page.next}`;
    }
    expect(seen).toEqual(order);

    const [first, second] = [await claim(mia), await claim(leo)];
    expect([first?.id, second?.id]).toEqual(order.slice(0, 2));
    expect(ids((await call(world, mia.token, 'GET', '/handovers?status=waiting')).body)).toEqual(order.slice(2));
    expect(ids((await call(world, mia.token, 'GET', '/handovers?status=taken')).body)).toEqual(order.slice(0, 2));
    await call(world, mia.token, 'POST', `/conversations/${urgent.conversationId}/close`, { body: {} });
    expect(ids((await call(world, mia.token, 'GET', '/handovers?status=ended')).body)).toEqual([order[0]]);
    expect(await call(world, mia.token, 'POST', `/handovers/${order[0]}/claim`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('closed') },
    });
  });

  it('shows one with its place, its reason, its labels and what was said', async () => {
    await queueUp(world, shop, { waits: 9 });
    const { handoverId, conversationId } = await queueUp(world, shop, { waits: 1 });
    const labels = ['refund', 'vip'];
    await call(world, mia.token, 'PUT', `/conversations/${conversationId}/labels`, { body: { labels } });
    expect(await call(world, viewer.token, 'GET', '/handovers')).toMatchObject({
      body: { items: [{ labels: [] }, { id: handoverId, labels }] },
    });
    expect(await call(world, viewer.token, 'GET', `/handovers/${handoverId}`)).toMatchObject({
      status: 200,
      body: {
        id: handoverId,
        status: 'waiting',
        position: 2,
        reason: 'the contact asked for a human',
        labels,
        contactName: 'Contact 1',
        packet: {
          conversation: { id: conversationId, channel: 'Bot' },
          lastMessages: [{ author: 'Contact 1', text: 'Is anybody there?' }],
        },
      },
    });
  });

  it('refuses what it does not know, and strangers', async () => {
    const { handoverId, conversationId } = await queueUp(world, shop);
    for (const query of ['status=lost', 'limit=0', 'cursor=nonsense', 'colour=red']) {
      expect((await call(world, mia.token, 'GET', `/handovers?${query}`)).status, query).toBe(422);
    }
    for (const [method, path, body] of [
      ['GET', `/handovers/${handoverId}`],
      ['POST', `/handovers/${handoverId}/claim`],
      ['POST', `/conversations/${conversationId}/assign`, { userId: null }],
    ] as const) {
      expect(await call(world, stranger.token, method, path, { body }), path).toMatchObject({ status: 404 });
      expect(await call(world, null, method, path, { body }), path).toMatchObject({ status: 401 });
      if (method === 'POST') expect((await call(world, viewer.token, method, path, { body })).status, path).toBe(403);
    }
    expect((await call(world, viewer.token, 'POST', '/handovers/claim')).status).toBe(403);
    expect((await call(world, mia.token, 'GET', '/handovers/1')).status).toBe(404);
    expect((await claim(stranger))?.id).not.toBe(handoverId);
    expect(await transitionsOf(world, shop, conversationId)).toEqual([]);
  });
});

describe('to claim', () => {
  it('gives nobody the same one: ten that wait, twenty people at once', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => hire(world, shop.tenantId, 'manager')));
    const waiting = [];
    for (let n = 0; n < 10; n++) waiting.push(await queueUp(world, shop, { waits: n }));
    const claimed = (await Promise.all(people.map(claim))).flatMap((one) => one ?? []);
    expect(claimed.map(({ id }) => id).toSorted()).toEqual(waiting.map(({ handoverId }) => handoverId).toSorted());
    for (const { conversationId } of waiting) {
      expect(await transitionsOf(world, shop, conversationId)).toHaveLength(1);
    }
  });

  it('this one names whoever has it, and may be repeated', async () => {
    const { handoverId, conversationId } = await queueUp(world, shop);
    const path = `/handovers/${handoverId}/claim`;
    for (let again = 0; again < 2; again++) {
      expect(await call(world, mia.token, 'POST', path)).toMatchObject({
        status: 200,
        body: { handover: { status: 'taken', takenBy: { userId: mia.userId } } },
      });
    }
    expect(await call(world, leo.token, 'POST', path)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(`manager (${mia.userId})`) },
    });
    expect(await conversationById(world, shop, conversationId)).toMatchObject({
      handler: 'human',
      assigneeUserId: mia.userId,
      assignedAt: expect.any(Date),
    });
    expect(await transitionsOf(world, shop, conversationId)).toMatchObject([
      { fromHandler: 'queued', toHandler: 'human', actorId: mia.userId, assigneeUserId: mia.userId },
    ]);
  });

  it('is for people, not for API keys, and takes no body', async () => {
    const { key } = await cutKey(world, shop.tenantId);
    await queueUp(world, shop);
    expect(await call(world, key, 'POST', '/handovers/claim')).toMatchObject({ status: 403 });
    expect((await call(world, mia.token, 'POST', '/handovers/claim', { body: { n: 1 } })).status).toBe(422);
  });

  it('is done once, however often it is sent with one Idempotency-Key', async () => {
    await queueUp(world, shop, { waits: 2 });
    await queueUp(world, shop, { waits: 1 });
    const headers = { 'idempotency-key': 'next-please' };
    const send = () => call(world, mia.token, 'POST', '/handovers/claim', { headers });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(ids((await call(world, mia.token, 'GET', '/handovers')).body)).toHaveLength(1);
  });
});

describe('to assign', () => {
  const assign = (person: Pick<Person, 'token'>, conversationId: string, body: unknown) =>
    call(world, person.token, 'POST', `/conversations/${conversationId}/assign`, { body });

  it('gives it to a colleague, or back to the queue at its old place, and says so in the history', async () => {
    const first = await queueUp(world, shop, { waits: 9 });
    const second = await queueUp(world, shop, { waits: 5 });
    expect((await assign(mia, first.conversationId, { userId: leo.userId })).status).toBe(200);
    expect((await assign(mia, first.conversationId, { userId: leo.userId })).status).toBe(200);
    expect((await assign(leo, first.conversationId, { userId: null })).status).toBe(200);
    expect((await assign(leo, first.conversationId, { userId: null })).status).toBe(200);
    expect(ids((await call(world, mia.token, 'GET', '/handovers')).body)).toEqual([
      first.handoverId,
      second.handoverId,
    ]);
    expect(await transitionsOf(world, shop, first.conversationId)).toMatchObject([
      { toHandler: 'human', actorId: mia.userId, assigneeUserId: leo.userId },
      { toHandler: 'queued', actorId: leo.userId, assigneeUserId: null },
    ]);
    expect(await handoverById(world, shop, first.handoverId)).toMatchObject({
      acceptedBy: null,
      returnedBy: leo.userId,
    });
    const log = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { tenantId: shop.tenantId, action: 'conversation.assign' }, { orderBy: { id: 'asc' } }),
    );
    expect(log.map(({ changes }) => changes).slice(0, 1)).toEqual([{ from: null, to: leo.userId }]);
    // Whoever gave it back is not given the same one as the next.
    expect((await claim(leo))?.id).toBe(second.handoverId);
    expect((await claim(mia))?.id).toBe(first.handoverId);
  });

  it('tells the colleague, and nobody of what they took themselves', async () => {
    const { orm, keys } = world.deps;
    const config = { url: 'https://desk.example/notices', secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}` };
    await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: 'Desk', config });
    await until(async () => expect((await world.deps.targetsOf(shop.tenantId)).ids).toHaveLength(1));
    const [own, given] = [await queueUp(world, shop), await queueUp(world, shop)];
    await assign(mia, own.conversationId, { userId: mia.userId });
    await assign(mia, given.conversationId, { userId: leo.userId });
    const told = await withTenant(orm, shop.tenantId, (em) => em.find(Notification, { tenantId: shop.tenantId }));
    expect(told).toMatchObject([
      { conversationId: given.conversationId, notice: { reason: expect.stringContaining('Given to manager.') } },
    ]);
  });

  it('takes nobody who may not answer here, and changes nothing then', async () => {
    const { conversationId } = await queueUp(world, shop);
    const gone = await hire(world, shop.tenantId, 'manager');
    await setMember(world, shop, gone.userId, { status: 'disabled' });
    for (const userId of [stranger.userId, viewer.userId, gone.userId, newId()]) {
      expect(await assign(mia, conversationId, { userId })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'body.userId' }] },
      });
    }
    for (const [body, path] of [
      [{}, 'body.userId'],
      [{ userId: 'leo' }, 'body.userId'],
      [{ userId: null, to: 'leo' }, 'body'],
    ] as const) {
      expect(await assign(mia, conversationId, body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    expect(await transitionsOf(world, shop, conversationId)).toEqual([]);
  });

  it('can be done by an API key, and not where the conversation is closed', async () => {
    const { conversationId } = await queueUp(world, shop);
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['handovers:work'] });
    expect((await assign({ token: key }, conversationId, { userId: mia.userId })).status).toBe(200);
    expect(await transitionsOf(world, shop, conversationId)).toMatchObject([
      { actorKind: 'system', assigneeUserId: mia.userId },
    ]);
    await call(world, mia.token, 'POST', `/conversations/${conversationId}/close`, { body: {} });
    for (const userId of [mia.userId, null]) {
      expect((await assign(mia, conversationId, { userId })).status).toBe(409);
    }
  });
});
