import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { Notification } from '../../src/entities/notification.ts';
import { NotificationTarget } from '../../src/entities/notification-target.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { addChannel, addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  decisionsOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { query } from '../support/embedded.ts';
import { startWorld, until, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/** A shop that hands over at once and tells `desk`, and perhaps a Telegram chat in which managers answer. */
async function shopWithTargets(thresholds: Record<string, unknown> = {}, teamChat?: number): Promise<Shop> {
  const shop = await buildShop(world, { handoverMode: 'immediate', thresholds });
  const { orm, keys } = world.deps;
  const config = { url: `${world.platform.url}/desk/${shop.slug}`, secret };
  await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: 'desk', config });
  if (teamChat) {
    await addTarget(orm, keys, shop.tenantId, {
      kind: 'telegram',
      name: 'chat',
      config: { botToken: shop.telegram.botToken, chatId: String(teamChat) },
      replyThread: `${shop.telegram.channelId}/${teamChat}`,
    });
  }
  return shop;
}

/** What each target was, or will be, told, oldest first: `desk sent`. */
const told = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) => {
    const targets = await em.find(NotificationTarget, { tenantId });
    const names = new Map(targets.map(({ id, name }) => [id, name]));
    const found = await em.find(Notification, { tenantId }, { orderBy: { createdAt: 'asc', id: 'asc' } });
    return found.map(({ targetId, status }) => `${names.get(targetId)} ${status}`);
  });

/** The customer writes, and it has been taken in. */
async function says(shop: Shop, chat: number, text: string): Promise<void> {
  await writes(world, shop, chat, text);
  await until(async () => {
    const { id, lastSeq } = await conversationOf(world, shop, chat);
    const said = (await messagesOf(world, shop, id)).findLast(({ senderKind }) => senderKind === 'contact');
    expect(said?.content).toBe(text);
    const last = (await decisionsOf(world, shop, id)).at(-1);
    expect(last).toMatchObject({ outcome: expect.stringMatching(/silent|hand_over/) });
    expect((last?.lastSeq ?? 0) + (last?.outcome === 'hand_over' ? 1 : 0)).toBe(lastSeq);
  });
}

async function answers(shop: Shop, chat: number, text: string): Promise<void> {
  const { id } = await conversationOf(world, shop, chat);
  expect((await asManager(world, shop, `/conversations/${id}/replies`, { text })).status).toBe(201);
}

