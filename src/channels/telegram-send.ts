import { z } from 'zod';
import { UncertainError } from '../errors.ts';
import type { ChannelIo, OutgoingMessage } from './adapter.ts';
import { formWithFile } from './form.ts';
import { Id } from './shapes.ts';
import type { TelegramConfig } from './telegram.ts';
import { callTelegram, callTelegramWithForm, telegramFailure } from './telegram-call.ts';
import { asDocument, methodFor } from './telegram-files.ts';
import { placeOf } from './telegram-thread.ts';

const Sent = z.object({ message_id: Id, chat: z.object({ id: Id }) });

type Answer = Awaited<ReturnType<typeof callTelegram>>;

/**
 * Sends one text or one file. A group that has become a supergroup is followed once to its new id, `movedTo`, which also
 * shows in `externalId` (`<chat>:<message>`).
 */
export async function sendTelegram(message: OutgoingMessage, config: TelegramConfig, io: ChannelIo) {
  const sendTo = (thread: string) =>
    message.file ? sendFile(message.file, thread, config, io) : sendText(message, thread, config, io);
  let answer = await sendTo(message.to);
  const movedTo = answer.ok ? undefined : answer.parameters?.migrate_to_chat_id;
  if (movedTo) answer = await sendTo(movedTo);
  // The ids of groups are negative.
  if (!answer.ok) throw telegramFailure(answer, message.to.startsWith('-') ? 'group' : 'person');

  const sent = Sent.safeParse(answer.result).data;
  if (!sent) throw new UncertainError('Telegram accepted the message but did not say under which id');
  return { externalId: `${sent.chat.id}:${sent.message_id}`, ...(movedTo && { movedTo }) };
}

function sendText(message: OutgoingMessage, thread: string, config: TelegramConfig, io: ChannelIo): Promise<Answer> {
  const { text, quickReplies } = message;
  const { chat, topic } = placeOf(thread);
  const body = {
    chat_id: numberIfExact(chat),
    ...(topic !== undefined && { message_thread_id: numberIfExact(topic) }),
    text,
    ...(quickReplies.length > 0 && {
      reply_markup: {
        keyboard: quickReplies.map((title) => [{ text: title }]),
        one_time_keyboard: true,
        resize_keyboard: true,
      },
    }),
  };
  return callTelegram('sendMessage', body, config, io);
}

/** A picture of a size or shape that Telegram does not show as one is still a file. */
async function sendFile(
  file: NonNullable<OutgoingMessage['file']>,
  thread: string,
  config: TelegramConfig,
  io: ChannelIo,
): Promise<Answer> {
  const { chat, topic } = placeOf(thread);
  const place = { chat_id: chat, ...(topic !== undefined && { message_thread_id: topic }) };
  const send = async ({ method, field }: typeof asDocument) =>
    callTelegramWithForm(method, await formWithFile(place, field, file), config, io);
  const way = methodFor(file);
  const answer = await send(way);
  return way !== asDocument && isNoPicture(answer) ? send(asDocument) : answer;
}

const isNoPicture = ({ ok, error_code: code, description }: Answer) =>
  !ok && code === 400 && /PHOTO_|IMAGE_|photo dimensions/.test(description ?? '');

/** Ids are documented as numbers; strings are for `@channelname`, and for what a number does not hold exactly. */
const numberIfExact = (id: string) => (String(Number(id)) === id && Number.isSafeInteger(Number(id)) ? Number(id) : id);
