import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { signStandardWebhook } from '../../src/channels/signature.ts';
import { issueVisitorToken } from '../../src/channels/webchat.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { metaSignature, type Shop } from './tenants.ts';
import type { World } from './world.ts';

export const META_APP = { META_APP_SECRET: 'app-secret-of-the-operator', META_VERIFY_TOKEN: 'token-of-the-operator' };

/** Every way into the house; the shared one is the address for all accounts of a Meta app. */
export const senderKinds = ['telegram', 'whatsapp', 'whatsapp (shared)', 'webhook', 'n8n', 'webchat'] as const;
export type SenderKind = (typeof senderKinds)[number];

/** A platform's side of one channel: what it sends, and how it proves that it was itself. */
export interface Sender {
  url: string;
  channelId: string;
  /** In the path of what is sent back through this channel; null where nothing is posted anywhere. */
  replyPath: string | null;
  /** One message of its kind, as JSON, with `text` in it just as it is written here. */
  bodyOf: (text: string) => string;
  /** Proof over these bytes, as it was made at `now`. */
  prove: (body: Uint8Array, now: Date) => Record<string, string>;
  /** The same with a secret that is not this channel's. */
  forge: (body: Uint8Array, now: Date) => Record<string, string>;
  /** What must never be written into a log. */
  secrets: string[];
}

interface Call {
  now?: Date;
  /** Sent compressed; proven over what comes out of it. */
  gzip?: boolean;
  headers?: Record<string, string>;
  isForged?: boolean;
}

let count = 0;
const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

/** A channel of this kind for a shop, and the platform at its other end. */
export async function addSender(
  world: Pick<World, 'deps' | 'url' | 'platform'>,
  shop: Shop,
  kind: SenderKind,
): Promise<Sender> {
  count += 1;
  const [id, account, visitor] = [String(count), String(70_000 + count), `visitor-${count}`];
  const [secret, other] = [secretOf(100 + (count % 50)), secretOf(1)];
  const add = (name: string, config: unknown, accounts: string[] = []) =>
    addChannel(world.deps.orm, world.deps.keys, shop.tenantId, { kind: name, name, config, accounts });
  const at = ({ channelId, key }: { channelId: string; key: string }, name: string = kind) => ({
    channelId,
    url: `${world.url}/webhooks/${name}/${key}`,
  });
  const standard = (its: string) => (body: Uint8Array, now: Date) => {
    const seconds = Math.floor(now.getTime() / 1000);
    return {
      'webhook-id': `msg_${id}`,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signStandardWebhook(`msg_${id}`, seconds, body, [its]),
    };
  };

  switch (kind) {
    case 'telegram': {
      const { channelId, key, secretToken, botToken } = shop.telegram;
      return {
        ...at({ channelId, key }),
        replyPath: botToken,
        bodyOf: (text) =>
          `{"update_id":${count},"message":{"message_id":${count},"date":${Math.floor(Date.now() / 1000)},` +
          `"from":{"id":${id},"is_bot":false,"first_name":"Ana"},"chat":{"id":${id},"type":"private"},"text":"${text}"}}`,
        prove: () => ({ 'x-telegram-bot-api-secret-token': secretToken }),
        forge: () => ({ 'x-telegram-bot-api-secret-token': 'a-token-of-nobody-at-all' }),
        secrets: [secretToken, botToken],
      };
    }
    case 'whatsapp':
    case 'whatsapp (shared)': {
      const appSecret = kind === 'whatsapp' ? `app-secret-of-shop-${id}` : META_APP.META_APP_SECRET;
      const config = { phoneNumberId: account, accessToken: 'access', appSecret, verifyToken: 'verify-me-please' };
      const channel = at(await add('whatsapp', config, [account]), 'whatsapp');
      const sign = (its: string) => (body: Uint8Array) => ({ 'x-hub-signature-256': metaSignature(body, its) });
      return {
        ...channel,
        replyPath: `/${account}/messages`,
        url: kind === 'whatsapp' ? channel.url : `${world.url}/webhooks/whatsapp`,
        bodyOf: (text) =>
          `{"object":"whatsapp_business_account","entry":[{"id":"9","changes":[{"field":"messages","value":{` +
          `"messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"${account}"},` +
          `"contacts":[{"profile":{"name":"Ana"},"wa_id":"346${id}"}],"messages":[{"from":"346${id}","id":"wamid.${id}",` +
          `"timestamp":"${Math.floor(Date.now() / 1000)}","type":"text","text":{"body":"${text}"}}]}}]}]}`,
        prove: sign(appSecret),
        forge: sign('a-secret-of-nobody-at-all'),
        secrets: [appSecret, 'verify-me-please'],
      };
    }
    case 'webhook':
      return {
        ...at(await add(kind, { secret, replyUrl: `${world.platform.url}/replies/${id}` })),
        replyPath: `/replies/${id}`,
        bodyOf: (text) =>
          `{"type":"message","id":"${id}","thread":"t${id}","from":{"id":"ana","name":"Ana"},"text":"${text}"}`,
        prove: standard(secret),
        forge: standard(other),
        secrets: [secret],
      };
    case 'n8n':
      return {
        ...at(await add(kind, { secret, callbackToken: `callback-token-${id}` })),
        replyPath: null,
        bodyOf: (text) => `{"runId":"${randomUUID()}","reply":"${text}"}`,
        prove: standard(secret),
        forge: standard(other),
        secrets: [secret, `callback-token-${id}`],
      };
    case 'webchat': {
      const config = { visitorSecret: `visitor-secret-of-the-chat-of-shop-${id}` };
      const issue = (visitorSecret: string) => (_body: Uint8Array, now: Date) => ({
        authorization: `Bearer ${issueVisitorToken(visitor, { visitorSecret }, now, 300)}`,
      });
      return {
        ...at(await add(kind, config)),
        replyPath: null,
        bodyOf: (text) => `{"visitorId":"${visitor}","id":"${randomUUID()}","text":"${text}"}`,
        prove: issue(config.visitorSecret),
        forge: issue('a-secret-of-nobody-at-all-of-32-letters'),
        secrets: [config.visitorSecret],
      };
    }
  }
}

/** One call of a platform. */
export function callFrom(sender: Sender, body: string | Uint8Array, call: Call = {}): Promise<Response> {
  const { now = new Date(), gzip = false, headers = {}, isForged = false } = call;
  const bytes = Buffer.from(body);
  const proof = (isForged ? sender.forge : sender.prove)(bytes, now);
  return fetch(sender.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      ...proof,
      ...headers,
    },
    body: new Uint8Array(gzip ? gzipSync(bytes) : bytes),
  });
}
