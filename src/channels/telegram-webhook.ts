import { z } from 'zod';
import type { ChannelIo, Checkup } from './adapter.ts';
import type { TelegramConfig } from './telegram.ts';
import { callTelegram, telegramFailure } from './telegram-call.ts';

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
  const answer = await callTelegram('setWebhook', body, { botToken }, io);
  if (!answer.ok) throw telegramFailure(answer);
}

/** Takes our webhook away; one that somebody else has set meanwhile stays. */
export async function unregisterTelegram(url: string, config: TelegramConfig, io: ChannelIo): Promise<void> {
  const webhook = await webhookOf(config, io);
  if (webhook.url !== url) return;
  const answer = await callTelegram('deleteWebhook', {}, config, io);
  if (!answer.ok) throw telegramFailure(answer);
}

/** Is the token still good, and are updates posted to `url`? */
export async function checkTelegram(url: string, config: TelegramConfig, io: ChannelIo): Promise<Checkup> {
  const answer = await callTelegram('getMe', {}, config, io);
  if (!answer.ok) throw telegramFailure(answer);
  const me = Me.safeParse(answer.result).data;
  const account = me?.username ? `@${me.username}` : null;
  const webhook = await webhookOf(config, io);
  if (webhook.url !== url) return { account, problems: [notOurs(webhook.url)] };
  return { account, problems: lateNews(webhook) };
}

const Me = z.object({ username: z.string().optional() });

const Webhook = z.object({
  url: z.string(),
  pending_update_count: z.number().default(0),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
});
type Webhook = z.infer<typeof Webhook>;

async function webhookOf(config: TelegramConfig, io: ChannelIo): Promise<Webhook> {
  const answer = await callTelegram('getWebhookInfo', {}, config, io);
  if (!answer.ok) throw telegramFailure(answer);
  return Webhook.parse(answer.result);
}

/** Another's address is not repeated: it may hold a secret of theirs. */
const notOurs = (url: string) =>
  url === ''
    ? { code: 'webhook_missing', breaks: true, message: 'the bot has no webhook; reconnect the channel to set it' }
    : {
        code: 'webhook_elsewhere',
        breaks: true,
        message: 'the bot posts to another program; reconnect the channel to have it post here',
      };

/** Telegram keeps its last error after all is well again: it says something while updates wait. */
function lateNews({ pending_update_count: pending, last_error_date: at, last_error_message: error }: Webhook) {
  if (pending === 0 || !error) return [];
  const when = at === undefined ? '' : ` at ${new Date(at * 1000).toISOString()}`;
  const message = `Telegram could not deliver${when}: ${error.slice(0, 300)}; updates that wait: ${pending}`;
  return [{ code: 'webhook_failing', breaks: false, message }];
}
