import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Conversation } from '../entities/conversation.ts';
import { newId } from '../id.ts';
import { threadSubject } from '../queue/contracts.ts';
import { uuidList } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';

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
  const opened = await read(em, (columns) => `${PEOPLE} ${OPEN} returning ${columns}`, peopleValues(missing));
  for (const one of opened) found.set(threadSubject(one.channelId, one.thread), one);
  // Somebody else was faster.
  const others = missing.filter(({ channelId, thread }) => !found.has(threadSubject(channelId, thread)));
  return new Map([...found, ...(await lockOpen(em, tenantId, others))]);
}

/**
 * The open conversations among these threads, locked. In one order, so that two workers with the same threads wait for each other
 * instead of deadlocking.
 */
export async function lockOpen(em: EntityManager, tenantId: string, threads: { channelId: string; thread: string }[]) {
  if (threads.length === 0) return new Map<string, Conversation>();
  const subjects = threads.map(({ channelId, thread }) => threadSubject(channelId, thread));
  const names = threads.map(({ thread }) => thread);
  const channels = uuidList([...new Set(threads.map(({ channelId }) => channelId))]);
  const conversations = await read(em, lockStatement, [tenantId, names, channels, subjects]);
  return new Map(conversations.map((row) => [threadSubject(row.channelId, row.thread), row]));
}

/**
 * What `find` gives of a query that is planned once, instead of one that is built and planned anew each time. A conversation that
 * was there keeps what was changed of it.
 */
async function read(em: EntityManager, sqlOf: (columns: string) => string, values: unknown[]): Promise<Conversation[]> {
  const meta = em.getMetadata(Conversation);
  // By their names: a statement that is planned once would fail after an upgrade that adds a column to `*`.
  const columns = meta.props.flatMap(({ fieldNames }) => fieldNames).join();
  const rows = await runBound(em, [sqlOf(columns), values]);
  const how = { merge: true, convertCustomTypes: true };
  return rows.map((row) => em.getEntityFactory().create(Conversation, em.getComparator().mapResult(meta, row), how));
}

/**
 * The lists say what the subjects say, column by column: that is what the index is read by. In the order of ids, but not as the key of
 * the table has them, or the planner would walk it through all conversations of the tenant.
 */
export const lockStatement = (columns: string) => `
  select ${columns} from conversations
  where tenant_id = ? and handler <> 'closed' and thread = any (?::text[]) and channel_id = any (?::uuid[])
    and channel_id || '/' || thread = any (?::text[])
  order by id::text collate "C" for update`;

/** Contact ids by `<channel>/<external id>`. An identity belongs to one contact for good; names are hints. */
export async function findOrMakeContacts(
  em: EntityManager,
  people: Omit<WantedThread, 'thread'>[],
): Promise<Map<string, string>> {
  const rows = await runBound(em, [`${PEOPLE} select * from people`, peopleValues(people)]);
  return new Map(
    rows.map((row) => Person.parse(row)).map((row) => [threadSubject(row.channel_id, row.external_id), row.contact_id]),
  );
}

const Person = z.object({ channel_id: z.string(), external_id: z.string(), contact_id: z.string() });

function peopleValues(wanted: (Omit<WantedThread, 'thread'> & { thread?: string })[]): unknown[] {
  const rows = wanted.map(({ channelId, thread, from }) => ({
    channel_id: channelId,
    external_id: from.externalId,
    name: from.name,
    language: from.language,
    thread,
    contact_id: newId(),
    identity_id: newId(),
    conversation_id: newId(),
  }));
  return [JSON.stringify(rows), rows.map((row) => row.external_id)];
}

/**
 * Those who are known, and those who are not, made. Whoever else makes the same one at this moment is waited for, and his
 * row counts. In one order, so that two who wait for each other are rare; they are a deadlock, and one tries again.
 */
const PEOPLE = `
  with given as (
    select * from json_to_recordset(?::json) as g (channel_id uuid, external_id text, name text, language text,
      thread text, contact_id uuid, identity_id uuid, conversation_id uuid)
  ), known as (
    select i.channel_id, i.external_id, i.contact_id from contact_identities i where i.external_id = any (?::text[])
  ), missing as (
    select distinct on (g.channel_id, g.external_id) g.* from given g
    where not exists (select from known k where k.channel_id = g.channel_id and k.external_id = g.external_id)
    order by g.channel_id, g.external_id
  ), contact as (
    insert into contacts (tenant_id, id, display_name, locale)
    select current_setting('app.tenant_id')::uuid, contact_id, name, language from missing
  ), identity as (
    insert into contact_identities (tenant_id, id, contact_id, channel_id, external_id)
    select current_setting('app.tenant_id')::uuid, identity_id, contact_id, channel_id, external_id from missing
    on conflict (tenant_id, channel_id, external_id) do update set external_id = excluded.external_id
    returning channel_id, external_id, contact_id
  ), people as (
    select * from known union all select * from identity
  )`;

const OPEN = `
  insert into conversations (tenant_id, id, channel_id, thread, contact_id, language)
  select current_setting('app.tenant_id')::uuid, g.conversation_id, g.channel_id, g.thread, p.contact_id, g.language
  from given g join people p on p.channel_id = g.channel_id and p.external_id = g.external_id
  order by g.thread
  on conflict do nothing`;
