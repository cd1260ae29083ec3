import { beforeEach, describe, expect, it } from 'vitest';
import { call, hire, type Person } from '../support/people.ts';
import { asManager, buildShop, conversationOf, decisionsOf, handlerOf, writes, type Shop } from '../support/tenants.ts';
import {
  conversationById,
  handoverById,
  memberById,
  queueUp,
  setMember,
  setSettings,
  transitionsOf,
} from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
let shop: Shop;
let mia: Person;

beforeEach(async () => {
  shop = await buildShop(world, { handoverMode: 'immediate', thresholds: { presence_grace: 1 } });
  mia = await hire(world, shop.tenantId, 'manager');
});
const says = (isOnline: boolean) => call(world, mia.token, 'PUT', '/me/presence', { body: { isOnline } });
const handler = async (id: string) => (await conversationById(world, shop, id)).handler;

describe('a manager who leaves', () => {
  it('has those who wait put back at their old place, and keeps those who were answered', async () => {
    const waits = await queueUp(world, shop, { waits: 7, handler: 'human', assignee: mia.userId });
    const answered = await queueUp(world, shop, { waits: 8, handler: 'human', assignee: mia.userId, isAnswered: true });
    const since = (await handoverById(world, shop, waits.handoverId)).queuedAt;
    await says(true);
    await says(false);
    await until(async () => expect(await handler(waits.conversationId)).toBe('queued'));
    expect(await handoverById(world, shop, waits.handoverId)).toMatchObject({
      queuedAt: since,
      acceptedBy: null,
      outcome: null,
    });
    expect(await transitionsOf(world, shop, waits.conversationId)).toMatchObject([
      { fromHandler: 'human', toHandler: 'queued', actorKind: 'system', reason: 'manager has left' },
    ]);
    expect(await handler(answered.conversationId)).toBe('human');
  });

  it('has left as well when the desk gives no sign any more, and is not online then', async () => {
    const { conversationId } = await queueUp(world, shop, { handler: 'human', assignee: mia.userId });
    await says(true);
    await until(async () => expect(await handler(conversationId)).toBe('queued'));
    expect(await call(world, mia.token, 'POST', '/me/presence/heartbeat')).toMatchObject({ body: { isOnline: false } });
  });

  it('has left at once when that person may not answer any more, whether presence was ever said or not', async () => {
    const late = await buildShop(world, { thresholds: { presence_grace: 3_600 } });
    for (const set of [{ status: 'disabled' }, { role: 'viewer' }] as const) {
      const leo = await hire(world, late.tenantId, 'manager');
      const { conversationId } = await queueUp(world, late, { handler: 'human', assignee: leo.userId });
      await setMember(world, late, leo.userId, set);
      await until(async () => expect((await conversationById(world, late, conversationId)).handler).toBe('queued'));
    }
  });

  it('keeps all by coming back in time', async () => {
    const late = await buildShop(world, { thresholds: { presence_grace: 3_600 } });
    const leo = await hire(world, late.tenantId, 'manager');
    const { conversationId } = await queueUp(world, late, { handler: 'human', assignee: leo.userId });
    const put = (isOnline: boolean) => call(world, leo.token, 'PUT', '/me/presence', { body: { isOnline } });
    await put(true);
    await put(false);
    // The grace is over but for him: he comes back just before somebody looks.
    await put(true);
    await setMember(world, late, leo.userId, { presenceDueAt: new Date(0) });
    await until(async () => {
      const { body } = await call(world, leo.token, 'GET', '/presence');
      expect(JSON.stringify(body)).toContain('"isOnline":true');
      const due = await dueAt(late, leo);
      expect(due && due.getTime() > Date.now()).toBe(true);
    });
    expect((await conversationById(world, late, conversationId)).handler).toBe('human');
  });

  it('keeps what was taken afterwards, by hand', async () => {
    await says(true);
    await says(false);
    await setMember(world, shop, mia.userId, { seenAt: new Date(Date.now() - 60_000) });
    const { handoverId, conversationId } = await queueUp(world, shop);
    expect((await call(world, mia.token, 'POST', `/handovers/${handoverId}/claim`)).status).toBe(200);
    await setMember(world, shop, mia.userId, { presenceDueAt: new Date(0) });
    await until(async () => expect(await dueAt(shop, mia)).toBeNull());
    expect(await handler(conversationId)).toBe('human');
  });

  it('has a contact put back who was answered and now writes again; automation stays out of it', async () => {
    const patient = { debounce_ms: 0, presence_grace: 3_600 };
    await setSettings(world, shop, { thresholds: patient });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).thresholds.presence_grace).toBe(3_600));
    await says(true);
    await writes(world, shop, 321, 'human please');
    await until(async () => expect(await handlerOf(world, shop, 321)).toBe('queued'));
    const { id } = await conversationOf(world, shop, 321);
    await asManager(world, { ...shop, managerToken: mia.token }, `/conversations/${id}/replies`, {
      text: 'Here I am.',
    });
    await until(() => expect(world.platform.textsTo('321')).toHaveLength(2));
    await says(false);
    await setSettings(world, shop, { thresholds: { ...patient, presence_grace: 1 } });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).thresholds.presence_grace).toBe(1));
    await setMember(world, shop, mia.userId, { presenceDueAt: new Date(0) });
    await until(async () => expect(await dueAt(shop, mia)).toBeNull());
    expect(await handlerOf(world, shop, 321)).toBe('human');

    await writes(world, shop, 321, 'What are your opening hours?');
    await until(async () => expect(await handlerOf(world, shop, 321)).toBe('queued'));
    await writes(world, shop, 321, 'Do you have vegan options?');
    await until(async () => expect(await decisionsOf(world, shop, id)).toHaveLength(3));
    expect((await decisionsOf(world, shop, id)).map(({ outcome }) => outcome)).toEqual([
      'hand_over',
      'silent',
      'silent',
    ]);
    // And the contact is told nothing of all this.
    expect(world.platform.textsTo('321')).toHaveLength(2);
  });
});

const dueAt = async (one: Shop, { userId }: Person) => (await memberById(world, one, userId)).presenceDueAt;
