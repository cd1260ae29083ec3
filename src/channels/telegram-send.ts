import { z } from 'zod';
import { UncertainError } from '../errors.ts';
import type { ChannelIo, OutgoingMessage } from './adapter.ts';
import { Id } from './shapes.ts';
import type { TelegramConfig } from './telegram.ts';
import { callTelegram, telegramFailure } from './telegram-call.ts';

const Sent = z.object({ message_id: Id, chat: z.object({ id: Id }) });

/**
 * Sends one text. A group that has become a supergroup is followed once to its new id, which then shows in
 * `externalId` (`<chat>:<message>`).
 */
export async function sendTelegram(message: OutgoingMessage, config: TelegramConfig, io: ChannelIo) {
  let answer = await callTelegram('sendMessage', sendMessageBody(message, message.to), config, io);
  const newChat = answer.ok ? undefined : answer.parameters?.migrate_to_chat_id;
  if (newChat) answer = await callTelegram('sendMessage', sendMessageBody(message, newChat), config, io);
  if (!answer.ok) throw telegramFailure(answer);

  const sent = Sent.safeParse(answer.result).data;
  if (!sent) throw new UncertainError('Telegram accepted the message but did not say under which id');
  return { externalId: `${sent.chat.id}:${sent.message_id}` };
}

function sendMessageBody({ text, quickReplies, replyToId }: OutgoingMessage, chat: string) {
  const [, quotedChat, quotedMessage] = /^(.+):(\d+)$/.exec(replyToId ?? '') ?? [];
  return {
    chat_id: numberIfExact(chat),
    text,
    // Message ids do not survive a move to another chat. A quote that is gone must not cost us the answer.
    ...(quotedChat === chat && {
      reply_parameters: { message_id: Number(quotedMessage), allow_sending_without_reply: true },
    }),
    ...(quickReplies.length > 0 && {
      reply_markup: {
        keyboard: quickReplies.map((title) => [{ text: title }]),
        one_time_keyboard: true,
        resize_keyboard: true,
      },
    }),
  };
}

/** Ids are documented as numbers; strings are for `@channelname`. */
const numberIfExact = (id: string) => (String(Number(id)) === id && Number.isSafeInteger(Number(id)) ? Number(id) : id);
