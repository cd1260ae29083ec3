import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueManagerToken } from '../../src/auth/manager-token.ts';
import { Handover } from '../../src/entities/handover.ts';
import { Notification } from '../../src/entities/notification.ts';
import { OwnershipTransition } from '../../src/entities/ownership-transition.ts';
import { addManager, addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  handlerOf,
  decisionsOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { transitionsOf } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

const Failures = z.object({
  notifications: z.array(z.object({ id: z.string(), kind: z.string(), name: z.string(), error: z.string() })),
});
const Replayed = z.object({ replayed: z.boolean() });
const all = <T>(shop: Shop, find: (em: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>) =>
  withTenant(world.deps.orm, shop.tenantId, find);

/** The same shop, seen by a second person. */
async function anotherManager(shop: Shop): Promise<Shop> {
  const { orm, keys } = world.deps;
  const managerId = await addManager(orm, shop.tenantId, { email: `leo@${shop.slug}.example`, name: 'Leo' });
  const managerToken = await issueManagerToken(keys, { tenantId: shop.tenantId, userId: managerId }, 1);
  return { ...shop, managerId, managerToken };
}

describe('handover', () => {
  it('tells managers through a signed webhook and a Telegram chat, where they can answer', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    const { orm, keys } = world.deps;
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const url = `${world.platform.url}/managers/${shop.slug}`;
    await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: 'Desk', config: { url, secret } });
    await addTarget(orm, keys, shop.tenantId, {
      kind: 'telegram',
      name: 'Team chat',
      config: { botToken: shop.telegram.botToken, chatId: '-100500' },
      replyThread: `${shop.telegram.channelId}/-100500`,
    });

    await writes(world, shop, 61, 'I want to talk to a human, my order is wrong');
    await until(async () => expect(await handlerOf(world, shop, 61)).toBe('queued'));
    await until(() =>
      expect(world.platform.calls.find((call) => call.path === `/managers/${shop.slug}`)).toBeDefined(),
    );
    const call = world.platform.calls.find(({ path }) => path === `/managers/${shop.slug}`);
    const headers = Object.fromEntries(
      Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(() => new Webhook(secret).verify(call?.raw ?? '', headers)).not.toThrow();
    expect(call?.body).toMatchObject({
      type: 'handover.requested',
      data: {
        conversation: { contactName: 'Customer 61' },
        lastMessages: expect.arrayContaining([
          expect.objectContaining({ text: 'I want to talk to a human, my order is wrong' }),
        ]),
        url: expect.stringContaining(`/desk/${shop.slug}#`),
      },
    });

    await until(async () => {
      const notifications = await all(shop, (em) => em.find(Notification, { tenantId: shop.tenantId }));
      expect(notifications.map((one) => one.status)).toEqual(['sent', 'sent']);
    });
    const shown = (await all(shop, (em) => em.find(Notification, { tenantId: shop.tenantId }))).find((one) =>
      one.externalId?.startsWith('-100500'),
    );
    expect(world.platform.textsTo('-100500')[0]).toContain('my order is wrong');

    const answer = telegramUpdate(777, 'Sorry! A new one is on its way.', {
      chat: { id: -100500, type: 'supergroup' },
      reply_to_message: {
        message_id: Number(shown?.externalId?.split(':')[1]),
        chat: { id: -100500, type: 'supergroup' },
        date: 1,
      },
    });
    expect((await postTelegram(world, shop, answer)).status).toBe(200);
    await until(() => expect(world.platform.textsTo('61').at(-1)).toBe('Sorry! A new one is on its way.'));
    expect(await handlerOf(world, shop, 61)).toBe('human');

    // Talk among managers in that chat is nobody's message.
    await postTelegram(world, shop, telegramUpdate(777, 'lunch?', { chat: { id: -100500, type: 'supergroup' } }));
    await writes(world, shop, 61, 'thank you');
    await until(async () => {
      const { id } = await conversationOf(world, shop, 61);
      expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({ outcome: 'silent' });
    });
    await expect(conversationOf(world, shop, '-100500')).rejects.toThrow();
  });

  it('keeps trying a target that is away, and shows one that will never answer until it is told again', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    const { orm, keys } = world.deps;
    let refusals = 0;
    let isGone = true;
    world.platform.answer = (call, response) => {
      if (!call.path.startsWith('/flaky')) return undefined;
      response.statusCode = call.path === '/flaky/gone' ? (isGone ? 410 : 200) : refusals++ < 1 ? 500 : 200;
      response.end('{}');
      return true;
    };
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    for (const path of ['away', 'gone']) {
      const url = `${world.platform.url}/flaky/${path}`;
      await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: path, config: { url, secret } });
    }
    await writes(world, shop, 62, 'human please');
    await until(async () => {
      const found = await all(shop, (em) => em.find(Notification, { tenantId: shop.tenantId }));
      expect(found.map((one) => one.status).toSorted()).toEqual(['failed', 'sent']);
    });

    const { notifications } = Failures.parse(await (await asManager(world, shop, '/failures')).json());
    expect(notifications).toEqual([
      { id: expect.any(String), kind: 'webhook', name: 'gone', error: expect.any(String) },
    ]);
    isGone = false;
    const path = `/failures/notifications/${notifications[0]?.id}/replay`;
    const [stranger, ...replays] = [await buildShop(world), shop, shop];
    expect((await asManager(world, stranger, path, {})).status).toBe(404);
    const answers = await Promise.all(replays.map(async (one) => (await asManager(world, one, path, {})).json()));
    expect(answers.filter((answer) => Replayed.parse(answer).replayed)).toHaveLength(1);
    await until(async () => {
      const found = await all(shop, (em) => em.find(Notification, { tenantId: shop.tenantId }));
      expect(found.map((one) => one.status)).toEqual(['sent', 'sent']);
    });
    world.platform.answer = undefined;
  });

  it('goes back to automation, which does not read the old request again, and can be taken by one manager only', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    await writes(world, shop, 63, 'I want to talk to a human');
    await until(async () => expect(await handlerOf(world, shop, 63)).toBe('queued'));
    const { id } = await conversationOf(world, shop, 63);
    const colleague = await anotherManager(shop);
    const takes = await Promise.all(
      [shop, colleague, shop, colleague].map((one) => asManager(world, one, `/conversations/${id}/take`, {})),
    );
    expect(takes.map((response) => response.status).toSorted((one, other) => one - other)).toEqual([
      200, 200, 409, 409,
    ]);
    const { assigneeUserId } = await conversationOf(world, shop, 63);
    expect(takes[0]?.status).toBe(assigneeUserId === shop.managerId ? 200 : 409);
    expect((await asManager(world, shop, `/conversations/${id}/hand-back`, {})).status).toBe(200);

    await writes(world, shop, 63, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('63').at(-1)).toBe('We open 7am-9pm daily'));
    const transitions = await all(shop, (em) =>
      em.find(OwnershipTransition, { tenantId: shop.tenantId, conversationId: id }, { orderBy: { epoch: 'asc' } }),
    );
    expect(transitions.map(({ fromHandler, toHandler }) => `${fromHandler}>${toHandler}`)).toEqual([
      'bot>queued',
      'queued>human',
      'human>bot',
    ]);
    const [handover] = await all(shop, (em) => em.find(Handover, { tenantId: shop.tenantId }));
    expect(handover).toMatchObject({
      mode: 'immediate',
      outcome: 'handed_back',
      acceptedBy: assigneeUserId,
      returnedBy: shop.managerId,
    });
  });

  it('closes; the next message opens a new conversation', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 64, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('64')).toHaveLength(1));
    const { id } = await conversationOf(world, shop, 64);
    expect((await asManager(world, shop, `/conversations/${id}/close`, {})).status).toBe(200);
    expect((await asManager(world, shop, `/conversations/${id}/replies`, { text: 'hello?' })).status).toBe(409);
    await writes(world, shop, 64, 'Do you have vegan options?');
    await until(() => expect(world.platform.textsTo('64')).toHaveLength(2));
    expect((await conversationOf(world, shop, 64)).id).not.toBe(id);
  });

  it.each([
    ['return', 65, 'bot'],
    ['apologize', 60, 'queued'],
  ])('says so once when nobody comes (queue_timeout), then follows nobody_there: %s', async (rule, chat, handler) => {
    const shop = await buildShop(world, {
      handoverMode: 'immediate',
      thresholds: { queue_timeout: 1, nobody_there: rule },
    });
    await writes(world, shop, chat, 'I want to talk to a human');
    await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(2));
    expect(await handlerOf(world, shop, chat)).toBe(handler);
    const { id } = await conversationOf(world, shop, chat);
    expect(await (await asManager(world, shop, `/conversations/${id}/messages`)).json()).toMatchObject({
      items: [{ reason: null }, { reason: null }, { from: 'system', reason: 'no manager came within queue_timeout' }],
    });
  });

  it.each([
    ['continue', 'bot'],
    ['handover', 'queued'],
  ])('after silence on the offer follows consent_silence: %s', async (rule, handler) => {
    const chat = rule === 'continue' ? 66 : 67;
    const shop = await buildShop(world, {
      thresholds: { escalation_threshold: 0.5, consent_timeout: 1, consent_silence: rule },
    });
    await writes(world, shop, chat, 'Can I bring my dog?');
    // The clock did it, and nobody said yes.
    const silence = { actorKind: 'system', reason: 'the contact did not say whether a human is wanted' };
    await until(async () => {
      const { id } = await conversationOf(world, shop, chat);
      expect(await transitionsOf(world, shop, id)).toMatchObject([
        { toHandler: 'awaiting_consent' },
        { toHandler: handler, ...silence },
      ]);
    });
    const { id, handler: now } = await conversationOf(world, shop, chat);
    expect(now).toBe(handler);
    expect(await all(shop, (em) => em.find(Handover, { conversationId: id }))).toMatchObject([{ consent: 'none' }]);
  });

  it('is refused to strangers, to another tenant’s manager, and to ids that are none', async () => {
    const [mine, theirs] = [await buildShop(world), await buildShop(world)];
    await writes(world, mine, 68, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('68')).toHaveLength(1));
    const { id } = await conversationOf(world, mine, 68);
    for (const path of ['replies', 'take', 'hand-back', 'close']) {
      const body = path === 'replies' ? { text: 'x' } : {};
      expect((await asManager(world, theirs, `/conversations/${id}/${path}`, body)).status, path).toBe(404);
      expect(
        (await asManager(world, { ...mine, managerToken: 'x' }, `/conversations/${id}/${path}`, body)).status,
      ).toBe(401);
      expect((await asManager(world, mine, `/conversations/not-an-id/${path}`, body)).status).toBe(404);
    }
    expect((await asManager(world, theirs, `/conversations/${id}`)).status).toBe(404);
    expect(await (await asManager(world, theirs, '/conversations')).json()).toEqual({ items: [], next: null });
    expect((await asManager(world, mine, `/conversations/${id}/replies`, { text: 'x', role: 'admin' })).status).toBe(
      422,
    );
    expect(await messagesOf(world, mine, id)).toHaveLength(2);
  });
});
