import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { findDueWork } from '../../src/tenancy/as-system.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import { hold } from '../support/hold.ts';
import { addSender, callFrom } from '../support/senders.ts';
import { buildShop, conversationOf, messagesOf, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

// No workers: each look at the inbox is one that a test asks for, and so they are counted, not timed.
let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const GROUP = -100_500;
let updateId = 700_000;

const about = (message: number, kind: 'message_reaction' | 'edited_message', more: Record<string, unknown>) => ({
  update_id: (updateId += 1),
  [kind]: {
    chat: { id: GROUP, type: 'supergroup' },
    message_id: message,
    date: Math.floor(Date.now() / 1000),
    ...more,
  },
});
const reaction = (message: number, user: number, emoji = '👍') =>
  about(message, 'message_reaction', {
    user: { id: user, is_bot: false, first_name: 'Ana' },
    old_reaction: [],
    new_reaction: [{ type: 'emoji', emoji }],
  });
const edit = (message: number, text: string) =>
  about(message, 'edited_message', { from: { id: 1, is_bot: false, first_name: 'Ana' }, text });
const said = (message: number, text: string) =>
  telegramUpdate(1, text, { message_id: message, chat: { id: GROUP, type: 'supergroup' } });

/**
 * Looks at one thread as often as it is woken for at once, at most `most` times. Gives how often that was, and the delays of
 * later looks.
 */
async function lookAt(tenantId: string, subject: string, most = 20) {
  const later: number[] = [];
  let isWoken = true;
  const job = handleInbound.start({
    ...world.deps,
    wake(name, _tenantId, _subject, delayMs = 0) {
      if (name !== 'handle-inbound') return;
      if (delayMs > 0) later.push(delayMs);
      else isWoken = true;
    },
  });
  let looks = 0;
  for (; isWoken && looks < most; looks++) {
    isWoken = false;
    await job.process({ data: { wakes: [{ tenantId, subjects: [subject] }] } });
  }
  return { looks, later };
}

const lookAtGroup = ({ tenantId, telegram }: Shop, most?: number) =>
  lookAt(tenantId, threadSubject(telegram.channelId, String(GROUP)), most);

const eventsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) =>
    em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' }, disableIdentityMap: true }),
  );
const statusesOf = async (shop: Shop) => (await eventsOf(shop)).map(({ status }) => status);
const inGroup = async (shop: Shop) => messagesOf(world, shop, (await conversationOf(world, shop, GROUP)).id);

/** Moves what waits in the inbox back in time; `since` is how long ago it came. */
const age = ({ tenantId }: Shop, since: string) =>
  asOwner(world.database, (owner) =>
    owner.query(
      `update inbound_events set created_at = now() - $1::interval, due_at = now() - interval '4 s'
       where tenant_id = $2 and status = 'pending'`,
      [since, tenantId],
    ),
  );

/** Holds back what was put off, however long the test takes. */
const holdBack = ({ tenantId }: Shop) =>
  asOwner(world.database, (owner) =>
    owner.query(
      `update inbound_events set due_at = now() + interval '1 hour' where tenant_id = $1 and due_at is not null`,
      [tenantId],
    ),
  );

describe('a question behind more reactions to an unknown message than are looked at at once', () => {
  const question = ['What are your opening hours?', 'We open 7am-9pm daily'];
  const start = async () => {
    const shop = await buildShop(world);
    for (let user = 1; user <= 45; user++) await postTelegram(world, shop, reaction(12, user));
    await postTelegram(world, shop, said(900, 'What are your opening hours?'));
    return shop;
  };
  const contents = async (shop: Shop) => (await inGroup(shop)).map(({ content }) => content);

  it('is answered at the second look, after which nobody looks before the reactions are due', async () => {
    const shop = await start();
    expect(await lookAtGroup(shop, 1)).toEqual({ looks: 1, later: [1_000] });
    await holdBack(shop);
    expect(await lookAtGroup(shop)).toEqual({ looks: 1, later: [1_000] });
    expect(await contents(shop)).toEqual(question);
    expect(await statusesOf(shop)).toEqual([...Array<string>(45).fill('pending'), 'handled']);
    await holdBack(shop);
    expect(await lookAtGroup(shop)).toEqual({ looks: 1, later: [] });
  });

  it('is answered at the second look also where the reactions are due again by then', async () => {
    const shop = await start();
    await lookAtGroup(shop, 1);
    await asOwner(world.database, (owner) =>
      owner.query(`update inbound_events set due_at = now() where tenant_id = $1 and due_at is not null`, [
        shop.tenantId,
      ]),
    );
    await lookAtGroup(shop, 1);
    expect(await contents(shop)).toEqual(question);
  });
});

it('what speaks of a message that comes later is applied as soon as that is there, in the order in which it came', async () => {
  const shop = await buildShop(world);
  await postTelegram(world, shop, edit(901, 'better words'));
  await postTelegram(world, shop, reaction(901, 7, '👍'));
  await postTelegram(world, shop, reaction(902, 7, '🔥'));
  expect(await lookAtGroup(shop)).toEqual({ looks: 1, later: [1_000] });
  await postTelegram(world, shop, reaction(901, 7, '❤'));
  await lookAtGroup(shop);
  await holdBack(shop);

  await postTelegram(world, shop, said(901, 'first words'));
  // Once to take the message in, and once for what waited for it.
  expect((await lookAtGroup(shop)).looks).toBe(2);
  expect((await inGroup(shop))[0]).toMatchObject({ content: 'better words', reactions: { '7': '❤' } });
  expect((await statusesOf(shop)).filter((status) => status === 'pending')).toHaveLength(1);
});

