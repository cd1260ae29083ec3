import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { Handover } from '../../src/entities/handover.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  decisionsOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  type Shop,
} from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  // Each test says what is handled together.
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const BEFORE = -401;
const AFTER = -100401;

async function arrive(shop: Shop, ...updates: unknown[]): Promise<void> {
  for (const update of updates) expect((await postTelegram(world, shop, update)).status).toBe(200);
}

/** Handles what has arrived in both chats, in one transaction. */
async function handle({ tenantId, telegram }: Shop): Promise<void> {
  const subjects = [BEFORE, AFTER].map((chat) => threadSubject(telegram.channelId, String(chat)));
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
}

const inGroup = (chat: number, text: string) =>
  telegramUpdate(7, text, { chat: { id: chat, type: chat === BEFORE ? 'group' : 'supergroup', title: 'Group' } });

const moves = () => {
  const { update_id, message } = inGroup(BEFORE, '');
  return { update_id, message: { ...message, text: undefined, migrate_to_chat_id: AFTER } };
};

const conversations = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) =>
    (await em.find(Conversation, { tenantId }, { orderBy: { createdAt: 'asc' } })).map(
      ({ thread, handler }) => `${thread} ${handler}`,
    ),
  );

const events = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) =>
    (await em.execute<{ status: string }[]>('select distinct status from inbound_events')).map(({ status }) => status),
  );

const texts = async (shop: Shop, conversationId: string) =>
  (await messagesOf(world, shop, conversationId)).map(({ seq, content }) => `${seq} ${content}`);

describe('a group that becomes a supergroup', () => {
  it('goes on in its conversation, also where its next message is handled together with the news', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'));
    await handle(shop);
    const { id } = await conversationOf(world, shop, BEFORE);
    await arrive(shop, moves(), inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    expect(await conversations(shop)).toEqual([`${AFTER} bot`]);
    expect(await texts(shop, id)).toHaveLength(4);
    expect(await events(shop)).toEqual(['handled']);
  });

  it('goes on in the conversation that its first message under the new id has opened', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'));
    await handle(shop);
    await arrive(shop, inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    await arrive(shop, moves(), inGroup(AFTER, 'What are your opening hours?'));
    await handle(shop);
    expect(await conversations(shop)).toEqual([`${BEFORE} closed`, `${AFTER} bot`]);
    const { id } = await conversationOf(world, shop, AFTER);
    expect(await texts(shop, id)).toHaveLength(4);
    expect(await events(shop)).toEqual(['handled']);
  });

  it.each([
    ['before', false],
    ['with', true],
  ])('stays with the manager who has it, and what was said %s the news as well', async (_when, isTogether) => {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    await arrive(shop, inGroup(BEFORE, 'I want to talk to a human'));
    await handle(shop);
    const { id } = await conversationOf(world, shop, BEFORE);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Here I am' });

    await arrive(shop, inGroup(AFTER, 'my order is late'));
    if (!isTogether) await handle(shop);
    await arrive(shop, moves(), inGroup(AFTER, 'very late'));
    await handle(shop);
    expect((await conversations(shop)).toSorted()).toEqual([`${AFTER} closed`, `${AFTER} human`]);
    const said = await texts(shop, id);
    expect(said.filter((one) => /late|Here/.test(one))).toEqual([
      '3 Here I am',
      expect.stringMatching(/ my order is late$/),
      expect.stringMatching(/ very late$/),
    ]);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({ path: 'human', outcome: 'silent' });
    const handovers = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(Handover, { tenantId: shop.tenantId }),
    );
    expect(handovers.map(({ conversationId, outcome }) => ({ conversationId, outcome }))).toEqual([
      { conversationId: id, outcome: null },
    ]);
    expect(await events(shop)).toEqual(['handled']);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'I see it' });
    expect((await texts(shop, id)).at(-1)).toMatch(/I see it$/);
  });
});
