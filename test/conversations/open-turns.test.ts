import { describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { runAgent } from '../../jobs/run-agent.ts';
import { handleThreads, type ReadEvent } from '../../src/conversations/handle-threads.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { Handover } from '../../src/entities/handover.ts';
import { Message } from '../../src/entities/message.ts';
import { watchHandover } from '../../src/handover/watch-handover.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
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
import { answering, useWorkflows, type Workflow } from '../support/workflows.ts';
import { setSettings } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const { buildN8nShop, runsOf } = useWorkflows(world);

const HOURS = 'What are your opening hours?';
const MISS = 'Can I bring my dog?';

/** Handles what has come in some chats, in one transaction. */
const look = ({ tenantId, telegram }: Shop, ...chats: number[]) => {
  const subjects = chats.map((chat) => threadSubject(telegram.channelId, `${chat}`));
  return handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
};
const says = async (shop: Shop, chat: number, text: string) => {
  await writes(world, shop, chat, text);
  await look(shop, chat);
};
const verdictsOf = async (shop: Shop, chat: number) =>
  (await decisionsOf(world, shop, (await conversationOf(world, shop, chat)).id)).map(
    ({ firstSeq, lastSeq, outcome }) => [firstSeq, lastSeq, outcome],
  );
const handoversOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Handover, { tenantId }, { orderBy: { id: 'asc' } }));
/** The offer's time is up, and the clock looks at it. */
async function timeIsUp(shop: Shop): Promise<void> {
  const { tenantId } = shop;
  const open = { tenantId, outcome: null };
  await withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Handover, open, { timeoutAt: new Date(0) }));
  const [handover] = (await handoversOf(shop)).filter(({ outcome }) => outcome === null);
  if (handover) await withUnit(world.deps, tenantId, (unit) => watchHandover(unit, handover.id));
}
/** The burst is over. */
const isDue = ({ tenantId }: Shop) =>
  query(world.database.ownerUrl, `update conversations set turn_due_at = now() where tenant_id = '${tenantId}'`);
const hasDebounce = async (shop: Shop, debounceMs: number) => {
  await withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.execute(`update tenant_settings set thresholds = thresholds || ?::jsonb where tenant_id = ?`, [
      JSON.stringify({ debounce_ms: debounceMs, debounce_max_ms: debounceMs }),
      shop.tenantId,
    ]),
  );
  const debounce = async () => (await world.deps.settingsOf(shop.tenantId)).thresholds.debounce_ms;
  await until(async () => expect(await debounce()).toBe(debounceMs));
};

const isNeverOpen = async (shop: Shop) => {
  const never = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
  await setSettings(world, shop, { businessHours: { timezone: 'UTC', week: never, holidays: [] } });
  await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).businessHours).not.toBeNull());
};

describe('what is said while an agent thinks', () => {
  it('is decided with what follows it, when that can be answered at once', async () => {
    const { shop } = await buildN8nShop({ thresholds: { debounce_ms: 0 } });
    for (const text of ['Is a table free tonight?', 'And may I bring my dog?', HOURS])
      await writes(world, shop, 1, text);
    await look(shop, 1);
    expect(await verdictsOf(shop, 1)).toEqual([
      [1, 1, 'ask_agent'],
      [2, 3, 'answer'],
    ]);
  });

  it.each([0, 60_000])('goes to the human who is offered when the agent fails (debounce %i)', async (debounceMs) => {
    const { promise: called, resolve: onCall } = Promise.withResolvers<() => void>();
    const fail = answering({ message: 'Error in workflow' }, 500);
    const workflow: Workflow = (...call) => onCall(() => fail(...call));
    const { shop } = await buildN8nShop({ workflow, thresholds: { debounce_ms: 0 } });
    const chat = 2 + debounceMs;
    await says(shop, chat, 'Is a table free tonight?');
    if (debounceMs > 0) await hasDebounce(shop, debounceMs);
    const [run] = await runsOf(shop);
    const job = runAgent.start(world.deps).process({
      data: { wakes: [{ tenantId: shop.tenantId, subjects: [run?.id ?? ''] }] },
    });
    const end = await called;
    await says(shop, chat, 'We are five, one in a wheelchair');
    end();
    await job;
    await until(async () => expect((await conversationOf(world, shop, chat)).handler).toBe('awaiting_consent'));
    expect((await verdictsOf(shop, chat)).at(-1)).toEqual([1, 2, 'offer_human']);
    expect(await conversationOf(world, shop, chat)).toMatchObject({ turnStartedAt: null, turnDueAt: null });
  });
});

