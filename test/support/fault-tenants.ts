import { randomBytes } from 'node:crypto';
import { connect } from '../../src/database/connect.ts';
import { appUrl, migrate } from '../../src/database/migrate.ts';
import { addChannel, createTenant } from '../../src/tenancy/provision.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';

/** More questions than a chat ever asks, so that no text of a chat comes twice. */
export const MOST_QUESTIONS = 80;

export interface FaultTenant {
  id: string;
  slug: string;
  channelId: string;
  /** Path of the bot's webhook. */
  path: string;
  secretToken: string;
  /** Several messages that come close together may be answered as one. */
  waitsForMore: boolean;
  botToken: string;
}

export const newKey = () => randomBytes(32).toString('base64');
export const questionText = (n: number) => `qzeta${n}`;
/** Names its tenant, so that an answer in a foreign chat is seen. */
export const answerText = (slug: string, n: number) => `${slug} answer ${n}`;

/** The service's own login to the same database. */
export const restrictedUrl = (ownerUrl: string, key: string) =>
  appUrl(ownerUrl, createKeyRing(key).derive('database app role').toString('hex'));

/** Migrates the database and makes tenants, each with a bot and questions that have one answer each. */
export async function fillWithTenants(ownerUrl: string, key: string, count: number): Promise<FaultTenant[]> {
  const appPassword = createKeyRing(key).derive('database app role').toString('hex');
  await migrate({ ownerUrl, appPassword, log: () => undefined });
  return addTenants(ownerUrl, key, count);
}

/** Makes them in a database that is migrated already. */
export async function addTenants(ownerUrl: string, key: string, count: number): Promise<FaultTenant[]> {
  const keys = createKeyRing(key);
  const orm = await connect({ url: restrictedUrl(ownerUrl, key), pool: 2, log: () => undefined });
  try {
    const made: FaultTenant[] = [];
    for (let n = 0; n < count; n++) {
      const slug = `fault-${n}`;
      // Every fifth tenant waits for a burst to end, which takes a second, delayed wake-up.
      const waitsForMore = n % 5 === 4;
      const id = await createTenant(orm, {
        slug,
        name: slug,
        // Automation always answers: whatever is sure enough to be a match is sure enough to be sent, and nothing escalates.
        thresholds: {
          debounce_ms: waitsForMore ? 250 : 0,
          max_responses: 1000,
          faq_confidence: 0.01,
          escalation_threshold: 1,
        },
        faqs: Array.from({ length: MOST_QUESTIONS }, (_, question) => ({
          question: `question ${question}`,
          answer: answerText(slug, question),
          keywords: questionText(question),
        })),
      });
      const config = { botToken: `${100 + n}:token-${n}`, secretToken: randomBytes(24).toString('hex') };
      const { channelId, key: address } = await addChannel(orm, keys, id, { kind: 'telegram', name: 'Bot', config });
      made.push({ id, slug, channelId, path: `/webhooks/telegram/${address}`, waitsForMore, ...config });
    }
    return made;
  } finally {
    await orm.close();
  }
}

/** A private message as Telegram posts it: the `n`th of this chat. The same arguments give the same update. */
export function updateOf(chat: number, n: number) {
  return {
    update_id: chat * 1_000 + n,
    message: {
      message_id: n + 1,
      from: { id: chat, is_bot: false, first_name: `Customer ${chat}`, language_code: 'en' },
      chat: { id: chat, type: 'private', first_name: `Customer ${chat}` },
      date: Math.floor(Date.now() / 1000),
      text: questionText(n),
    },
  };
}

/** Knocks once. Throws when there is no answer within 10 s. */
export function postUpdate(webUrl: string, tenant: FaultTenant, update: unknown): Promise<Response> {
  return fetch(webUrl + tenant.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': tenant.secretToken },
    body: JSON.stringify(update),
    signal: AbortSignal.timeout(10_000),
  });
}
