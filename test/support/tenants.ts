import { createHmac } from 'node:crypto';
import { Conversation } from '../../src/entities/conversation.ts';
import { Decision } from '../../src/entities/decision.ts';
import { Message } from '../../src/entities/message.ts';
import { issueManagerToken } from '../../src/auth/manager-token.ts';
import { addChannel, addManager, createTenant, type NewTenant } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { canaryInSecretOf, withoutCanaries } from './canaries.ts';
import { coffeeFaqs } from './coffee-faqs.ts';
import type { World } from './world.ts';

let count = 0;

export interface Shop {
  tenantId: string;
  slug: string;
  telegram: { channelId: string; key: string; secretToken: string; botToken: string };
  managerToken: string;
  managerId: string;
}

/** A tenant with two FAQs, a Telegram bot and a manager; bursts are not waited for unless asked. */
export async function buildShop({ deps }: World, overrides: Partial<NewTenant> = {}): Promise<Shop> {
  count += 1;
  const slug = overrides.slug ?? `shop-${process.pid}-${count}`;
  const tenantId = await createTenant(deps.orm, {
    name: `Shop ${count}`,
    faqs: coffeeFaqs,
    ...overrides,
    slug,
    thresholds: { debounce_ms: 0, ...overrides.thresholds },
  });
  const secretToken = `telegram-secret-token-${count}-${canaryInSecretOf(tenantId)}`;
  const botToken = `${1000 + count}:bot-token-${canaryInSecretOf(tenantId)}`;
  const config = { botToken, secretToken };
  const { channelId, key } = await addChannel(deps.orm, deps.keys, tenantId, { kind: 'telegram', name: 'Bot', config });
  const managerId = await addManager(deps.orm, tenantId, { email: `manager${count}@shop.example`, name: 'Mia' });
  const managerToken = await issueManagerToken(deps.keys, { tenantId, userId: managerId }, 1);
  return { tenantId, slug, telegram: { channelId, key, secretToken, botToken }, managerToken, managerId };
}

let updateId = 1_000;

/** A private text message as Telegram posts it. */
export function telegramUpdate(chat: number | string, text: string, more: Record<string, unknown> = {}) {
  updateId += 1;
  return {
    update_id: updateId,
    message: {
      message_id: updateId,
      from: { id: chat, is_bot: false, first_name: `Customer ${chat}`, language_code: 'en' },
      chat: { id: chat, type: 'private', first_name: `Customer ${chat}` },
      date: Math.floor(Date.now() / 1000),
      text,
      ...more,
    },
  };
}

export const postTelegram = (
  world: Pick<World, 'url'>,
  shop: Pick<Shop, 'telegram'>,
  update: unknown,
  secret?: string,
) =>
  fetch(`${world.url}/webhooks/telegram/${shop.telegram.key}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': secret ?? shop.telegram.secretToken,
    },
    body: JSON.stringify(update),
  });

/** The customer of `chat` writes `text`. Throws unless it was accepted. */
export async function writes(world: World, shop: Shop, chat: number, text: string): Promise<void> {
  const response = await postTelegram(world, shop, telegramUpdate(chat, text));
  if (response.status !== 200) throw new Error(`the webhook was answered ${response.status}`);
}

export const metaSignature = (body: string | Uint8Array, appSecret: string) =>
  `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;

/** The newest conversation of a chat, as the tenant sees it. */
export const conversationOf = ({ deps }: World, { tenantId }: Shop, chat: number | string) =>
  withTenant(deps.orm, tenantId, (em) =>
    em.findOneOrFail(Conversation, { tenantId, thread: String(chat) }, { orderBy: { createdAt: 'desc' } }),
  );

/** Who answers in a chat. */
export const handlerOf = async (world: World, shop: Shop, chat: number | string) =>
  (await conversationOf(world, shop, chat)).handler;

export const messagesOf = ({ deps }: World, { tenantId }: Shop, conversationId: string) =>
  withTenant(deps.orm, tenantId, async (em) => {
    const messages = await em.find(
      Message,
      { tenantId, conversationId },
      { orderBy: { seq: 'asc' }, disableIdentityMap: true },
    );
    for (const message of messages) message.content = withoutCanaries(message.content);
    return messages;
  });

export const decisionsOf = ({ deps }: World, { tenantId }: Shop, conversationId: string) =>
  withTenant(deps.orm, tenantId, (em) =>
    em.find(Decision, { tenantId, conversationId }, { orderBy: { createdAt: 'asc', firstSeq: 'asc' } }),
  );

/** A manager's request. */
export function asManager(world: World, shop: Shop, path: string, body?: unknown): Promise<Response> {
  return fetch(`${world.url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${shop.managerToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