describe('of a further message managers are told', () => {
  it('not while one is answering in the desk, and once where it waits for an answer', async () => {
    const shop = await shopWithTargets();
    await says(shop, 301, 'I want to talk to a human');
    await until(async () => expect(await told(shop)).toEqual(['desk sent']));
    for (const text of ['my order is late', 'very late', 'number 12']) await says(shop, 301, text);
    expect(await told(shop)).toEqual(['desk sent', 'desk queued']);

    await answers(shop, 301, 'I am looking into it');
    expect(await told(shop)).toEqual(['desk sent', 'desk skipped']);
    await says(shop, 301, 'thank you');
    await answers(shop, 301, 'It is on its way');
    await says(shop, 301, 'great');
    expect(await told(shop)).toEqual(['desk sent', 'desk skipped', 'desk skipped', 'desk queued']);

    const { id, remindAt } = await conversationOf(world, shop, 301);
    expect((remindAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(290_000);
    await asManager(world, shop, `/conversations/${id}/hand-back`, {});
    expect((await told(shop)).at(-1)).toBe('desk skipped');
    expect(world.platform.calls.filter(({ path }) => path === `/desk/${shop.slug}`)).toHaveLength(1);
  });

  it('after notify_again_after, when nobody has written by then', async () => {
    const shop = await shopWithTargets({ notify_again_after: 3_600 });
    const past = `now() - interval '1 minute' where tenant_id = '${shop.tenantId}'`;
    const timePasses = async () => {
      await query(world.database.ownerUrl, `update conversations set remind_at = ${past}`);
      await query(world.database.ownerUrl, `update notifications set due_at = ${past} and status = 'queued'`);
    };
    await says(shop, 302, 'I want to talk to a human');
    await answers(shop, 302, 'Hello');
    await says(shop, 302, 'are you there?');
    await says(shop, 302, 'hello?');
    await until(async () => expect(await told(shop)).toEqual(['desk sent', 'desk queued']));
    await timePasses();
    await until(async () => expect(await told(shop)).toEqual(['desk sent', 'desk sent']));
    expect(world.platform.calls.filter(({ path }) => path === `/desk/${shop.slug}`).at(-1)?.body).toMatchObject({
      data: { reason: 'The customer waits for an answer.' },
    });
    await says(shop, 302, 'still here');
    expect(await told(shop)).toEqual(['desk sent', 'desk sent', 'desk queued']);
    await timePasses();
    await until(async () => expect(await told(shop)).toEqual(['desk sent', 'desk sent', 'desk sent']));
  });

  it('each time, where the tenant wants that', async () => {
    const shop = await shopWithTargets({ notify_again_after: 0 });
    await says(shop, 303, 'I want to talk to a human');
    await answers(shop, 303, 'Hello');
    for (const text of ['one', 'two']) await says(shop, 303, text);
    await until(async () => expect(await told(shop)).toEqual(['desk sent', 'desk sent', 'desk sent']));
  });

  it.each([
    [304, 'replies', { text: 'I took over in the desk' }],
    [305, 'take', {}],
  ])('at once in the chat from which it is being answered, and only there (%i: %s)', async (customer, act, body) => {
    const team = -100_000 - customer;
    const shop = await shopWithTargets({}, team);
    await says(shop, customer, 'I want to talk to a human');
    await says(shop, customer, 'about my order');
    await until(async () =>
      expect((await told(shop)).toSorted()).toEqual(['chat sent', 'chat sent', 'desk queued', 'desk sent']),
    );
    const notices = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(Notification, { tenantId: shop.tenantId, externalId: { $ne: null } }),
    );
    const shown = notices.find(({ externalId }) => externalId?.startsWith(`${team}`));
    const chat = { id: team, type: 'supergroup' };
    const message_id = Number(shown?.externalId?.split(':')[1]);
    const answer = telegramUpdate(777, 'Which one?', { chat, reply_to_message: { message_id, chat, date: 1 } });
    await postTelegram(world, shop, answer);
    await until(async () => expect((await conversationOf(world, shop, customer)).handler).toBe('human'));
    await says(shop, customer, 'number 12');
    await until(async () => expect((await told(shop)).filter((one) => one === 'chat sent')).toHaveLength(3));
    expect(world.platform.textsTo(`${team}`).at(-1)).toContain('number 12');

    const { id } = await conversationOf(world, shop, customer);
    expect((await asManager(world, shop, `/conversations/${id}/${act}`, body)).ok).toBe(true);
    await says(shop, customer, 'fine');
    const statuses = (await told(shop)).toSorted();
    expect(statuses.filter((one) => one.startsWith('chat'))).toEqual([
      'chat queued',
      'chat sent',
      'chat sent',
      'chat sent',
    ]);
    expect(statuses.filter((one) => one.startsWith('desk'))).toEqual([
      'desk queued',
      'desk sent',
      'desk skipped',
      'desk skipped',
    ]);
    const waiting = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(Notification, { tenantId: shop.tenantId, status: 'queued' }),
    );
    expect(new Set(waiting.map(({ notice }) => notice['reason']))).toEqual(
      new Set(['The customer waits for an answer.']),
    );
  });

  it('not any more once the owner has written from the platform’s own app', async () => {
    const shop = await shopWithTargets();
    const { orm, keys } = world.deps;
    const config = { secret, replyUrl: `${world.platform.url}/replies` };
    const { key, channelId } = await addChannel(orm, keys, shop.tenantId, { kind: 'webhook', name: 'Site', config });
    const post = async (id: string, event: Record<string, unknown>) => {
      const body = JSON.stringify({ id, thread: 'v-1', from: { id: 'v-1' }, ...event });
      const now = new Date();
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, now, body),
      };
      const response = await fetch(`${world.url}/webhooks/webhook/${key}`, { method: 'POST', headers, body });
      expect(response.status).toBe(200);
    };
    await post('1', { type: 'message', text: 'I want to talk to a human' });
    await until(async () => expect(await told(shop)).toEqual(['desk sent']));
    await post('2', { type: 'message', text: 'please' });
    await until(async () => expect(await told(shop)).toEqual(['desk sent', 'desk queued']));
    const longAgo = new Date(Date.now() - 7 * 3_600_000).toISOString();
    await post('3', { type: 'echo', text: 'from the phone, long ago', sentAt: longAgo });
    await until(async () => expect((await conversationOf(world, shop, 'v-1')).lastSeq).toBe(4));
    expect(await told(shop)).toEqual(['desk sent', 'desk queued']);
    await post('4', { type: 'echo', text: 'from the phone' });
    await until(async () => expect(await told(shop)).toEqual(['desk sent', 'desk skipped']));

    // Both in one transaction.
    await world.stopWorkers();
    await post('5', { type: 'message', text: 'thank you' });
    await post('6', { type: 'echo', text: 'any time' });
    const wakes = [{ tenantId: shop.tenantId, subjects: [threadSubject(channelId, 'v-1')] }];
    await handleInbound.start(world.deps).process({ data: { wakes } });
    expect(await conversationOf(world, shop, 'v-1')).toMatchObject({ lastSeq: 7, remindAt: null });
    expect(await told(shop)).toEqual(['desk sent', 'desk skipped']);
  });
});
