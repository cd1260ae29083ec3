import { createHmac } from 'node:crypto';
import { signStandardWebhook } from '../src/standard-webhook.ts';

/** A webhook ready to be written to a socket. */
export interface Target {
  host: string;
  path: string;
}

export interface TelegramTarget extends Target {
  secretToken: string;
}
export interface WhatsAppTarget extends Target {
  phoneNumberId: string;
  appSecret: string;
}
export interface GenericTarget extends Target {
  secret: string;
}

let count = 0;

/** One private text message from `chat`. */
export function telegramRequest(target: TelegramTarget, chat: number, text: string): Buffer {
  count += 1;
  const body = JSON.stringify({
    update_id: count,
    message: {
      message_id: count,
      from: { id: chat, is_bot: false, first_name: 'Anna', last_name: 'Berg', language_code: 'en' },
      chat: { id: chat, first_name: 'Anna', last_name: 'Berg', type: 'private' },
      date: Math.floor(Date.now() / 1000),
      text,
    },
  });
  return post(target, body, { 'x-telegram-bot-api-secret-token': target.secretToken });
}

export function whatsAppRequest(target: WhatsAppTarget, from: number, text: string): Buffer {
  count += 1;
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550001111', phone_number_id: target.phoneNumberId },
    contacts: [{ profile: { name: 'Anna Berg' }, wa_id: String(from) }],
    messages: [
      {
        from: String(from),
        id: `wamid.${count}`,
        timestamp: String(Math.floor(Date.now() / 1000)),
        type: 'text',
        text: { body: text },
      },
    ],
  };
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  });
  const signature = createHmac('sha256', target.appSecret).update(body).digest('hex');
  return post(target, body, { 'x-hub-signature-256': `sha256=${signature}` });
}

export function genericRequest(target: GenericTarget, thread: number, text: string): Buffer {
  count += 1;
  const id = `msg_${count}`;
  const body = JSON.stringify({ type: 'message', id, thread: String(thread), from: { id: String(thread) }, text });
  return post(target, body, signStandardWebhook({ id, timestamp: new Date(), body, secret: target.secret }));
}

export function post({ host, path }: Target, body: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries({
    host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
