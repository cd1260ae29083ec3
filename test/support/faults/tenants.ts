import { randomBytes } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { connect } from '../../../src/database/connect.ts';
import { appUrl, migrate } from '../../../src/database/migrate.ts';
import { addChannel, createTenant } from '../../../src/tenancy/provision.ts';
import { createKeyRing, type KeyRing } from '../../../src/tenancy/secrets.ts';

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
  /** Each chat asks for a human with every so many-th of its messages; never where it is 0. */
  asksEvery: number;
}

export const newKey = () => randomBytes(32).toString('base64');
export const questionText = (n: number) => `qzeta${n}`;
export const HUMAN_WISH = 'I want to talk to a human,';
/** What a chat writes as its `n`th message: no two of a chat are alike, and not all chats ask for a human at once. */
export const messageText = ({ asksEvery }: FaultTenant, chat: number, n: number) =>
  asksEvery > 0 && n % asksEvery === chat % asksEvery ? `${HUMAN_WISH} ${questionText(n)}` : questionText(n);
/** Names its tenant, so that an answer in a foreign chat is seen. */
export const answerText = (slug: string, n: number) => `${slug} answer ${n}`;

/** The service's own login to the same database. */
export const restrictedUrl = (ownerUrl: string, key: string) =>
  appUrl(ownerUrl, createKeyRing(key).derive('database app role').toString('hex'));

/** Migrates the database and makes tenants, each with a bot and questions that have one answer each. */
export async function fillWithTenants(ownerUrl: string, key: string, count: number): Promise<FaultTenant[]> {
  await migrateAs(ownerUrl, key);
  return addTenants(ownerUrl, key, count);
}

export async function migrateAs(ownerUrl: string, key: string): Promise<void> {
  const appPassword = createKeyRing(key).derive('database app role').toString('hex');
  await migrate({ ownerUrl, appPassword, log: () => undefined });
}

/** Has the database and the keys as a process of the service would. */
export async function withDatabase<T>(
  ownerUrl: string,
  key: string,
  work: (orm: MikroORM, keys: KeyRing) => Promise<T>,
): Promise<T> {
  const orm = await connect({ url: restrictedUrl(ownerUrl, key), pool: 2, log: () => undefined });
  try {
    return await work(orm, createKeyRing(key));
  } finally {
    await orm.close();
  }
}

/** Makes them in a database that is migrated already. */
export const addTenants = (ownerUrl: string, key: string, count: number): Promise<FaultTenant[]> =>
  withDatabase(ownerUrl, key, async (orm, keys) => {
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
      made.push({ id, slug, waitsForMore, asksEvery: 0, ...(await addBot(orm, keys, id, n)) });
    }
    return made;
  });

/** The `n`th bot of an installation, for this tenant. */
export async function addBot(orm: MikroORM, keys: KeyRing, tenantId: string, n: number) {
  const config = { botToken: `${100 + n}:token-${n}`, secretToken: randomBytes(24).toString('hex') };
  const { channelId, key } = await addChannel(orm, keys, tenantId, { kind: 'telegram', name: 'Bot', config });
  return { channelId, path: `/webhooks/telegram/${key}`, ...config };
}

/** A private message as Telegram posts it: the `n`th of this chat. The same arguments give the same update. */
export function updateOf(chat: number, n: number, text = questionText(n)) {
  return {
    update_id: chat * 1_000 + n,
    message: {
      message_id: n + 1,
      from: { id: chat, is_bot: false, first_name: `Customer ${chat}`, language_code: 'en' },
      chat: { id: chat, type: 'private', first_name: `Customer ${chat}` },
      date: Math.floor(Date.now() / 1000),
      text,
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
