import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A connection that is there as long as the process is, and is made anew whenever it breaks. */
export interface StandingConnection {
  /** Null while there is none. */
  client(): pg.Client | null;
  /** Whether it answered a question that was asked within the last `ms`. */
  hasAnsweredWithin(ms: number): boolean;
  close(): Promise<void>;
}

interface StandingConnectionOptions {
  onError: (error: Error) => void;
  /** Named in the error of a connection that does not answer. */
  purpose: string;
  /** Called with each new connection before it counts as one. */
  greet: (client: pg.Client) => Promise<unknown>;
  /** Called once it counts as one. */
  onOpen?: () => void;
  onNotification?: (notification: pg.Notification) => void;
  beatLimitMs?: number | undefined;
}

const RETRY_MS = 500;
/** How often the connection is tried. */
const BEAT_MS = 500;
/** A connection that takes longer to answer is left for a new one. */
const BEAT_LIMIT_MS = 5_000;

/**
 * It must be a direct one, not through a transaction pooler. Whoever says nothing does not notice that the network has
 * forgotten him, so it is asked something now and then. Rejects where the first one cannot be had.
 */
export async function openStandingConnection(
  databaseUrl: string,
  { onError, purpose, greet, onOpen, onNotification, beatLimitMs = BEAT_LIMIT_MS }: StandingConnectionOptions,
): Promise<StandingConnection> {
  let client: pg.Client | null = null;
  let answeredAt = 0;
  let isBeating = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true, connectionTimeoutMillis: 5_000 });
    next.on('error', onError);
    next.on('end', () => lost(next));
    if (onNotification) next.on('notification', onNotification);
    const since = performance.now();
    try {
      await next.connect();
      await greet(next);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    if (isClosed) return next.end();
    client = next;
    answeredAt = since;
    onOpen?.();
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
      answeredAt = since;
      return;
    }
    onError(new Error(`the connection that ${purpose} does not answer any more`));
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
    client: () => client,
    hasAnsweredWithin: (ms) => client !== null && performance.now() - answeredAt < ms,
    async close() {
      isClosed = true;
      clearTimeout(retry);
      clearInterval(pulse);
      const last = client;
      client = null;
      await last?.end();
    },
  };
}
