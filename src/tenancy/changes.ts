import { openStandingConnection } from './standing-connection.ts';

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

/** What was committed before a question that was answered has been heard. So long after it we still count as hearing. */
const HEARS_FOR_MS = 1_000;

/** Listens on a connection of its own. */
export async function followChanges(
  databaseUrl: string,
  onError: (error: Error) => void,
  beatLimitMs?: number,
): Promise<Changes> {
  const listeners: ChangeListener[] = [];
  const liveListeners: ((subject: string) => void)[] = [];
  const connection = await openStandingConnection(databaseUrl, {
    onError,
    purpose: 'hears of changes',
    beatLimitMs,
    greet: (client) => client.query('listen frontdesk_changes; listen frontdesk_live'),
    onOpen: () => {
      // What changed while we were away is unknown.
      for (const listener of listeners) listener(null, null, null);
    },
    onNotification({ channel, payload = '' }) {
      if (channel === 'frontdesk_live') {
        for (const listener of liveListeners) listener(payload);
        return;
      }
      const [table, tenantId, rowId] = payload.split(' ');
      for (const listener of listeners) listener(tenantId ?? null, table ?? null, rowId ?? null);
    },
  });
  return {
    isLive: () => connection.hasAnsweredWithin(HEARS_FOR_MS),
    listen: (listener) => void listeners.push(listener),
    onLive: (listener) => void liveListeners.push(listener),
    close: () => connection.close(),
  };
}
