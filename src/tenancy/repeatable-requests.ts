import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';

/**
 * Requests that may be sent again by those who act for no tenant. Nobody reaches their table but through these
 * questions, each about one caller. See `http/api/request-memory.ts`; a tenant's requests are rows of its own.
 */

export interface RememberedRequest {
  attempt: number;
  requestHash: Uint8Array;
  /** Null while it is being worked on. */
  status: number | null;
  responseSealed: Uint8Array | null;
  etag: string | null;
}

/** A request of somebody who acts for no tenant, by the caller's own name for it. */
export type RequestName = readonly [caller: string, key: string];

interface RequestRow {
  attempt: number;
  request_hash: Uint8Array;
  status: number | null;
  response_sealed: Uint8Array | null;
  etag: string | null;
}

/**
 * Begins a request, or one that nobody has worked on for `abandonedSeconds` anew. Gives which try it is; null when it is
 * somebody else's to work on, was done, or was another one.
 */
export async function beginRequest(
  em: EntityManager,
  name: RequestName,
  requestHash: Buffer,
  abandonedSeconds: number,
): Promise<number | null> {
  const [row] = await em.execute<RequestRow[]>(
    'select * from system_begin_request(?, ?, ?, make_interval(secs => ?))',
    [...name, requestHash, abandonedSeconds],
  );
  return row?.attempt ?? null;
}

export async function findRequest(em: EntityManager, name: RequestName): Promise<RememberedRequest | null> {
  const [row] = await em.execute<RequestRow[]>('select * from system_find_request(?, ?)', [...name]);
  if (!row) return null;
  const { attempt, request_hash: requestHash, status, response_sealed: responseSealed, etag } = row;
  return { attempt, requestHash, status, responseSealed, etag };
}

/** Writes down what is answered, in the transaction of `em` if it has one. False when the request is not this try's any more. */
export async function endRequest(
  em: EntityManager,
  name: RequestName,
  attempt: number,
  { status, responseSealed, etag }: { status: number; responseSealed: Buffer; etag: string | null },
): Promise<boolean> {
  const values = [...name, attempt, status, responseSealed, etag];
  const [row] = await em.execute<{ ended: boolean }[]>('select system_end_request(?, ?, ?, ?, ?, ?) as ended', values);
  return row?.ended === true;
}

/** Says that the request is still being worked on. */
export async function holdRequest(em: EntityManager, name: RequestName, attempt: number): Promise<void> {
  await em.execute('select system_hold_request(?, ?, ?)', [...name, attempt]);
}

/** Forgets a request that failed. */
export async function dropRequest(em: EntityManager, name: RequestName, attempt: number): Promise<void> {
  await em.execute('select system_drop_request(?, ?, ?)', [...name, attempt]);
}

/** Drops what was answered to requests longer ago than `hours`; gives the number dropped. */
export async function forgetRequests(orm: MikroORM, hours: number, most: number): Promise<number> {
  const [row] = await orm.em.execute<{ forgotten: number }[]>(
    'select system_forget_requests(make_interval(hours => ?), ?) as forgotten',
    [hours, most],
  );
  return row?.forgotten ?? 0;
}
