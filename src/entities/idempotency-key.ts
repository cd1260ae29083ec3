import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter } from './columns.ts';

const schema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    tenantId: p.uuid().primary(),
    actor: p.text().primary(),
    key: p.text().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
    requestHash: p.blob(),
    /** Null while the request is being worked on. */
    status: p.integer().nullable(),
    /** See tenancy/secrets: an answer may hold what is shown once. */
    responseSealed: p.blob().nullable(),
    etag: p.text().nullable(),
    /** Whoever works on it says so now and then. */
    lockedAt: p.datetime().defaultRaw('now()'),
    /** Grows when it is begun anew after somebody died over it. */
    attempt: p.integer().default(1),
  },
  filters: tenantFilter,
});

/** What was answered to a request, for when it is sent again. */
export class IdempotencyKey extends schema.class {}
schema.setClass(IdempotencyKey);
