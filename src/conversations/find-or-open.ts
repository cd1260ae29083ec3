import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { Contact } from '../entities/contact.ts';
import { ContactIdentity } from '../entities/contact-identity.ts';
import { Conversation } from '../entities/conversation.ts';
import { newId } from '../id.ts';
import { threadSubject } from '../queue/contracts.ts';

/** A thread on a channel and who speaks there. */
export interface WantedThread {
  channelId: string;
  thread: string;
  from: { externalId: string; name?: string; language?: string };
}

/**
 * The open conversation of each thread, made where there is none, locked until the transaction ends.
 * Two processes that see a thread's first message at once end with one conversation.
 */
export async function findOrOpen(
  em: EntityManager,
  tenantId: string,
  wanted: WantedThread[],
): Promise<Map<string, Conversation>> {
  const found = await lockOpen(em, tenantId, wanted);
  const missing = wanted.filter(({ channelId, thread }) => !found.has(threadSubject(channelId, thread)));
  if (missing.length === 0) return found;
  const contactIds = await findOrMakeContacts(em, tenantId, missing);
  await em
    .createQueryBuilder(Conversation)
    .insert(
      missing.map(({ channelId, thread, from }) => ({
        tenantId,
        id: newId(),
        channelId,
        thread,
        contactId: contactIds.get(threadSubject(channelId, from.externalId)) ?? '',
        language: from.language ?? null,
      })),
    )
    .onConflict()
    .ignore()
    .execute('run');
  return new Map([...found, ...(await lockOpen(em, tenantId, missing))]);
}

/**
 * The open conversations among these threads, locked. In one order, so that two workers with the same threads wait for each other
 * instead of deadlocking.
 */
export async function lockOpen(em: EntityManager, tenantId: string, threads: { channelId: string; thread: string }[]) {
  if (threads.length === 0) return new Map<string, Conversation>();
  const conversations = await em.find(
    Conversation,
    {
      tenantId,
      handler: { $ne: 'closed' },
      // Says what the pairs say, as one list: that is what the index is read by.
      thread: { $in: threads.map(({ thread }) => thread) },
      $or: threads.map(({ channelId, thread }) => ({ channelId, thread })),
    },
    { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  return new Map(conversations.map((row) => [threadSubject(row.channelId, row.thread), row]));
}

/** Contact ids by `<channel>/<external id>`. An identity belongs to one contact for good; names are hints. */
export async function findOrMakeContacts(
  em: EntityManager,
  tenantId: string,
  people: Pick<WantedThread, 'channelId' | 'from'>[],
): Promise<Map<string, string>> {
  const known = await contactIdsOf(em, tenantId, people);
  const missing = new Map(
    people
      .map((person) => [threadSubject(person.channelId, person.from.externalId), person] as const)
      .filter(([key]) => !known.has(key)),
  );
  if (missing.size === 0) return known;
  const made = [...missing.values()].map((person) => ({ ...person, contactId: newId() }));
  await em.insertMany(
    Contact,
    made.map(({ contactId, from }) => ({
      tenantId,
      id: contactId,
      displayName: from.name ?? null,
      locale: from.language ?? null,
      attributes: {},
    })),
  );
  await em
    .createQueryBuilder(ContactIdentity)
    .insert(
      made.map(({ channelId, from, contactId }) => ({
        tenantId,
        id: newId(),
        contactId,
        channelId,
        externalId: from.externalId,
      })),
    )
    .onConflict(['tenantId', 'channelId', 'externalId'])
    .ignore()
    .execute('run');
  // Someone else may have been first: the identity that stands decides.
  return new Map([...known, ...(await contactIdsOf(em, tenantId, [...missing.values()]))]);
}

async function contactIdsOf(em: EntityManager, tenantId: string, people: Pick<WantedThread, 'channelId' | 'from'>[]) {
  const identities = await em.find(
    ContactIdentity,
    {
      tenantId,
      externalId: { $in: people.map(({ from }) => from.externalId) },
      $or: people.map(({ channelId, from }) => ({ channelId, externalId: from.externalId })),
    },
    { disableIdentityMap: true },
  );
  return new Map(identities.map((row) => [threadSubject(row.channelId, row.externalId), row.contactId]));
}
