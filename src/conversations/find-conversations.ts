import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Conversation, handlers, type Handler } from '../entities/conversation.ts';
import { searchMessages } from '../tenancy/as-system.ts';
import { uuidList, type Statement } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';
import {
  chosenStatement,
  endStatement,
  saidStatement,
  walkStatement,
  type Filter,
  type Walk,
} from './list-statements.ts';

export interface Wanted {
  handler?: Handler | undefined;
  status?: 'open' | 'closed' | undefined;
  /** Id of a person; null = nobody's. */
  assignee?: string | null | undefined;
  channelId?: string | undefined;
  contactId?: string | undefined;
  label?: string | undefined;
  /** What one message has: these words, of which the last may be a beginning. */
  words?: string | undefined;
}

/** Where a conversation stands in the list: its last activity in microseconds since 1970, and its id. */
export const Place = z.tuple([z.int().min(0), z.uuid()]);
export type Place = z.infer<typeof Place>;

interface Asked extends Filter {
  limits: typeof LIMITS;
}

interface Page {
  places: Place[];
  /** Where the next page begins; null when this was the last. */
  next: Place | null;
}

/** How far each way to a page is gone before another is taken. None of them changes what is found. */
export const LIMITS = {
  /** A filter that names so few is answered from them; of one that names more, the list is looked through in its order. */
  few: 2_000,
  /** Of words in more messages than this the index is no help. */
  many: 10_000,
  /** Conversations that one page looks through: comparing columns is cheap, reading what was said is not. */
  lookThrough: 5_000,
  readFirst: 100,
  readOn: 300,
  /** Where at least so many of the first fit, reading on is cheaper than the index. */
  dense: 2,
};

/**
 * A page of conversations, the latest activity first. Where little of what is looked through fits, it may have fewer than
 * `limit`, or none, and yet a next one: so that no page takes long.
 */
export async function findConversations(
  em: EntityManager,
  tenantId: string,
  wanted: Wanted,
  after: Place | null,
  limit: number,
  limits = LIMITS,
): Promise<{ conversations: Conversation[]; next: Place | null }> {
  const spelt = wanted.words === undefined ? null : await spell(em, tenantId, wanted.words);
  if (spelt?.length === 0) return { conversations: [], next: null };
  const filter = { ...wanted, spelt, tenantId, after, handlers: handlersOf(wanted), limits };
  const { places, next } = await pageOf(em, filter, limit);
  return { conversations: await load(em, tenantId, places), next };
}

async function pageOf(em: EntityManager, filter: Asked, limit: number): Promise<Page> {
  const few = await fewOf(em, filter);
  const { words } = filter;
  if (words === undefined)
    return few ? chosen(em, filter, few, limit) : walked(em, filter, filter.limits.lookThrough, limit);
  if (!few) return saying(em, filter, words, limit);
  if (few.length <= filter.limits.readFirst) return chosen(em, filter, few, limit);
  const { many } = filter.limits;
  const said = await searchMessages(em, words, many + 1);
  return chosen(em, filter, said.length > many ? few : [...new Set(few).intersection(new Set(said))], limit);
}

/**
 * What is said all the time is found by reading the latest; its entries in the index are too many. What is said rarely is
 * found in the index.
 */
async function saying(em: EntityManager, filter: Asked, words: string, limit: number): Promise<Page> {
  const first = await walked(em, filter, filter.limits.readFirst, limit);
  if (first.places.length === limit || !first.next) return first;
  const { few, dense, readOn } = filter.limits;
  if (first.places.length < dense) {
    const said = await searchMessages(em, words, few + 1);
    if (said.length <= few) return chosen(em, filter, said, limit);
    const page = await lookedUp(em, filter, limit);
    if (page) return page;
  }
  const rest = await walked(em, { ...filter, after: first.next }, readOn, limit - first.places.length);
  return { places: [...first.places, ...rest.places], next: rest.next };
}

async function chosen(em: EntityManager, filter: Asked, ids: string[], limit: number): Promise<Page> {
  return toPage(await placesOf(em, chosenStatement(filter, uuidList([...new Set(ids)]), limit + 1)), limit);
}

async function walked(em: EntityManager, filter: Asked, most: number, limit: number): Promise<Page> {
  const walk = { ...filter, most };
  const page = toPage(await placesOf(em, walkStatement(walk, limit + 1)), limit);
  return page.next ? page : { ...page, next: await endOf(em, walk) };
}

const endOf = async (em: EntityManager, walk: Walk) => (await placesOf(em, endStatement(walk)))[0] ?? null;

/** Null when the words are in too many messages. */
async function lookedUp(em: EntityManager, filter: Asked, limit: number): Promise<Page | null> {
  const { many, lookThrough } = filter.limits;
  const walk = { ...filter, most: lookThrough };
  const rows = await runBound(em, saidStatement(walk, limit + 1, many));
  if (Number(rows[0]?.['said']) > many) return null;
  const page = toPage(rows.filter(({ id }) => id !== null).map(toPlace), limit);
  return page.next ? page : { ...page, next: await endOf(em, walk) };
}

const toPage = (rows: Place[], limit: number): Page => ({
  places: rows.slice(0, limit),
  next: rows.length > limit ? (rows[limit - 1] ?? null) : null,
});

function handlersOf({ handler, status }: Wanted): Handler[] | null {
  if (!handler && !status) return null;
  return handlers.filter(
    (one) => (!handler || one === handler) && (!status || (one === 'closed') === (status === 'closed')),
  );
}

/** Ids of all conversations of the contact or with the label; null when neither is asked for, or there are many. */
async function fewOf(
  em: EntityManager,
  { tenantId, contactId, label, limits: { few } }: Asked,
): Promise<string[] | null> {
  const asked: [string, string | undefined][] = [
    [OF_CONTACT, contactId],
    [WITH_LABEL, label],
  ];
  for (const [sql, value] of asked) {
    if (value === undefined) continue;
    const rows = await runBound(em, [sql, [tenantId, value, few + 1]]);
    if (rows.length <= few) return rows.map(({ id }) => String(id));
  }
  return null;
}

export const OF_CONTACT = 'select id from conversations where tenant_id = ? and contact_id = ? limit ?';
export const WITH_LABEL =
  'select conversation_id as id from conversation_labels where tenant_id = ? and label = ? limit ?';

/** The words one by one, as the index has them. */
async function spell(em: EntityManager, tenantId: string, words: string): Promise<string[]> {
  const rows = await runBound(em, [
    `select distinct substr(word, 13) as word from unnest(words_of(?::uuid, ?)) word where length(word) > 12`,
    [tenantId, words],
  ]);
  return rows.map(({ word }) => String(word));
}

const PlaceRow = z.object({ id: z.string(), micros: z.coerce.number() });

async function placesOf(em: EntityManager, statement: Statement): Promise<Place[]> {
  return (await runBound(em, statement)).map(toPlace);
}

function toPlace(row: unknown): Place {
  const { id, micros } = PlaceRow.parse(row);
  return [micros, id];
}

async function load(em: EntityManager, tenantId: string, places: Place[]): Promise<Conversation[]> {
  const ids = places.map(([, id]) => id);
  const rows = ids.length === 0 ? [] : await em.find(Conversation, { tenantId, id: { $in: ids } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