describe('a burst', () => {
  const startedAgo = (shop: Shop, seconds: number) =>
    query(
      world.database.ownerUrl,
      `update conversations set turn_started_at = now() - interval '${seconds} seconds' where tenant_id = '${shop.tenantId}'`,
    );

  it('is answered debounce_max_ms after it began, although it goes on, and not before', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 50_000, debounce_max_ms: 60_000 } });
    await says(shop, 11, 'Hi');
    await startedAgo(shop, 30);
    await says(shop, 11, 'tell me');
    expect(await verdictsOf(shop, 11)).toEqual([]);
    await startedAgo(shop, 61);
    await says(shop, 11, HOURS);
    expect(await verdictsOf(shop, 11)).toEqual([[1, 3, 'answer']]);
  });
});

describe('a turn that a manager cuts off', () => {
  it.each([
    ['taking the conversation', 12, 'take', {}, 2],
    ['answering', 13, 'replies', { text: 'Dogs are welcome.' }, 3],
  ] as const)('by %s is not read again after the hand back', async (_how, chat, act, body, next) => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 60_000, debounce_max_ms: 60_000 } });
    await says(shop, chat, MISS);
    const { id, turnDueAt } = await conversationOf(world, shop, chat);
    expect(turnDueAt).not.toBeNull();
    expect((await asManager(world, shop, `/conversations/${id}/${act}`, body)).ok).toBe(true);
    expect((await asManager(world, shop, `/conversations/${id}/hand-back`, {})).ok).toBe(true);
    await says(shop, chat, HOURS);
    await isDue(shop);
    await look(shop, chat);
    expect(await verdictsOf(shop, chat)).toEqual([[next, next, 'answer']]);
  });
});

describe('an offer of a human', () => {
  it('waits for the words that came just before its end', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 0, escalation_threshold: 0.5 } });
    await says(shop, 3, MISS);
    await hasDebounce(shop, 60_000);
    await says(shop, 3, 'yes please');
    await timeIsUp(shop);
    expect((await conversationOf(world, shop, 3)).handler).toBe('awaiting_consent');
    const [waiting] = await handoversOf(shop);
    expect(Number(waiting?.timeoutAt)).toBeGreaterThan(Date.now());
    await isDue(shop);
    await look(shop, 3);
    expect((await conversationOf(world, shop, 3)).handler).toBe('queued');
  });

  it('ends when automation answers after all', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 0, escalation_threshold: 0.5 } });
    await says(shop, 4, MISS);
    await says(shop, 4, HOURS);
    expect(await conversationOf(world, shop, 4)).toMatchObject({ handler: 'bot', openHandoverId: null });
    expect(await handoversOf(shop)).toMatchObject([{ outcome: 'answered', timeoutAt: null }]);
  });

  it('has its full time again when it is made once more', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 0, escalation_threshold: 0.5 } });
    await says(shop, 5, MISS);
    const soon = new Date(Date.now() + 1_000);
    await withTenant(world.deps.orm, shop.tenantId, (em) => em.nativeUpdate(Handover, {}, { timeoutAt: soon }));
    await says(shop, 5, 'hmm');
    expect((await verdictsOf(shop, 5)).at(-1)).toEqual([3, 3, 'offer_human']);
    const [offer] = await handoversOf(shop);
    expect(Number(offer?.timeoutAt)).toBeGreaterThan(Date.now() + 600_000);
  });
});

describe('after an offer of a human', () => {
  it('that was met with silence the contact waits as long as anybody, also where two have looked at the clock', async () => {
    const thresholds = { debounce_ms: 0, escalation_threshold: 0.5, consent_silence: 'handover' };
    const shop = await buildShop(world, { thresholds });
    await says(shop, 20, MISS);
    const { id } = await conversationOf(world, shop, 20);
    const held = await hold(world.database.ownerUrl, `select from conversations where id = '${id}' for update`);
    const both = [timeIsUp(shop), timeIsUp(shop)];
    await held.isWaitedFor(2);
    await held.release();
    await Promise.all(both);
    const [waiting] = await handoversOf(shop);
    expect(waiting).toMatchObject({ queuedAt: expect.any(Date), apologizedAt: null, outcome: null });
    expect(Number(waiting?.timeoutAt)).toBeGreaterThan(Date.now());
    const said = (await messagesOf(world, shop, id)).filter(({ direction }) => direction === 'out');
    expect(said).toHaveLength(2);
  });

  it('that was declined the next one is made once more as well, where the answer is unclear', async () => {
    const thresholds = { debounce_ms: 0, escalation_threshold: 0.5, consent_quiet_turns: 0 };
    const shop = await buildShop(world, { thresholds });
    for (const text of [MISS, 'hmm', 'no', MISS, 'hmm']) await says(shop, 14, text);
    expect((await verdictsOf(shop, 14)).map(([, , outcome]) => outcome)).toEqual([
      'offer_human',
      'offer_human',
      'decline_human',
      'offer_human',
      'offer_human',
    ]);
  });
});

