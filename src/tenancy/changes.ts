import pg from 'pg';

/** Tells what changed in the database, whoever changed it. Caches of every process hang on it. */
export interface Changes {
  /** False while we cannot hear: then nothing may be remembered for longer than a second. */
  isLive(): boolean;
  /** `tenantId` null: anything may have changed. */
  listen(listener: (tenantId: string | null, table: string | null) => void): void;
  /** Something was sent in a thread that a page may be waiting for. */
  onLive(listener: (subject: string) => void): void;
  close(): Promise<void>;
}

const RETRY_MS = 500;

/** Listens on a connection of its own; it must be a direct one, not through a transaction pooler. */
export async function followChanges(databaseUrl: string, onError: (error: Error) => void): Promise<Changes> {
  const listeners: ((tenantId: string | null, table: string | null) => void)[] = [];
  const liveListeners: ((subject: string) => void)[] = [];
  let client: pg.Client | null = null;
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
      const [table, tenantId] = payload.split(' ');
      for (const listener of listeners) listener(tenantId ?? null, table ?? null);
    });
    try {
      await next.connect();
      await next.query('listen frontdesk_changes; listen frontdesk_live');
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    client = next;
    // What changed while we were away is unknown.
    for (const listener of listeners) listener(null, null);
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
  return {
    isLive: () => client !== null,
    listen: (listener) => void listeners.push(listener),
    onLive: (listener) => void liveListeners.push(listener),
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
