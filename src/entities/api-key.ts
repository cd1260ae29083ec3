import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    name: p.text(),
    secretHash: p.blob(),
    /** Permissions; see auth/permissions. */
    scopes: p.array<string>(),
    /** Addresses and networks it may be used from; empty = from everywhere. */
    allowedIps: p.array<string>(),
    createdBy: p.uuid().nullable(),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** With it a program acts for a tenant. What it may do is said by its scopes. */
export class ApiKey extends schema.class {}
schema.setClass(ApiKey);
