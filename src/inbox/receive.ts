import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createBatcher, type Patience } from '../batch.ts';
import type { InboundEvent } from '../channels/adapter.ts';
import { isCollision, isOutage } from '../database/outage.ts';
import { unavailable } from '../errors.ts';
import { newId } from '../id.ts';
import { threadSubject } from '../queue/contracts.ts';
import type { Wake } from '../queue/wake.ts';
import { createRests } from '../rests.ts';

/** Whose webhook it is. */
interface Receiver {
  tenantId: string;
  channelId: string;
}

/** In front of the id of what could not be read: read at last, it is an event with the id itself. */
export const UNREADABLE = 'unreadable:';

/** An event on its way into the table. */
interface Row {
  tenant_id: string;
  id: string;
  channel_id: string;
  external_id: string;
  thread: string;
  /** How it has ended, where there is nothing to do: left out of one that is to be handled. */
  status?: 'ignored' | 'failed';
  error?: string;
}

interface Entry {
  row: Row;
  payload: Buffer;
  /** Its number in the insert, from 1. */
  n: number;
}

/** What events were read from. */
interface Origin {
  /** The length of the body. */
  bytes?: number;
  /** The body. `text` is JSON that is `value` again, where there is such a one. */
  body?: { value: unknown; text: Buffer | null };
}

export interface Inbox {
  /** Resolves once the events are committed. Gives the number that were new; the others had come before. */
  receive(receiver: Receiver, events: InboundEvent[], origin?: Origin): Promise<number>;
  /** Keeps a body that is genuine and that we cannot read: visible, and replayed after a fix. */
  keepUnreadable(receiver: Receiver, body: string, bodyId: string, reason: string): Promise<number>;
}

// PostgreSQL takes some 30,000 rows/s in one insert; a run of this size commits in a few milliseconds. One that takes far
// longer may wait for a lock, or for an answer that never comes: the others do not.
const BATCH = { most: 64, asideMs: 25 };
/**
 * A platform waits about so long. What is refused it sends again, and what was stored after all is then known. `bytes` are
 * those of the bodies that wait or are on their way; read into events, a body takes up to ten times its length.
 */
const PATIENCE = { ms: 10_000, calls: 4_096, bytes: 32 * 1024 * 1024 };
/** Inserts of two processes that get in each other's way. */
const MOST_TRIES = 3;
const JITTER_MS = 50;
/** An insert of so many rows, more than this part of them from one tenant, is more than that tenant's share. */
const LARGE = 8;
const MOST = 0.6;
const ACCEPT = { name: 'accept', text: 'select system_accept($1, $2) as news' };

/**
 * The door to the inbox: requests that wait at the same moment are committed by one insert. A tenant whose requests fill
 * the inserts rests between them while it has neighbours.
 */