describe('two machines that talk', () => {
  const chatter = (n: number) => `Sorry, zxqv ${'abcdefghijklmnopqrstuvwxyz'.slice(n % 20, (n % 20) + 5)} blorp`;

  it('are stopped, and a human is told', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 0 } });
    for (let n = 0; n < 70; n++) await writes(world, shop, 6, chatter(n));
    for (let n = 0; n < 3; n++) await look(shop, 6);
    const { id, handler } = await conversationOf(world, shop, 6);
    expect(handler).toBe('queued');
    const replies = (await messagesOf(world, shop, id)).filter(({ direction }) => direction === 'out');
    expect(replies).toHaveLength(61);
    expect(await handoversOf(shop)).toEqual(
      expect.arrayContaining([expect.objectContaining({ reasonText: expect.stringMatching(/60 automatic replies/) })]),
    );
  });

  it('are stopped where nobody is there and the conversation comes back', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 0, nobody_there: 'return' } });
    await isNeverOpen(shop);
    for (let n = 0; n < 80; n++) await writes(world, shop, 7, chatter(n));
    for (let n = 0; n < 3; n++) await look(shop, 7);
    const { id, handler } = await conversationOf(world, shop, 7);
    expect(handler).toBe('bot');
    const replies = (await messagesOf(world, shop, id)).filter(({ direction }) => direction === 'out');
    expect(replies).toHaveLength(61);
  });
});

it('turns that are decided together change each its own conversation, also where one of them is handed over', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 0 } });
  for (const chat of [17, 18, 18, 19]) await writes(world, shop, chat, HOURS);
  await look(shop, 17, 18, 19);
  const all = () => Promise.all([17, 18, 19].map((chat) => conversationOf(world, shop, chat)));
  expect(await all()).toMatchObject([
    { lastSeq: 2, answeredSeq: 1, botReplyCount: 1 },
    { lastSeq: 4, answeredSeq: 2, botReplyCount: 2 },
    { lastSeq: 2, answeredSeq: 1, botReplyCount: 1 },
  ]);
  await writes(world, shop, 17, HOURS);
  await writes(world, shop, 18, 'I want to talk to a human');
  await look(shop, 17, 18);
  expect(await all()).toMatchObject([
    { handler: 'bot', epoch: 0, lastSeq: 4, answeredSeq: 3 },
    { handler: 'queued', epoch: 1, lastSeq: 6, answeredSeq: 5, openHandoverId: expect.any(String) },
    { handler: 'bot', epoch: 0, lastSeq: 2, answeredSeq: 1 },
  ]);
});

it('a conversation that a human gives back is answered, however often that was done within the hour', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 0 } });
  await says(shop, 15, HOURS);
  await query(
    world.database.ownerUrl,
    `update conversations set replies_in_hour = 60, reply_hour_at = now() where tenant_id = '${shop.tenantId}'`,
  );
  const { id } = await conversationOf(world, shop, 15);
  for (const act of ['take', 'hand-back']) {
    expect((await asManager(world, shop, `/conversations/${id}/${act}`, {})).ok).toBe(true);
  }
  await says(shop, 15, HOURS);
  expect((await verdictsOf(shop, 15)).at(-1)?.[2]).toBe('answer');
});

it('whom automation could not help is answered afresh where nobody was there to hand over to', async () => {
  const thresholds = { debounce_ms: 0, max_responses: 2, nobody_there: 'return' };
  const shop = await buildShop(world, { handoverMode: 'immediate', thresholds });
  await isNeverOpen(shop);
  for (let n = 0; n < 4; n++) await says(shop, 16, HOURS);
  expect((await verdictsOf(shop, 16)).map(([, , outcome]) => outcome)).toEqual([
    'answer',
    'answer',
    'hand_over',
    'answer',
  ]);
});

