import { z } from 'zod';
import { PermanentError, RetryAfterError, UncertainError } from '../errors.ts';
import type { ChannelIo, OutgoingMessage } from './adapter.ts';
import { boundedWaitMs, isSuccess, readAnswer } from './http-answer.ts';
import { Id } from './shapes.ts';
import type { TelegramConfig } from './telegram.ts';

const Sent = z.object({ message_id: Id, chat: z.object({ id: Id }) });

/**
 * Sends one text. A group that has become a supergroup is followed once to its new id, which then shows in
 * `externalId` (`<chat>:<message>`).
 */
export async function sendTelegram(message: OutgoingMessage, config: TelegramConfig, io: ChannelIo) {
  let answer = await call('sendMessage', sendMessageBody(message, message.to), config, io);
  const newChat = answer.ok ? undefined : answer.parameters?.migrate_to_chat_id;
  if (newChat) answer = await call('sendMessage', sendMessageBody(message, newChat), config, io);
  if (!answer.ok) throw failure(answer);

  const sent = Sent.safeParse(answer.result).data;
  if (!sent) throw new UncertainError('Telegram accepted the message but did not say under which id');
  return { externalId: `${sent.chat.id}:${sent.message_id}` };
}

/**
 * Sets the webhook. The update types are named one by one, because Telegram leaves reactions out unless asked,
 * and keeps an earlier list where none is given.
 */
export async function registerTelegram(url: string, { botToken, secretToken }: TelegramConfig, io: ChannelIo) {
  const body = {
    url,
    secret_token: secretToken,
    allowed_updates: ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'],
  };
  const answer = await call('setWebhook', body, { botToken }, io);
  if (!answer.ok) throw failure(answer);
}

const Answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.int().optional(),
  description: z.string().optional(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: Id.optional() })
    .optional()
    .catch(undefined),
});
type Answer = Partial<z.infer<typeof Answer>> & { ok: boolean; status: number };

async function call(method: string, body: unknown, config: Pick<TelegramConfig, 'botToken'>, io: ChannelIo) {
  const response = await io.request(`${io.apiBase}/bot${config.botToken}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: io.signal,
  });
  const answer = readAnswer(response, Answer);
  if (!answer && isSuccess(response)) throw new UncertainError('Telegram answered 200, but not with JSON that we know');
  return { ok: false, ...answer, status: response.status } satisfies Answer;
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

/**
 * By error code first, as the Bot API asks; the description only goes into the text. `parameters.retry_after`
 * is in seconds and does not say whether the chat or the whole bot is meant: one chat is limited to a message a
 * second, so a longer wait concerns the bot.
 */
function failure({ status, error_code: code = status, description, parameters }: Answer): Error {
  const text = `Telegram answered ${code}${description ? `: ${description}` : ''}`;
  const permanent = (scope: PermanentError['scope'], hint = '') =>
    new PermanentError(text + hint, { scope, code: String(code) });

  if (code === 429) {
    const seconds = parameters?.retry_after ?? 5;
    return new RetryAfterError(text, boundedWaitMs(seconds * 1000), seconds > 5 ? 'channel' : 'conversation');
  }
  if (code === 401 || code === 404) return permanent('channel', '; enter the current bot token from @BotFather');
  if (code === 409) return permanent('channel', '; another program is reading the updates of this bot');
  if (code === 403) return permanent('conversation');
  if (code >= 400 && code < 500) return permanent('message');
  return new Error(text);
}
