import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findConversations, LIMITS, type Place, type Wanted } from '../../src/conversations/find-conversations.ts';
import { setLabels } from '../../src/conversations/labels.ts';
import { connect } from '../../src/database/connect.ts';
import { Channel } from '../../src/entities/channel.ts';
import { Contact } from '../../src/entities/contact.ts';
import { Conversation, handlers } from '../../src/entities/conversation.ts';
import { Message } from '../../src/entities/message.ts';
import { newId } from '../../src/id.ts';
import { createTenant } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const COUNT = 60;
const channels = [newId(), newId()];
const contacts = Array.from({ length: 7 }, newId);
let database: TestDatabase;
let orm: MikroORM;
let tenantId: string;
/** The latest first. */
let all: { id: string; handler: string; channelId: string; contactId: string; labels: string[]; said: string[] }[];

beforeAll(async () => {
  database = await createDatabase();
  orm = await connect({ url: database.url, pool: 2, log: () => undefined });
  tenantId = await createTenant(orm, { slug: 'found', name: 'Found' });
  all = Array.from({ length: COUNT }, (_, n) => ({
    id: newId(),
    handler: handlers[n % handlers.length] ?? 'bot',
    channelId: channels[n % 2] ?? '',
    contactId: contacts[n % contacts.length] ?? '',
    labels: [...(n % 3 ? ['most'] : []), ...(n % 20 === 7 ? ['few'] : [])],
    // Said all the time, now and then, only long ago, and once.
    said: ['always', ...(n % 4 ? [] : ['sometimes']), ...(n > 45 ? ['formerly'] : []), ...(n === 50 ? ['once'] : [])],
  }));
  const now = Date.now();
  await withTenant(orm, tenantId, async (em) => {
    for (const id of channels)
      await em.insert(Channel, { tenantId, id, kind: 'telegram', name: 'Bot', configSealed: Buffer.of(1) });
    for (const id of contacts) await em.insert(Contact, { tenantId, id, attributes: {} });
    for (const [n, { id, handler, channelId, contactId, labels, said }] of all.entries()) {
      await em.insert(Conversation, {
        tenantId,
        id,
        handler: handlers.find((one) => one === handler) ?? 'bot',
        channelId,
        contactId,
        thread: `${n}`,
        lastActivityAt: new Date(now - n * 1_000),
      });
      await setLabels(em, tenantId, id, labels);
      const seqs = said.map((content, at) => ({ content: `well, ${content}!`, seq: at + 1 }));
      for (const one of seqs)
        await em.insert(Message, { ...message, ...one, tenantId, id: newId(), conversationId: id, channelId });
    }
  });
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

const message = {
  senderKind: 'contact' as const,
  direction: 'in' as const,
  attachments: [],
  reactions: {},
  metadata: {},
  status: 'received' as const,
};

/** All pages, and how many there were. */
async function pages(wanted: Wanted, limit: number, limits: typeof LIMITS): Promise<string[]> {
  const found: string[] = [];
  let place: Place | null = null;
  for (let page = 0; page <= COUNT * 2; page++) {
    const after: Place | null = place;
    const { conversations, next }: Awaited<ReturnType<typeof findConversations>> = await withTenant(
      orm,
      tenantId,
      (em) => findConversations(em, tenantId, wanted, after, limit, limits),
    );
    expect(conversations.length).toBeLessThanOrEqual(limit);
    found.push(...conversations.map(({ id }) => id));
    if (!next) return found;
    place = next;
  }
  throw new Error('the list never ends');
}

const expected = ({ handler, status, channelId, contactId, label, words }: Wanted) =>
  all
    .filter(
      (one) =>
        (!handler || one.handler === handler) &&
        (!status || (one.handler === 'closed') === (status === 'closed')) &&
        (!channelId || one.channelId === channelId) &&
        (!contactId || one.contactId === contactId) &&
        (!label || one.labels.includes(label)) &&
        (!words || one.said.some((said) => said.startsWith(words))),
    )
    .map(({ id }) => id);

const none = { few: 0, many: 0, lookThrough: 3, readFirst: 3, readOn: 3, dense: 99 };

describe.each<[string, typeof LIMITS]>([
  ['as they are', LIMITS],
  ['for sets only', { ...none, few: 1_000, many: 1_000 }],
  ['that send everything through the index of words and along the list', { ...none, many: 1_000, lookThrough: 7 }],
  ['that leave nothing but reading', { ...none, dense: 0, lookThrough: 5, readFirst: 3, readOn: 4 }],
  ['that end at once', none],
  ['in between', { few: 5, many: 12, lookThrough: 9, readFirst: 6, readOn: 4, dense: 2 }],
])('with limits %s', (_name, limits) => {
  const words = [undefined, 'always', 'sometimes', 'former', 'once', 'never'];
  const others: Wanted[] = [
    {},
    { status: 'open' },
    { handler: 'queued' },
    { channelId: channels[1] },
    { contactId: contacts[2] },
    { label: 'most' },
    { label: 'few' },
    { label: 'most', status: 'closed', channelId: channels[0] },
  ];
  it.each(words)(
    'finds every conversation that fits once and in order, by any other filter and by the word %s',
    async (word) => {
      for (const other of others) {
        const wanted = { ...other, ...(word && { words: word }) };
        expect(await pages(wanted, 4, limits), JSON.stringify(wanted)).toEqual(expected(wanted));
      }
    },
  );
});