it('what came together with the message that it speaks of is applied at the next look, which is at once', async () => {
  const shop = await buildShop(world);
  await postTelegram(world, shop, reaction(905, 7, '👍'));
  await lookAtGroup(shop);
  await age(shop, '20 s');
  await postTelegram(world, shop, said(905, 'first words'));
  await postTelegram(world, shop, edit(905, 'better words'));
  await postTelegram(world, shop, reaction(905, 7, '❤'));
  expect(await lookAtGroup(shop)).toEqual({ looks: 2, later: [] });
  expect((await inGroup(shop))[0]).toMatchObject({ content: 'better words', reactions: { '7': '❤' } });
});

it('a receipt from before our own record of what it speaks of is applied after it', async () => {
  const shop = await buildShop(world);
  const sender = await addSender(world, shop, 'whatsapp');
  const body = sender.bodyOf('What are your opening hours?');
  const [, thread = ''] = /"from":"(\d+)"/.exec(body) ?? [];
  const subject = threadSubject(sender.channelId, thread);
  await callFrom(sender, body);
  await lookAt(shop.tenantId, subject);
  const { id } = await conversationOf(world, shop, thread);

  const receipt = `[{"id":"wamid.late","status":"delivered","timestamp":"1767609100","recipient_id":"${thread}"}]`;
  await callFrom(sender, body.replace(/"contacts".*\]\}\}\]/, `"statuses":${receipt}}}]`));
  expect(await lookAt(shop.tenantId, subject)).toEqual({ looks: 1, later: [1_000] });
  await asOwner(world.database, async (owner) => {
    const sent = `status = 'sent', external_id = 'wamid.late'`;
    await owner.query(`update outbound_messages set ${sent} where conversation_id = $1`, [id]);
    await owner.query(`update messages set status = 'sent' where conversation_id = $1 and direction = 'out'`, [id]);
  });
  await age(shop, '2 s');
  await lookAt(shop.tenantId, subject);
  expect((await messagesOf(world, shop, id)).map(({ status }) => status)).toEqual(['received', 'delivered']);
  expect(await statusesOf(shop)).toEqual(['handled', 'handled']);
});

it('what speaks of a message that never comes is looked at ever more seldom, and ends as ignored', async () => {
  const shop = await buildShop(world);
  // It came long before the first look, as after an outage: its message may be in the same backlog.
  await postTelegram(world, shop, reaction(903, 7));
  await age(shop, '5 min');
  expect(await lookAtGroup(shop)).toEqual({ looks: 1, later: [1_000] });

  await age(shop, '20 s');
  const { later } = await lookAtGroup(shop);
  expect(later).toHaveLength(1);
  expect(later[0]).toBeGreaterThanOrEqual(20_000);
  expect(later[0]).toBeLessThan(40_000);

  await age(shop, '61 s');
  expect(await lookAtGroup(shop)).toEqual({ looks: 1, later: [] });
  expect(await eventsOf(shop)).toMatchObject([
    { status: 'ignored', error: `speaks of a message that is not known: ${GROUP}:903` },
  ]);
});

it('what was put off and somebody else looks at is not waited for by whoever brings the message', async () => {
  const shop = await buildShop(world);
  await postTelegram(world, shop, reaction(907, 7));
  await lookAtGroup(shop);
  await holdBack(shop);
  await postTelegram(world, shop, said(907, 'What are your opening hours?'));
  const waiting = `select from inbound_events where tenant_id = '${shop.tenantId}' and due_at is not null for update`;
  const held = await hold(world.database.ownerUrl, waiting);
  await lookAtGroup(shop, 1);
  await held.release();
  expect(await statusesOf(shop)).toEqual(['pending', 'handled']);
});

it('a look at a chat leaves the same chat on another channel to its own', async () => {
  const shop = await buildShop(world);
  const { orm, keys } = world.deps;
  const { botToken, secretToken } = shop.telegram;
  const second = { kind: 'telegram', name: 'Second', config: { botToken: `${botToken}2`, secretToken } };
  const channel = await addChannel(orm, keys, shop.tenantId, second);
  await postTelegram(world, shop, said(906, 'What are your opening hours?'));
  await postTelegram(world, { telegram: { ...shop.telegram, ...channel } }, said(906, 'What are your opening hours?'));
  await lookAtGroup(shop);
  expect((await eventsOf(shop)).map(({ channelId, status }) => [channelId, status])).toEqual([
    [shop.telegram.channelId, 'handled'],
    [channel.channelId, 'pending'],
  ]);
});

it('the sweep finds what was put off when it is due, and not before', async () => {
  const shop = await buildShop(world);
  const found = async (graceMs: number) =>
    (await findDueWork(world.deps.orm, graceMs, 1_000)).filter(({ tenantId }) => tenantId === shop.tenantId);
  await postTelegram(world, shop, reaction(904, 7));
  expect(await found(0)).toHaveLength(1);
  await lookAtGroup(shop);
  await holdBack(shop);
  expect(await found(0)).toEqual([]);
  await age(shop, '10 s');
  expect(await found(3_000)).toMatchObject([{ job: 'handle-inbound' }]);
});
