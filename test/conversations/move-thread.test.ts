import { beforeEach, describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { settleRun } from '../../src/conversations/settle-run.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { Handover } from '../../src/entities/handover.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
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
import { useWorkflows } from '../support/workflows.ts';
import { useWorld } from '../support/world.ts';

// Each test says what is handled together.
const world = useWorld({ workers: false });
const { buildN8nShop, runsOf } = useWorkflows(world);
beforeEach(() => {
  world.platform.calls.length = 0;
});

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
    expect(await conversations(shop)).toEqual([`${AFTER} closed`, `${AFTER} bot`]);
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

describe('what is still to be sent when a group becomes a supergroup', () => {
  const [hours, milk] = coffeeFaqs.map(({ answer }) => answer);

  /** Sends all that waits in these conversations, one after the other; gives what the two chats have got. */
  async function sent({ tenantId }: Shop, ...ids: string[]) {
    for (const id of ids) await world.deps.delivery.deliver(tenantId, [id]);
    return { before: world.platform.textsTo(String(BEFORE)), after: world.platform.textsTo(String(AFTER)) };
  }
  const bothOf = async (shop: Shop) =>
    Promise.all([BEFORE, AFTER].map(async (chat) => (await conversationOf(world, shop, chat)).id));
  const replies = (shop: Shop, id: string | undefined, text: string) =>
    asManager(world, shop, `/conversations/${id}/replies`, { text });

  it('goes to the new id, once and in order, also from the conversation that was begun there', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'), inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    const [older = '', newer = ''] = await bothOf(shop);
    await replies(shop, older, 'Mia here');
    await replies(shop, newer, 'Which order?');
    await arrive(shop, moves());
    await handle(shop);
    await replies(shop, older, 'I see it');
    // Whoever was woken for the other conversation before the news comes first.
    expect(await sent(shop, newer, older, older)).toEqual({
      before: [],
      after: ['Mia here', 'Which order?', 'I see it'],
    });
    const said = await messagesOf(world, shop, older);
    expect(said.map(({ seq, content, status }) => `${seq} ${content} ${status}`)).toEqual([
      '1 What are your opening hours? received',
      `2 ${hours} withheld`,
      '3 Mia here sent',
      '4 Do you have vegan options? received',
      `5 ${milk} withheld`,
      '6 Which order? sent',
      '7 I see it sent',
    ]);
    expect(await decisionsOf(world, shop, older)).toMatchObject([
      { firstSeq: 1, withheldReason: expect.any(String) },
      { firstSeq: 4, withheldReason: expect.any(String) },
      { firstSeq: 4, path: 'human' },
    ]);
  });

  it('goes to the new id also where the older conversation ends, as it owes nothing', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'), inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    const [older = '', newer = ''] = await bothOf(shop);
    await arrive(shop, moves());
    await handle(shop);
    expect(await sent(shop, older, newer, older)).toEqual({ before: [], after: [hours, milk] });
  });

  it('is one answer where what was asked under both ids is answered together', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'), moves());
    await handle(shop);
    const { id } = await conversationOf(world, shop, AFTER);
    const { before, after } = await sent(shop, id, id, id);
    expect(before).toEqual([]);
    expect(after.join().split(milk ?? '')).toHaveLength(2);
    expect(after.join().split(hours ?? '')).toHaveLength(2);
  });

  it('goes to the new id where a manager wrote it and gave the conversation back', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'), inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    const [older = '', newer = ''] = await bothOf(shop);
    await replies(shop, older, 'Mia here');
    expect((await asManager(world, shop, `/conversations/${older}/hand-back`, {})).status).toBe(200);
    await arrive(shop, moves());
    await handle(shop);
    expect(await sent(shop, older, newer)).toEqual({ before: [], after: ['Mia here', milk] });
  });

  it('leaves out what automation had to say in it where a manager has the newer one', async () => {
    const shop = await buildShop(world);
    await arrive(shop, inGroup(BEFORE, 'What are your opening hours?'), inGroup(AFTER, 'Do you have vegan options?'));
    await handle(shop);
    const [older = '', newer = ''] = await bothOf(shop);
    await replies(shop, newer, 'Mia here');
    await arrive(shop, moves());
    await handle(shop);
    expect(await sent(shop, older, newer)).toEqual({ before: [], after: ['Mia here'] });
    expect((await messagesOf(world, shop, older)).map(({ status }) => status)).toEqual(['received', 'withheld']);
  });
});

it('of agents that were asked under both ids only the one that the conversation waits for is heard', async () => {
  const { shop } = await buildN8nShop();
  await arrive(shop, inGroup(BEFORE, 'Is a table free tonight?'), inGroup(AFTER, 'And a chair?'));
  await handle(shop);
  await arrive(shop, moves());
  await handle(shop);
  const [first, second] = (await runsOf(shop)).toSorted((a, b) => a.firstSeq - b.firstSeq);
  const answer = (runId = 'none') =>
    withUnit(world.deps, shop.tenantId, (unit) =>
      settleRun(unit, runId, { type: 'answer', answer: { type: 'reply', text: 'Yes.', confidence: null } }),
    );
  expect(first?.conversationId).toBe(second?.conversationId);
  expect([await answer(second?.id), await answer(first?.id)]).toEqual(['discarded', 'answered']);
  // What was asked under the new id is a turn of its own, and owed an answer.
  await handle(shop);
  expect((await runsOf(shop)).filter(({ status }) => status === 'queued')).toMatchObject([{ firstSeq: 2 }]);
});
