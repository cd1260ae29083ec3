import { z } from 'zod';
import type { ChannelAdapter } from './adapter.ts';
import { sameSecret, unguessable } from './signature.ts';
import { fetchTelegramFile } from './telegram-file.ts';
import { answerTelegram } from './telegram-answer.ts';
import { parseTelegram } from './telegram-parse.ts';
import { sendTelegram } from './telegram-send.ts';
import { checkTelegram, registerTelegram, unregisterTelegram } from './telegram-webhook.ts';

const Config = z.object({
  botToken: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'must be the token from @BotFather: digits, a colon, letters')
    .meta({ title: 'Bot token', description: 'From @BotFather.', secret: true }),
  secretToken: z
    .string()
    .regex(/^[\w-]{16,256}$/, 'must be 16 to 256 of A-Z a-z 0-9 _ -')
    .meta({ title: 'Webhook secret', description: 'Telegram sends it back with every update.', secret: true }),
});

export type TelegramConfig = z.infer<typeof Config>;

/**
 * Telegram Bot API. An update does not name its bot, so every bot has its own address; it carries no signature
 * either, only the secret that we gave to setWebhook. There are no receipts and no idempotency key.
 *
 * @see https://core.telegram.org/bots/api
 */
export const telegram: ChannelAdapter<TelegramConfig> = {
  kind: 'telegram',
  config: Config,
  apiBase: 'https://api.telegram.org',
  // 4096 "characters": counted in UTF-16 units, as Telegram counts its entities, which is the strictest reading.
  limits: { textLength: 4096, unit: 'utf16', quickReplies: { max: 20, titleLength: 64 } },
  repeatsRefusals: true,
  idempotentSend: false,

  verify: ({ headers }, { secretToken }) => sameSecret(headers['x-telegram-bot-api-secret-token'], secretToken),
  nobody: { botToken: '0:none', secretToken: unguessable() },
  parse: parseTelegram,
  answer: answerTelegram,
  send: sendTelegram,

  /** The bot's own id stands before the colon. Two channels would take each other's webhook away. */
  accounts: ({ botToken }) => [botToken.split(':')[0] ?? ''],
  register: registerTelegram,
  unregister: unregisterTelegram,
  check: checkTelegram,
  fetchFile: fetchTelegramFile,
};
