import { describe, expect, it } from 'vitest';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  buildShop,
  conversationOf,
  handlerOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

/** A shop whose managers are told in a Telegram group, and answer there. */
async function shopWithGroup(group: string): Promise<Shop> {
  const shop = await buildShop(world, { handoverMode: 'immediate' });
  await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, {
    kind: 'telegram',
    name: 'Team chat',
    config: { botToken: shop.telegram.botToken, chatId: group },
    replyThread: `${shop.telegram.channelId}/${group}`,
  });
  return shop;
}

const supergroup = (id: string) => ({ id: Number(id), type: 'supergroup' });

/** The message id of what was shown last in a chat. */
function lastShownIn(chat: string): number {
  return world.platform.calls.findLastIndex(({ body }) => String(body['chat_id']) === chat) + 1;
}

async function expectAnswerFrom(shop: Shop, chat: string, customer: number, place: object = {}): Promise<void> {
  await until(() => expect(world.platform.textsTo(chat).at(-1)).toContain(`order of ${customer}`));
  await until(async () => {
    const { replyChats } = await world.deps.targetsOf(shop.tenantId);
    expect(replyChats.has(`${shop.telegram.channelId}/${chat}`)).toBe(true);
  });
  const reply_to_message = { message_id: lastShownIn(chat), chat: supergroup(chat), date: 1 };
  const text = `An answer for ${customer}.`;
  await postTelegram(world, shop, telegramUpdate(777, text, { chat: supergroup(chat), reply_to_message, ...place }));
  await until(() => expect(world.platform.textsTo(String(customer)).at(-1)).toBe(text));
  expect(await handlerOf(world, shop, customer)).toBe('human');
}

const asksForPerson = (shop: Shop, customer: number) =>
  writes(world, shop, customer, `I want to talk to a human about the order of ${customer}`);

describe("a managers' group that becomes a supergroup", () => {
  it('is followed when it says so: told there, answered from there, and nobody takes its talk for a customer', async () => {
    const [before, after] = ['-4100', '-100410000'];
    const shop = await shopWithGroup(before);
    const moved = telegramUpdate(777, '', { chat: { id: Number(before), type: 'group' } });
    await postTelegram(world, shop, {
      ...moved,
      message: { ...moved.message, text: undefined, migrate_to_chat_id: Number(after) },
    });
    await asksForPerson(shop, 4101);
    await expectAnswerFrom(shop, after, 4101);
    expect(world.platform.textsTo(before)).toEqual([]);

    await postTelegram(world, shop, telegramUpdate(777, 'lunch?', { chat: supergroup(after) }));
    await asksForPerson(shop, 4102);
    await expectAnswerFrom(shop, after, 4102);
    await expect(conversationOf(world, shop, after)).rejects.toThrow();
  });

  it('is followed when it is found out in telling it', async () => {
    const [before, after] = ['-4200', '-100420000'];
    const shop = await shopWithGroup(before);
    let refused = 0;
    world.platform.answer = (call, response) => {
      if (String(call.body['chat_id']) !== before) return undefined;
      refused += 1;
      response.statusCode = 400;
      const parameters = { migrate_to_chat_id: Number(after) };
      response.end(JSON.stringify({ ok: false, error_code: 400, description: 'group chat was upgraded', parameters }));
      return true;
    };
    await asksForPerson(shop, 4201);
    await expectAnswerFrom(shop, after, 4201);
    await asksForPerson(shop, 4202);
    await expectAnswerFrom(shop, after, 4202);
    expect(refused).toBe(1);
  });
});

describe("a managers' forum", () => {
  const inTopic = (topic: number) => ({ is_topic_message: true, message_thread_id: topic });

  it('is told in the topic of the target, and answered from there', async () => {
    const shop = await shopWithGroup('-100430000:42');
    await asksForPerson(shop, 4301);
    await expectAnswerFrom(shop, '-100430000', 4301, inTopic(42));
    const told = world.platform.calls.filter(({ body }) => String(body['chat_id']) === '-100430000');
    expect(told.map(({ body }) => body['message_thread_id'])).toEqual([42]);
  });

  it.each([
    ['-100440000:42', 4401],
    ['-100450000', 4501],
  ])('%s is theirs in all its topics: none is taken for a customer', async (target, customer) => {
    const shop = await shopWithGroup(target);
    const [chat = ''] = target.split(':');
    await asksForPerson(shop, customer);
    await expectAnswerFrom(shop, chat, customer, inTopic(43));
    for (const place of [{}, inTopic(42), inTopic(43)]) {
      await postTelegram(world, shop, telegramUpdate(777, 'opening hours?', { chat: supergroup(chat), ...place }));
    }
    await writes(world, shop, customer, 'Thank you');
    const events = () =>
      withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.execute<{ thread: string; status: string }[]>('select thread, status from inbound_events'),
      );
    await until(async () => expect((await events()).filter(({ status }) => status === 'pending')).toEqual([]));
    expect((await events()).filter(({ status }) => status === 'ignored')).toHaveLength(3);
    for (const thread of [chat, `${chat}:42`, `${chat}:43`]) {
      await expect(conversationOf(world, shop, thread)).rejects.toThrow();
    }
  });
});
