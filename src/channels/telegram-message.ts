import { z } from 'zod';
import type { InboundContent, InboundEvent, Sender } from './adapter.ts';
import { Id, ignored, UnixSeconds } from './shapes.ts';
import { readAttachments, TelegramMedia } from './telegram-media.ts';
import { threadOf } from './telegram-thread.ts';

/** What one update says, and in which chat. */
export type TelegramReading = Pick<InboundEvent, 'thread' | 'content'>;

export const TelegramUser = z.object({
  id: Id,
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  language_code: z.string().optional(),
});

export const TelegramChat = z.object({ id: Id, type: z.string() });

/** Fields by which a message says in which thread it stands. */
export const TelegramPlace = z.object({
  message_id: Id,
  chat: TelegramChat,
  message_thread_id: Id.optional(),
  is_topic_message: z.boolean().optional(),
});

// In a forum topic every message "replies" to the service message that opened the topic.
const Quoted = z.object({ message_id: Id, forum_topic_created: z.unknown().optional() });

const Message = TelegramMedia.extend({
  ...TelegramPlace.shape,
  from: TelegramUser.optional(),
  sender_chat: z.unknown().optional(),
  date: UnixSeconds,
  edit_date: UnixSeconds.optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  reply_to_message: Quoted.optional(),
  migrate_to_chat_id: Id.optional(),
});
type Message = z.infer<typeof Message>;

/** A message that a person wrote, or what stands in its place. Throws ZodError. */
export function readMessage(value: unknown): TelegramReading {
  const message = Message.parse(value);
  const { chat, from, text, caption } = message;
  const thread = threadOf(message);
  // Before the author is looked at: an anonymous administrator may have turned the group into a supergroup.
  if (message.migrate_to_chat_id) {
    return { thread: chat.id, content: { type: 'migration', newThread: message.migrate_to_chat_id } };
  }
  const refusal = refusalOf(message);
  if (refusal || !from) {
    return { thread, content: anonymousAnswer(message) ?? ignored(refusal ?? 'message without an author') };
  }

  const attachments = attachmentsOf(message, value);
  if (text === undefined && attachments.length === 0) {
    return { thread, content: ignored('message without text or media, such as somebody joining the group') };
  }
  const replyToId = answered(message);
  const content: InboundContent = {
    type: 'message',
    messageId: messageId(chat.id, message.message_id),
    from: senderOf(from),
    text: text ?? caption ?? '',
    attachments,
    ...(replyToId && { replyToId }),
    isGroup: isGroup(chat),
    sentAt: message.date,
  };
  return { thread, content };
}

export function readEdit(value: unknown): TelegramReading {
  const message = Message.parse(value);
  const thread = threadOf(message);
  const refusal = refusalOf(message);
  if (refusal) return { thread, content: ignored(refusal) };
  // A live location is "edited" every few seconds; it is no change of words.
  if (message.location) return { thread, content: ignored('live location moved') };
  const content: InboundContent = {
    type: 'edit',
    messageId: messageId(message.chat.id, message.message_id),
    text: message.text ?? message.caption ?? '',
    attachments: attachmentsOf(message, value),
    editedAt: message.edit_date ?? message.date,
  };
  return { thread, content };
}

/** The usual case: words have nothing beside them. */
const attachmentsOf = (message: Message, raw: unknown) =>
  message.text === undefined ? readAttachments(message, raw) : [];

/** The message that this one quotes. */
function answered({ chat, reply_to_message: quoted }: Message): string | undefined {
  return quoted && quoted.forum_topic_created === undefined ? messageId(chat.id, quoted.message_id) : undefined;
}

/** An administrator who is hidden, or somebody who writes as his channel, has answered in a group. */
function anonymousAnswer(message: Message): InboundContent | undefined {
  const { chat, sender_chat, message_id, date: sentAt } = message;
  const replyToId = answered(message);
  if (sender_chat === undefined || replyToId === undefined || !isGroup(chat)) return undefined;
  return { type: 'anonymous', reason: NOT_A_PERSON, messageId: messageId(chat.id, message_id), replyToId, sentAt };
}

const NOT_A_PERSON = 'written in the name of a chat or channel, not by a person';

function refusalOf({ from, sender_chat, chat }: Message): string | undefined {
  if (sender_chat !== undefined) return NOT_A_PERSON;
  if (chat.type === 'channel') return 'posted in a channel';
  return from?.is_bot ? 'written by a bot' : undefined;
}

/** A message_id is unique only within its chat. */
export const messageId = (chatId: string, id: string) => `${chatId}:${id}`;

export const isGroup = ({ type }: z.infer<typeof TelegramChat>) => type === 'group' || type === 'supergroup';

export function senderOf({ id, first_name, last_name, language_code }: z.infer<typeof TelegramUser>): Sender {
  const name = [first_name, last_name].filter(Boolean).join(' ');
  return { externalId: id, ...(name && { name }), ...(language_code && { language: language_code }) };
}
