import { z } from 'zod';
import { PermanentError, UncertainError } from '../../errors.ts';
import type { Note, Notifier, NotifierIo } from '../notifier.ts';
import { isSuccess, readJson, waitFor } from './answer.ts';
import { plainText, shorten, wordingOf } from './wording.ts';

const API_BASE = 'https://api.telegram.org';
const HOW_TO_ANSWER = 'Reply to this message to answer the customer.';
/** In UTF-16 units, the strictest reading of Telegram's "characters". */
const TEXT_LENGTH = 4_096;
/** The topic that every forum has; it is written to by naming none. */
const GENERAL = '1';

const Config = z.object({
  botToken: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'must be the token from @BotFather: digits, a colon, letters')
    .meta({ title: 'Bot token', description: 'From @BotFather.', secret: true }),
  chatId: z
    .string()
    .regex(
      /^(-?\d{1,20}|@\w{5,64})(:[1-9]\d{0,9})?$/,
      'must be the number of a chat, such as -1001234567890, or @channelname; a topic of it follows after a colon',
    )
    .meta({
      title: 'Chat',
      description:
        'Of the managers. The bot must be a member; in a private chat, started. A topic follows: -1001234567890:42.',
    }),
});

type Config = z.infer<typeof Config>;

const Id = z.union([z.int(), z.string()]).transform(String);
const Sent = z.object({ message_id: Id, chat: z.object({ id: Id }) });
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

/**
 * A message in a Telegram chat of managers. It is plain text, so that nothing a customer wrote is markup. `externalId`
 * is `<chat>:<message>`, as the Telegram channel names the message that a manager replies to.
 *
 * @see https://core.telegram.org/bots/api#sendmessage
 */
export const telegram: Notifier<Config> = {
  kind: 'telegram',
  config: Config,

  async send(notice, config, io) {
    const { note } = notice;
    const text = note ? shorten(note.text, TEXT_LENGTH) : plainText(wordingOf(notice, HOW_TO_ANSWER), TEXT_LENGTH);
    const words = { text, ...(note && { reply_parameters: under(note) }) };
    let answer = await sendMessage(words, note?.thread ?? config.chatId, config, io);
    // A group that became a supergroup: Telegram names its new id once, in the refusal.
    const movedTo = answer.ok ? undefined : answer.parameters?.migrate_to_chat_id;
    if (movedTo) answer = await sendMessage(words, movedTo, config, io);
    if (!answer.ok) throw failure(answer);

    const sent = Sent.safeParse(answer.result).data;
    if (!sent) throw new UncertainError('Telegram accepted the message but did not say under which id');
    return { externalId: `${sent.chat.id}:${sent.message_id}`, ...(movedTo && { movedTo }) };
  },
};

/** Sent all the same where the message is gone, or stands in the chat as it was before it moved. */
const under = ({ messageId }: Note) => ({
  message_id: numberIfExact(messageId.split(':')[1] ?? ''),
  allow_sending_without_reply: true,
});

async function sendMessage(words: { text: string }, to: string, { botToken }: Config, io: NotifierIo): Promise<Answer> {
  const [chat = '', topic = GENERAL] = to.split(':');
  const place = { chat_id: numberIfExact(chat), ...(topic !== GENERAL && { message_thread_id: numberIfExact(topic) }) };
  const response = await io.request(`${io.apiBases['telegram'] ?? API_BASE}/bot${botToken}/sendMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...place, ...words, link_preview_options: { is_disabled: true } }),
    signal: io.signal,
  });
  const answer = readJson(response, Answer);
  if (!answer && isSuccess(response)) throw new UncertainError('Telegram answered 200, but not with JSON that we know');
  return { ok: false, ...answer, status: response.status };
}

/** Ids are documented as numbers; strings are for `@channelname`, and for what a number does not hold exactly. */
const numberIfExact = (id: string) => (String(Number(id)) === id && Number.isSafeInteger(Number(id)) ? Number(id) : id);

/** By error code first, as the Bot API asks. The target is one chat, so what is wrong with the chat is wrong with it. */
function failure({ status, error_code: code = status, description, parameters }: Answer): Error {
  const text = `Telegram answered ${code}${description ? `: ${description}` : ''}`;
  const broken = (hint: string) => new PermanentError(`${text}; ${hint}`, { scope: 'channel', code: String(code) });

  if (code === 429) return waitFor(text, (parameters?.retry_after ?? 5) * 1_000);
  if (code === 401 || code === 404) return broken('enter the current bot token from @BotFather');
  if (code === 403) return broken('add the bot to the chat, or start it there');
  if (code === 409) return broken('another program is reading the updates of this bot');
  if (code === 400 && /chat not found/i.test(description ?? ''))
    return broken('check the chat and that the bot is in it');
  if (code >= 300 && code < 500) return new PermanentError(text, { code: String(code) });
  return new Error(text);
}
