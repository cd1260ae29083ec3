import { createHash } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { AppError, conflict } from '../../errors.ts';
import { IdempotencyKey } from '../../entities/idempotency-key.ts';
import type { KeyRing } from '../../tenancy/secrets.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';

export interface Answer {
  status: number;
  body: unknown;
  etag: string | null;
}

export interface Repeatable {
  tenantId: string;
  actor: string;
  /** The caller's own name for the request. */
  key: string;
  /** All that makes it this request: method, path and body. */
  request: unknown;
}

interface Needs {
  orm: MikroORM;
  keys: KeyRing;
}

const KEY = /^[\x21-\x7e]{1,200}$/;
/** Whoever worked on it is gone by then: the slowest request takes a fraction of it. */
const ABANDONED_SECONDS = 60;

/**
 * Does `work` once for a key, whoever sends the request again within a day: the second time what was answered the first
 * time is answered. A request that failed is not remembered. Throws 422 when the key was used for another request, 409
 * while the first one is being worked on.
 */
export async function onceFor({ orm, keys }: Needs, given: Repeatable, work: () => Promise<Answer>) {
  const { tenantId, actor, key } = given;
  if (!KEY.test(key)) {
    throw new AppError(422, 'invalid_idempotency_key', 'Idempotency-Key: takes 1 to 200 visible ASCII characters');
  }
  const requestHash = createHash('sha256').update(JSON.stringify(given.request)).digest();
  const own = { tenantId, actor, key };
  const before = await withTenant(orm, tenantId, async (em) => {
    const [taken] = await em.execute<{ key: string }[]>(
      `insert into idempotency_keys (tenant_id, actor, key, request_hash) values (?, ?, ?, ?)
       on conflict (tenant_id, actor, key) do update set locked_at = now(), created_at = now()
         where idempotency_keys.status is null
           and idempotency_keys.request_hash = excluded.request_hash
           and idempotency_keys.locked_at < now() - make_interval(secs => ?)
       returning key`,
      [tenantId, actor, key, requestHash, ABANDONED_SECONDS],
    );
    return taken ? null : em.findOneOrFail(IdempotencyKey, own);
  });
  const context = `${tenantId}/${actor}/${key}`;
  if (before) {
    const { responseSealed, ...known } = repeated(before, requestHash);
    return { ...known, body: keys.open(responseSealed, context), isRepeated: true };
  }
  const answer = await work().catch(async (error: unknown) => {
    await withTenant(orm, tenantId, (em) => em.nativeDelete(IdempotencyKey, { ...own, status: null }));
    throw error;
  });
  await withTenant(orm, tenantId, (em) =>
    em.nativeUpdate(IdempotencyKey, own, {
      status: answer.status,
      responseSealed: keys.seal(answer.body, context),
      etag: answer.etag,
    }),
  );
  return { ...answer, isRepeated: false };
}

function repeated(before: IdempotencyKey, requestHash: Buffer) {
  if (!requestHash.equals(before.requestHash)) {
    throw new AppError(
      422,
      'idempotency_key_reused',
      'Idempotency-Key: was used for another request; take a new key for a new request',
    );
  }
  const { status, responseSealed } = before;
  if (!status || !responseSealed) {
    throw conflict('the same request is being worked on; ask again in a moment');
  }
  return { status, responseSealed, etag: before.etag ?? null };
}