describe('what happens to a message before it is handled', () => {
  const agesBy = (minutes: number) =>
    query(world.database.ownerUrl, `update inbound_events set created_at = now() - interval '${minutes} minutes'`);

  it('an edit counts, however long the backlog was', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 0 } });
    const update = telegramUpdate(8, MISS);
    const { message } = update;
    const edited = { ...message, edit_date: message.date + 1, text: HOURS };
    await postTelegram(world, shop, update);
    await postTelegram(world, shop, { update_id: update.update_id + 500_000, edited_message: edited });
    await agesBy(2);
    await look(shop, 8);
    const { id } = await conversationOf(world, shop, 8);
    expect(await messagesOf(world, shop, id)).toMatchObject([
      { direction: 'in', content: HOURS, metadata: { before: MISS } },
      { direction: 'out', content: 'We open 7am-9pm daily' },
    ]);
  });
});

it('what a contact has taken back is not answered, and no edit brings it again', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 0 } });
  const { channelId } = shop.telegram;
  const from = { externalId: '10', name: 'Anna' };
  const sentAt = new Date();
  const event = (id: string, content: ReadEvent['content']): ReadEvent => ({
    id,
    channelId,
    thread: '10',
    receivedAt: sentAt,
    wasPutOff: false,
    content,
  });
  await withUnit(world.deps, shop.tenantId, async (unit) => {
    const ends = await handleThreads(
      unit,
      [
        event('1', {
          type: 'message',
          messageId: 'm1',
          from,
          text: 'my card is 1234',
          attachments: [],
          sentAt,
          isGroup: false,
        }),
        event('2', { type: 'deletion', messageId: 'm1' }),
        event('3', { type: 'edit', messageId: 'm1', text: 'my card is 1234!', editedAt: new Date() }),
      ],
      [],
    );
    expect(ends.map(({ status }) => status)).toEqual(['handled', 'handled', 'handled']);
  });
  const { id } = await conversationOf(world, shop, 10);
  expect(await messagesOf(world, shop, id)).toMatchObject([{ content: '', direction: 'in' }]);
  expect(await decisionsOf(world, shop, id)).toEqual([]);
});

it('what the owner has answered already is not answered again, also where both are handled together', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 0, echo_takes_over: false } });
  const sentAt = new Date();
  const at = { channelId: shop.telegram.channelId, thread: '12', receivedAt: sentAt, wasPutOff: false };
  const said = { text: HOURS, attachments: [], sentAt };
  const from = { externalId: '12' };
  await withUnit(world.deps, shop.tenantId, async (unit) => {
    const question = { type: 'message', messageId: 'q', from, isGroup: false, ...said } as const;
    const answer = { type: 'echo', messageId: 'a', ...said, text: 'From 7 on.' } as const;
    const events = [question, answer].map((content, n): ReadEvent => ({ id: `${n}`, ...at, content }));
    await handleThreads(unit, events, []);
  });
  const { id, handler } = await conversationOf(world, shop, 12);
  expect(handler).toBe('bot');
  expect((await messagesOf(world, shop, id)).map(({ content }) => content)).toEqual([HOURS, 'From 7 on.']);
});

it('a reaction to what we said is kept with it', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 0 } });
  await says(shop, 9, HOURS);
  const { id } = await conversationOf(world, shop, 9);
  const [, reply] = await messagesOf(world, shop, id);
  const externalId = '9:777';
  await withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.execute(`update outbound_messages set status = 'sent', external_id = ? where tenant_id = ? and message_id = ?`, [
      externalId,
      shop.tenantId,
      reply?.id,
    ]),
  );
  await postTelegram(world, shop, {
    update_id: 9_900_001,
    message_reaction: {
      chat: { id: 9, type: 'private' },
      message_id: 777,
      date: Math.floor(Date.now() / 1000),
      user: { id: 9, is_bot: false, first_name: 'Anna' },
      old_reaction: [],
      new_reaction: [{ type: 'emoji', emoji: '👍' }],
    },
  });
  await look(shop, 9);
  const after = await withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.findOneOrFail(Message, { id: reply?.id ?? '' }),
  );
  expect(after.reactions).toEqual({ '9': '👍' });
});