export function createInbox(
  pool: Pool,
  wake: Wake,
  { bytes: mostBytes, ...patience }: Omit<Patience, 'tooLate'> & { bytes: number } = PATIENCE,
): Inbox {
  const rests = createRests();
  let bytesHeld = 0;

  async function insert(requests: Entry[][]): Promise<number[]> {
    const entries = requests.flat().sort(inOneOrder);
    const began = performance.now();
    const news = await accept(pool, entries);
    const isNew = news ? new Set(news) : null;
    const crowd = crowdOf(entries);
    if (crowd) rests.worked(crowd, performance.now() - began);
    return requests.map((request) => {
      let count = 0;
      for (const { n, row } of request) {
        if (isNew && !isNew.has(n)) continue;
        count += 1;
        if (!row.status) wake('handle-inbound', row.tenant_id, threadSubject(row.channel_id, row.thread));
      }
      return count;
    });
  }

  const store = createBatcher<Entry[], number>(
    async (requests) => {
      try {
        return await insert(requests);
      } catch (error) {
        if (isOutage(error) || requests.length === 1) throw refused(error);
        // Something in one of them is at fault: each alone, so that it spoils no other.
        return Promise.all(requests.map((one) => insert([one]).then(([count = 0]) => count, refused)));
      }
    },
    { ...BATCH, patience: { ...patience, tooLate } },
  );

  /** Refuses at once what memory has no room for. One request always has. */
  function hold(bytes: number): void {
    if (bytesHeld > 0 && bytesHeld + bytes > mostBytes) throw tooLate();
    bytesHeld += bytes;
  }

  return {
    async receive({ tenantId, channelId }, events, { bytes = 0, body } = {}) {
      if (events.length === 0) return 0;
      hold(bytes);
      try {
        rests.seen(tenantId);
        const rest = rests.over(tenantId);
        if (rest) await rest;
        const entries = events.map((event) => ({
          row: {
            tenant_id: tenantId,
            id: newId(),
            channel_id: channelId,
            external_id: storedIdOf(event),
            thread: event.thread,
            ...endOf(event),
          },
          payload: written(event, body),
          n: 0,
        }));
        return await store(entries);
      } finally {
        bytesHeld -= bytes;
      }
    },
    async keepUnreadable({ tenantId, channelId }, body, bodyId, reason) {
      hold(body.length);
      const row = {
        tenant_id: tenantId,
        id: newId(),
        channel_id: channelId,
        external_id: `${UNREADABLE}${bodyId}`,
        thread: '',
        status: 'failed' as const,
        error: reason,
      };
      return store([{ row, payload: Buffer.from(body), n: 0 }]).finally(() => (bytesHeld -= body.length));
    },
  };
}

/** What is stored of an event. A body that is one event is on hand as it came. */
const written = ({ payload }: InboundEvent, body: Origin['body']): Buffer =>
  (body && payload === body.value && body.text) || Buffer.from(JSON.stringify(payload));

export const storedIdOf = ({ content, externalId }: InboundEvent) =>
  content.type === 'unreadable' ? `${UNREADABLE}${externalId}` : externalId;

/** What is not handled has ended when it is stored. */
function endOf({ content }: InboundEvent): Pick<Row, 'status' | 'error'> {
  if (content.type === 'ignored') return { status: 'ignored', error: content.reason };
  if (content.type === 'unreadable') return { status: 'failed', error: content.reason };
  return {};
}

/** Numbers of the rows that are new; null when all are. Payloads travel beside the rows: nobody has to read them as JSON. */
async function accept(pool: Pool, entries: Entry[]): Promise<number[] | null> {
  let at = 1;
  const rows = entries.map((entry, index) => {
    entry.n = index + 1;
    const row = { ...entry.row, at, size: entry.payload.length };
    at += entry.payload.length;
    return row;
  });
  const values = [JSON.stringify(rows), Buffer.concat(entries.map(({ payload }) => payload))];
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await pool.query<{ news: number[] | null }>({ ...ACCEPT, values });
      return answer.rows[0]?.news ?? null;
    } catch (error) {
      if (!isCollision(error) || tries === MOST_TRIES) throw error;
      await sleep(JITTER_MS * tries * Math.random());
    }
  }
}

/** Two inserts of the same events wait for each other rather than in a circle; a thread's events stay as they came. */
function inOneOrder({ row: one }: Entry, { row: other }: Entry): number {
  if (one.channel_id !== other.channel_id) return one.channel_id < other.channel_id ? -1 : 1;
  return one.thread === other.thread ? 0 : one.thread < other.thread ? -1 : 1;
}

/** The tenant that most of a large insert is from. */
function crowdOf(entries: Entry[]): string | null {
  const tenantId = entries[Math.floor(entries.length / 2)]?.row.tenant_id;
  if (tenantId === undefined || entries.length < LARGE) return null;
  return entries.filter(({ row }) => row.tenant_id === tenantId).length > entries.length * MOST ? tenantId : null;
}

const tooLate = () => unavailable('the database does not keep up; send the message again');

const refused = (error: unknown) => unavailable('the message could not be stored; send it again', { cause: error });
