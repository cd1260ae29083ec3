import { expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import {
  buildShop,
  conversationOf,
  decisionsOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const CHAT = 1;
const HOURS = 'What are your opening hours?';

const look = ({ tenantId, telegram }: Shop) =>
  handleInbound
    .start(world.deps)
    .process({ data: { wakes: [{ tenantId, subjects: [threadSubject(telegram.channelId, String(CHAT))] }] } });

it('who writes and blocks the bot before it has answered gets no answer, and one to what is written afterwards', async () => {
  const shop = await buildShop(world);
  await writes(world, shop, CHAT, HOURS);
  const { update_id: id, message } = telegramUpdate(CHAT, '');
  const { from, chat, date } = message;
  const bot = { id: 2, is_bot: true, first_name: 'Bot' };
  const members = {
    old_chat_member: { user: bot, status: 'member' },
    new_chat_member: { user: bot, status: 'kicked' },
  };
  await postTelegram(world, shop, { update_id: id, my_chat_member: { from, chat, date, ...members } });
  await look(shop);
  const conversation = await conversationOf(world, shop, CHAT);
  expect(conversation.isSubscribed).toBe(false);
  expect(await decisionsOf(world, shop, conversation.id)).toMatchObject([{ path: 'stale', outcome: 'silent' }]);

  await writes(world, shop, CHAT, HOURS);
  await look(shop);
  expect((await messagesOf(world, shop, conversation.id)).map(({ direction }) => direction)).toEqual([
    'in',
    'in',
    'out',
  ]);
});
