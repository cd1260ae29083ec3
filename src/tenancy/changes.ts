import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Tells what changed in the database, whoever changed it. Caches of every process hang on it. */
export interface Changes {
  /** False while we cannot hear: then nothing may be remembered for longer than a second. */
  isLive(): boolean;
  /** `tenantId` null: anything may have changed. `rowId` tells which row of `table` it was, where that is known. */
  listen(listener: ChangeListener): void;
  /** Something was sent in a thread that a page may be waiting for. */
  onLive(listener: (subject: string) => void): void;
  close(): Promise<void>;
}

type ChangeListener = (tenantId: string | null, table: string | null, rowId: string | null) => void;

const RETRY_MS = 500;
/** How often the connection is tried. */
const BEAT_MS = 500;
/** What was committed before a question that was answered has been heard. So long after it we still count as hearing. */
const HEARS_FOR_MS = 1_000;
/** A connection that takes longer to answer is left for a new one. */
const BEAT_LIMIT_MS = 5_000;

/**
 * Listens on a connection of its own; it must be a direct one, not through a transaction pooler. Whoever only listens
 * does not notice that the network has forgotten him, so it is asked something now and then.
 */
export async function followChanges(
  databaseUrl: string,
  onError: (error: Error) => void,
  beatLimitMs = BEAT_LIMIT_MS,
): Promise<Changes> {
  const listeners: ChangeListener[] = [];
  const liveListeners: ((subject: string) => void)[] = [];
  let client: pg.Client | null = null;
  let heardAt = 0;
  let isBeating = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true, connectionTimeoutMillis: 5_000 });
    next.on('error', onError);
    next.on('end', () => lost(next));
    next.on('notification', ({ channel, payload = '' }) => {
      if (channel === 'frontdesk_live') {
        for (const listener of liveListeners) listener(payload);
        return;
      }
      const [table, tenantId, rowId] = payload.split(' ');
      for (const listener of listeners) listener(tenantId ?? null, table ?? null, rowId ?? null);
    });
    const since = performance.now();
    try {
      await next.connect();
      await next.query('listen frontdesk_changes; listen frontdesk_live');
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    client = next;
    heardAt = since;
    // What changed while we were away is unknown.
    for (const listener of listeners) listener(null, null, null);
  }

  async function beat(): Promise<void> {
    const asked = client;
    if (!asked || isBeating) return;
    isBeating = true;
    const since = performance.now();
    const limit = sleep(beatLimitMs, false, { ref: false });
    const answered = asked.query('select 1').then(
      () => true,
      () => false,
    );
    const isAnswered = await Promise.race([answered, limit]);
    isBeating = false;
    if (client !== asked || isClosed) return;
    if (isAnswered) {
      heardAt = since;
      return;
    }
    onError(new Error('the connection that hears of changes does not answer any more'));
    lost(asked);
    asked.end().catch(() => undefined);
  }

  function lost(gone: pg.Client): void {
    if (client !== gone || isClosed) return;
    client = null;
    again();
  }

  function again(): void {
    retry = setTimeout(() => {
      connect().catch((error: unknown) => {
        onError(error instanceof Error ? error : new Error(String(error)));
        if (!isClosed) again();
      });
    }, RETRY_MS);
  }

  await connect();
  const pulse = setInterval(() => void beat(), BEAT_MS).unref();
  return {
    isLive: () => client !== null && performance.now() - heardAt < HEARS_FOR_MS,
    listen: (listener) => void listeners.push(listener),
    onLive: (listener) => void liveListeners.push(listener),
    async close() {
      isClosed = true;
      clearTimeout(retry);
      clearInterval(pulse);
      await client?.end();
    },
  };
}
