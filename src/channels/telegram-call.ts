import { z } from 'zod';
import { PermanentError, RetryAfterError, UncertainError } from '../errors.ts';
import { boundedWaitMs } from '../retry-after.ts';
import type { SafeRequestInit } from '../safe-request.ts';
import type { ChannelIo } from './adapter.ts';
import { UPLOAD_LIMITS } from './form.ts';
import { isSuccess, readAnswer } from './http-answer.ts';
import { Id } from './shapes.ts';
import type { TelegramConfig } from './telegram.ts';

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
type Credentials = Pick<TelegramConfig, 'botToken'>;
type Answer = Partial<z.infer<typeof Answer>> & { ok: boolean; status: number };

/** One call of the Bot API. A refusal is an answer too; throws UncertainError when there is none that we know. */
export const callTelegram = (method: string, body: unknown, config: Credentials, io: ChannelIo) =>
  call(method, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, config, io);

/** The same with a form, which may be large. */
export const callTelegramWithForm = (
  method: string,
  form: Pick<SafeRequestInit, 'headers' | 'body'>,
  config: Credentials,
  io: ChannelIo,
) => call(method, { ...form, ...UPLOAD_LIMITS }, config, io);

async function call(method: string, init: Omit<SafeRequestInit, 'method'>, { botToken }: Credentials, io: ChannelIo) {
  const url = `${io.apiBase}/bot${botToken}/${method}`;
  const response = await io.request(url, { ...init, method: 'POST', signal: io.signal });
  const answer = readAnswer(response, Answer);
  if (!answer && isSuccess(response)) throw new UncertainError('Telegram answered 200, but not with JSON that we know');
  return { ok: false, ...answer, status: response.status } satisfies Answer;
}

/**
 * By error code first, as the Bot API asks; the description only goes into the text. `parameters.retry_after`
 * is in seconds and does not say whether the chat or the whole bot is meant: one chat is limited to a message a
 * second, and a group to twenty a minute, so a longer wait concerns the bot.
 */
export function telegramFailure(
  { status, error_code: code = status, description, parameters }: Answer,
  to: 'person' | 'group' = 'person',
): Error {
  const text = `Telegram answered ${code}${description ? `: ${description}` : ''}`;
  const permanent = (scope: PermanentError['scope'], hint = '') =>
    new PermanentError(text + hint, { scope, code: String(code) });

  if (code === 429) {
    const seconds = parameters?.retry_after;
    if (seconds === undefined) return new RetryAfterError(text, 5_000, 'conversation', { grows: true });
    const paused = seconds > LONGEST_OF_CHAT[to] ? 'channel' : 'conversation';
    return new RetryAfterError(text, boundedWaitMs(seconds * 1000), paused);
  }
  if (code === 401 || code === 404) return permanent('channel', '; enter the current bot token from @BotFather');
  if (code === 409) return permanent('channel', '; another program is reading the updates of this bot');
  if (code === 403) return permanent('conversation');
  if (code >= 400 && code < 500) return permanent('message');
  return new Error(text);
}

/** Seconds that Telegram asks to wait for the sake of one chat. */
const LONGEST_OF_CHAT = { person: 5, group: 60 };
