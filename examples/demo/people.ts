import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Instance } from './instance.ts';

/** Somebody who writes to a business. */
export interface Customer {
  name: string;
  /** Under what the platform sends to them. */
  address: string;
  /** Posts the webhook that the platform would post. Throws unless it is answered 200. */
  writes(text: string): Promise<void>;
}

/** Connects a bot to `tenant` and gives a customer who writes to it. */
export async function customerOnTelegram({ command }: Instance, tenant: string, name: string): Promise<Customer> {
  const secretToken = randomBytes(24).toString('base64url');
  const botToken = `${randomInt(1e9)}:${randomBytes(24).toString('base64url')}`;
  const made = await command(
    'channel',
    tenant,
    'telegram',
    '--set',
    `botToken=${botToken}`,
    `secretToken=${secretToken}`,
  );
  const chat = randomInt(1e6, 1e9);
  const person = { id: chat, first_name: name };
  let count = 0;
  return {
    name: `${name} (Telegram)`,
    address: String(chat),
    async writes(text) {
      count += 1;
      const body = JSON.stringify({
        update_id: count,
        message: {
          message_id: count,
          from: { ...person, is_bot: false, language_code: 'en' },
          chat: { ...person, type: 'private' },
          date: Math.floor(Date.now() / 1000),
          text,
        },
      });
      await post(webhookIn(made), body, { 'x-telegram-bot-api-secret-token': secretToken });
    },
  };
}

/** Connects a number to `tenant` and gives a customer who writes to it. */
export async function customerOnWhatsapp({ command }: Instance, tenant: string, name: string): Promise<Customer> {
  const phoneNumberId = String(randomInt(1e12, 2e12));
  const appSecret = randomBytes(16).toString('hex');
  const settings = [
    `phoneNumberId=${phoneNumberId}`,
    `appSecret=${appSecret}`,
    'accessToken=demo',
    'verifyToken=demo-demo',
  ];
  const made = await command('channel', tenant, 'whatsapp', '--set', ...settings);
  const number = `1555${randomInt(1e6, 1e7)}`;
  return {
    name: `${name} (WhatsApp)`,
    address: number,
    async writes(text) {
      const id = `wamid.${randomBytes(12).toString('hex')}`;
      const timestamp = String(Math.floor(Date.now() / 1000));
      const value = {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550001111', phone_number_id: phoneNumberId },
        contacts: [{ profile: { name }, wa_id: number }],
        messages: [{ from: number, id, timestamp, type: 'text', text: { body: text } }],
      };
      const body = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
      });
      const signature = createHmac('sha256', appSecret).update(body).digest('hex');
      await post(webhookIn(made), body, { 'x-hub-signature-256': `sha256=${signature}` });
    },
  };
}

const Conversations = z.object({
  items: z.array(z.object({ id: z.uuid(), contact: z.object({ displayName: z.string().nullable() }) })),
});
const Decisions = z.object({ items: z.array(z.object({ outcome: z.string(), reason: z.string() })) });

/** Somebody who answers for a business, through the API. */
export type Manager = Awaited<ReturnType<typeof managerOf>>;

export async function managerOf({ url, command }: Instance, tenant: string) {
  const link = await command('desk', tenant, '--email', 'mia@demo.invalid', '--name', 'Mia');
  const authorization = `Bearer ${/token=(\S+)/.exec(link)?.[1]}`;
  const api = async (path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/conversations${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    /** The conversation in the queue with this contact, as soon as it is there. */
    async finds(contactName: string): Promise<string> {
      for (let tries = 0; tries < 50; tries++) {
        const { items } = Conversations.parse(await api('?handler=queued&include=contact'));
        const found = items.find((one) => one.contact.displayName === contactName);
        if (found) return found.id;
        await sleep(100);
      }
      throw new Error(`the conversation with ${contactName} did not arrive in the queue`);
    },
    replies: (id: string, text: string) => api(`/${id}/replies`, { text }),
    handsBack: (id: string) => api(`/${id}/hand-back`, {}),
    /** Why each turn was answered as it was, oldest first. */
    decisions: async (id: string) => Decisions.parse(await api(`/${id}/decisions`)).items.toReversed(),
  };
}

function webhookIn(printed: string): string {
  const url = /^webhook (\S+)$/m.exec(printed)?.[1];
  if (!url) throw new Error(`no channel was made: ${printed}`);
  return url;
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  if (response.status !== 200) throw new Error(`the webhook was answered ${response.status}: ${await response.text()}`);
}
