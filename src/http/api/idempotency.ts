import type { EntityManager } from '@mikro-orm/postgresql';
import { createHmac } from 'node:crypto';
import { AppError, conflict } from '../../errors.ts';
import type { KeyRing } from '../../tenancy/secrets.ts';
import type { Remembered, RequestMemory } from './request-memory.ts';

export interface Answer {
  status: number;
  body: unknown;
  etag: string | null;
}

/** Writes down what is answered, in the transaction that has the effect: then both are there, or neither. */
export type Keep = (em: EntityManager, answer: Answer) => Promise<void>;

const KEY = /^[\x21-\x7e]{1,200}$/;
/** Whoever works on a request says so three times in this time. Who does not is gone. */
const ABANDONED_SECONDS = 60;

/** Throws 422 for what is no key. */
export function expectKey(key: string): void {
  if (KEY.test(key)) return;
  throw new AppError(422, 'invalid_idempotency_key', 'Idempotency-Key: takes 1 to 200 visible ASCII characters');
}

/** For what a request is known by. It may hold a password, so nobody who has the database alone can guess. */
export const requestMac = (keys: KeyRing) => createHmac('sha256', keys.derive('repeatable requests'));

/**
 * Does `work` once, whoever sends the request again within a day: the second time what was answered the first time is
 * answered. `request` is all that makes it this request: method, path and body. One that failed is not remembered.
 * Throws 422 when the key was used for another request, 409 while the first one is being worked on.
 *
 * A process may die between the effect of the work and its answer. Work that calls `keep` in the transaction of the effect
 * is not done again then; any other is done anew after a minute.
 */
export async function onceFor(
  keys: KeyRing,
  memory: RequestMemory,
  request: unknown,
  work: (keep: Keep) => Promise<Answer>,
): Promise<Answer & { isRepeated: boolean }> {
  const requestHash = requestMac(keys).update(JSON.stringify(request)).digest();
  const attempt = await memory.begin(requestHash, ABANDONED_SECONDS);
  if (attempt === null) return repeat(keys, memory, requestHash);

  const sealed = ({ status, body, etag }: Answer) => ({
    status,
    etag,
    responseSealed: keys.seal(body ?? null, memory.place),
  });
  let isKept = false;
  const keep: Keep = async (em, answer) => {
    if (!(await memory.end(attempt, sealed(answer), em))) throw beingWorkedOn();
    isKept = true;
  };
  // What fails here is tried again before anybody takes the request for abandoned.
  const beat = setInterval(() => void memory.hold(attempt).catch(() => undefined), (ABANDONED_SECONDS * 1_000) / 3);
  try {
    const answer = await work(keep);
    if (!isKept) await memory.end(attempt, sealed(answer));
    return { ...answer, isRepeated: false };
  } catch (error) {
    await memory.drop(attempt).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function repeat(keys: KeyRing, memory: RequestMemory, requestHash: Buffer) {
  const before = await memory.find();
  // The one that failed meanwhile may be sent again.
  if (!before) throw beingWorkedOn();
  const { responseSealed, ...known } = answered(before, requestHash);
  return { ...known, body: keys.open(responseSealed, memory.place), isRepeated: true };
}

function answered({ requestHash, status, responseSealed, etag }: Remembered, wanted: Buffer) {
  if (!wanted.equals(requestHash)) {
    throw new AppError(
      422,
      'idempotency_key_reused',
      'Idempotency-Key: was used for another request; take a new key for a new request',
    );
  }
  if (!status || !responseSealed) throw beingWorkedOn();
  return { status, responseSealed, etag: etag ?? null };
}

const beingWorkedOn = () => conflict('the same request is being worked on; ask again in a moment');
