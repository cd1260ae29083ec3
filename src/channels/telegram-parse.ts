import { z } from 'zod';
import type { InboundContent, InboundEvent } from './adapter.ts';
import { Id, ignored, NO_THREAD, readOr, UnixSeconds, unreadable } from './shapes.ts';
import {
  isGroup,
  messageId,
  readEdit,
  readMessage,
  senderOf,
  TelegramChat,
  TelegramPlace,
  TelegramUser,
  type TelegramReading,
} from './telegram-message.ts';
import { threadOf } from './telegram-thread.ts';

const Update = z.looseObject({ update_id: Id });

/**
 * One update is one event. `allowed_updates` limits what Telegram sends, but a bot that was registered elsewhere
 * before may still bring anything: what we do not use is ignored, with its reason.
 */
export function parseTelegram(body: unknown): InboundEvent[] {
  const { update_id: externalId, ...rest } = Update.parse(body);
  const [type = 'nothing', value] = entryToRead(rest);
  const reading = readOr(
    type,
    () => readers.get(type)?.(value) ?? inChat(value, ignored(`updates of type ${type} are not used`)),
    (fault) => inChat(value, unreadable(fault)),
  );
  return [{ externalId, ...reading, payload: body }];
}

// By the documentation there is exactly one entry beside update_id.
function entryToRead(rest: Record<string, unknown>): [string, unknown] | [] {
  const entries = Object.entries(rest);
  return entries.find(([name]) => readers.has(name)) ?? entries[0] ?? [];
}

const readers = new Map<string, (value: unknown) => TelegramReading>([
  ['message', readMessage],
  ['edited_message', readEdit],
  ['callback_query', readButton],
  ['message_reaction', readReaction],
  ['my_chat_member', readMembership],
]);

const Button = z.object({ text: z.string(), callback_data: z.string().optional() });
const Callback = z.object({
  id: Id,
  from: TelegramUser,
  data: z.string().optional(),
  message: TelegramPlace.extend({
    date: UnixSeconds,
    reply_markup: z
      .object({ inline_keyboard: z.array(z.array(Button)) })
      .optional()
      .catch(undefined),
  }).optional(),
});

/**
 * A pressed inline button counts as a message of the person who pressed it. `message.from` is the bot that
 * offered it. The platform gives no time of the press: `sentAt` is the time of the message with the button,
 * and 1970 where that message is too old for the bot to see.
 */
function readButton(value: unknown): TelegramReading {
  const { id, from, data, message } = Callback.parse(value);
  if (!message) return { thread: NO_THREAD, content: ignored('button of an inline message, which has no chat') };
  const thread = threadOf(message);
  if (from.is_bot) return { thread, content: ignored('written by a bot') };
  if (data === undefined) return { thread, content: ignored('button without data, such as a game') };

  const pressed = message.reply_markup?.inline_keyboard.flat().find((button) => button.callback_data === data);
  const content: InboundContent = {
    type: 'message',
    messageId: `callback:${id}`,
    from: senderOf(from),
    text: pressed?.text ?? data,
    attachments: [],
    replyToId: messageId(message.chat.id, message.message_id),
    payload: data,
    isGroup: isGroup(message.chat),
    sentAt: message.date,
  };
  return { thread, content };
}

const Reaction = z.object({
  chat: TelegramChat,
  message_id: Id,
  user: TelegramUser.optional(),
  new_reaction: z.array(z.object({ type: z.string(), emoji: z.string().optional() })),
});

/** Custom and paid reactions have no character to show; they count as none. */
function readReaction(value: unknown): TelegramReading {
  const { chat, message_id, user, new_reaction } = Reaction.parse(value);
  const thread = chat.id;
  if (!user) return { thread, content: ignored('reaction of an anonymous administrator') };
  if (user.is_bot) return { thread, content: ignored('reaction of a bot') };
  const emoji = new_reaction.find(({ type }) => type === 'emoji')?.emoji ?? null;
  return {
    thread,
    content: { type: 'reaction', messageId: messageId(thread, message_id), emoji, from: senderOf(user) },
  };
}

const Membership = z.object({ chat: TelegramChat, new_chat_member: z.object({ status: z.string() }) });

/** In a private chat `kicked` means that the person blocked the bot, `member` that the block is lifted. */
function readMembership(value: unknown): TelegramReading {
  const { chat, new_chat_member } = Membership.parse(value);
  const { status } = new_chat_member;
  const isContact = chat.type === 'private' && (status === 'kicked' || status === 'member');
  const content: InboundContent = isContact
    ? { type: 'subscription', subscribed: status === 'member' }
    : ignored(`the bot is now ${status} in a ${chat.type} chat`);
  return { thread: chat.id, content };
}

const SomeChat = z.object({ chat: z.object({ id: Id }) });
const SomeMessage = z.object({ message: SomeChat });

/** The chat is read as far as it goes, so that even what is ignored or unreadable stands where it happened. */
function inChat(value: unknown, content: InboundContent): TelegramReading {
  const inside = SomeChat.safeParse(value).data ?? SomeMessage.safeParse(value).data?.message;
  return { thread: inside?.chat.id ?? NO_THREAD, content };
}
