import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import type { ChannelIo, FileToFetch } from './adapter.ts';
import { isSuccess } from './http-answer.ts';
import { callTelegram, telegramFailure } from './telegram-call.ts';
import type { TelegramConfig } from './telegram.ts';

const Found = z.object({ file_path: z.string().regex(/^(?!.*\.\.)[\w./-]{1,500}$/) });

/**
 * The bytes of a file that a person sent. Telegram gives bots no file of more than 20 MB. No error tells the link, which
 * holds the token.
 *
 * @see https://core.telegram.org/bots/api#getfile
 */
export async function fetchTelegramFile(
  { providerId, maxBytes }: FileToFetch,
  config: TelegramConfig,
  io: ChannelIo,
): Promise<Buffer> {
  const answer = await callTelegram('getFile', { file_id: providerId }, config, io);
  if (!answer.ok) throw telegramFailure(answer);
  const found = Found.safeParse(answer.result).data;
  if (!found) throw new PermanentError('Telegram did not say where the file is');
  const response = await io.request(`${io.apiBase}/file/bot${config.botToken}/${found.file_path}`, {
    method: 'GET',
    maxResponseBytes: maxBytes,
    signal: io.signal,
  });
  if (isSuccess(response)) return response.body;
  throw response.status < 500
    ? new PermanentError(`Telegram answered ${response.status}: it does not keep the file any more`)
    : new Error(`Telegram answered ${response.status}`);
}
