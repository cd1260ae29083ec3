import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { IdempotencyKey } from '../../entities/idempotency-key.ts';
import { beginRequest, dropRequest, endRequest, findRequest, holdRequest } from '../../tenancy/repeatable-requests.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';

/** What is known of a request. */
export interface Remembered {
  requestHash: Uint8Array;
  /** Null while it is being worked on. */
  status?: number | null;
  responseSealed?: Uint8Array | null;
  etag?: string | null;
}

export interface SealedAnswer {
  status: number;
  responseSealed: Buffer;
  etag: string | null;
}

/** One request of one caller, as the database remembers it. */
export interface RequestMemory {
  /** Names it; the answer is sealed for this place. */
  place: string;
  /** Gives which try it is; null when it is not to be worked on. Nobody has, where nothing was heard of it for so long. */
  begin: (requestHash: Buffer, abandonedSeconds: number) => Promise<number | null>;
  find: () => Promise<Remembered | null>;
  /** In the transaction of `em`, or in one of its own. False when another try has begun meanwhile. */
  end: (attempt: number, answer: SealedAnswer, em?: EntityManager) => Promise<boolean>;
  hold: (attempt: number) => Promise<void>;
  /** Only if it was not ended. */
  drop: (attempt: number) => Promise<void>;
}

/** Of a key or person acting for a tenant: a row of that tenant. */
export function memoryOfTenant(orm: MikroORM, tenantId: string, actor: string, key: string): RequestMemory {
  const own = { tenantId, actor, key };
  const inTenant = <T>(work: (em: EntityManager) => Promise<T>) => withTenant(orm, tenantId, work);
  return {
    place: `${tenantId}/${actor}/${key}`,
    begin: (requestHash, abandonedSeconds) =>
      inTenant(async (em) => {
        const [begun] = await em.execute<{ attempt: number }[]>(BEGIN, [
          tenantId,
          actor,
          key,
          requestHash,
          abandonedSeconds,
        ]);
        return begun?.attempt ?? null;
      }),
    find: () => inTenant((em) => em.findOne(IdempotencyKey, own)),
    async end(attempt, answer, em) {
      const end = (within: EntityManager) =>
        within.nativeUpdate(IdempotencyKey, { ...own, attempt, status: null }, answer);
      return (await (em ? end(em) : inTenant(end))) === 1;
    },
    async hold(attempt) {
      await inTenant((em) =>
        em.nativeUpdate(IdempotencyKey, { ...own, attempt, status: null }, { lockedAt: new Date() }),
      );
    },
    async drop(attempt) {
      await inTenant((em) => em.nativeDelete(IdempotencyKey, { ...own, attempt, status: null }));
    },
  };
}

const BEGIN = `
  insert into idempotency_keys (tenant_id, actor, key, request_hash) values (?, ?, ?, ?)
  on conflict (tenant_id, actor, key) do update
    set locked_at = now(), created_at = now(), attempt = idempotency_keys.attempt + 1
    where idempotency_keys.status is null
      and idempotency_keys.request_hash = excluded.request_hash
      and idempotency_keys.locked_at < now() - make_interval(secs => ?)
  returning attempt`;

/** Of whoever acts for no tenant: a system admin, a person, or somebody who has a link. */
export function memoryOfCaller({ em }: MikroORM, caller: string, key: string): RequestMemory {
  const name = [caller, key] as const;
  return {
    place: `${caller}/${key}`,
    begin: (requestHash, abandonedSeconds) => beginRequest(em, name, requestHash, abandonedSeconds),
    find: () => findRequest(em, name),
    end: (attempt, answer, within = em) => endRequest(within, name, attempt, answer),
    hold: (attempt) => holdRequest(em, name, attempt),
    drop: (attempt) => dropRequest(em, name, attempt),
  };
}
