import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import { openStandingConnection } from './standing-connection.ts';

/**
 * Who claims rows: a number that is written into them, and for which the database holds a lock as long as this process
 * lives. Where the lock is gone, nobody works on what was claimed under the number, and others take it at once instead
 * of waiting for the end of its lease (`jobs/abandoned-claims.ts`).
 */
export interface Claimant {
  readonly number: number;
  /** One more piece of work goes on under this number. */
  enter(): void;
  /** One piece is over: written down, or given up. */
  leave(): void;
  /**
   * Rows may have been claimed that we never heard of, as the answer was lost. Nothing more is claimed under this number,
   * and once the work that we do know of is over, it is given up.
   */
  doubt(): void;
}

export interface Claimants {
  /** Whoever claims now, already entered. Null while our death would not be noticed, or our life not: then leases must do. */
  enter(): Claimant | null;
  close(): Promise<void>;
}

/** First half of the keys of the locks; the second is the claimant's number. */
export const CLAIMANT_LOCKS = 1_179_927_373;
/** So long after it was heard of, the connection still counts as there. Less than `ABSENT_MS`. */
const HELD_FOR_MS = 3_000;

/** For a process that claims nothing. */
export const noClaimants: Claimants = { enter: () => null, close: async () => undefined };

/** Holds the locks on a connection of its own: the server ends it, and with it the locks, when this process dies. */
export async function openClaimants(databaseUrl: string, onError: (error: Error) => void): Promise<Claimants> {
  const known = new Set<Entry>();
  const connection = await openStandingConnection(databaseUrl, {
    onError,
    purpose: 'shows that this process lives',
    greet: (client) => hold(client, [...known]),
  });
  let current = begin();

  function begin(): Entry {
    const entry: Entry = {
      number: randomInt(1, 2 ** 31),
      uses: 0,
      askedOn: null,
      heldOn: null,
      enter: () => void (entry.uses += 1),
      leave() {
        entry.uses -= 1;
        endIfOver(entry);
      },
      doubt() {
        if (entry !== current) return;
        current = begin();
        endIfOver(entry);
      },
    };
    known.add(entry);
    holdNow(entry);
    return entry;
  }

  /** A connection that breaks meanwhile leaves it to the next one. */
  function holdNow(entry: Entry): void {
    const client = connection.client();
    if (client) hold(client, [entry]).catch(() => undefined);
  }

  function endIfOver(entry: Entry): void {
    if (entry === current || entry.uses > 0 || !known.delete(entry)) return;
    const client = connection.client();
    if (!client || entry.askedOn !== client) return;
    client.query('select pg_advisory_unlock_shared($1, $2)', [CLAIMANT_LOCKS, entry.number]).catch(() => undefined);
  }

  return {
    enter() {
      const client = connection.client();
      if (!client || !connection.hasAnsweredWithin(HELD_FOR_MS)) return null;
      if (current.heldOn !== client) {
        holdNow(current);
        return null;
      }
      current.enter();
      return current;
    },
    close: () => connection.close(),
  };
}

interface Entry extends Claimant {
  uses: number;
  /** The connection that was asked to hold the lock, and the one that does. */
  askedOn: Client | null;
  heldOn: Client | null;
}

/** Shared: over there, the connection before may not be over yet. */
async function hold(client: Client, entries: Entry[]): Promise<void> {
  const wanted = entries.filter((entry) => entry.askedOn !== client);
  if (wanted.length === 0) return;
  for (const entry of wanted) entry.askedOn = client;
  await client.query('select pg_advisory_lock_shared($1, number) from unnest($2::int[]) as number', [
    CLAIMANT_LOCKS,
    wanted.map(({ number }) => number),
  ]);
  for (const entry of wanted) entry.heldOn = client;
}
