import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'Contact',
  tableName: 'contacts',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    displayName: p.text().nullable(),
    locale: p.text().nullable(),
    attributes: p.json<Record<string, unknown>>(),
    blockedAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** A person writing to a tenant: one row, many channel identities. */
export class Contact extends schema.class {}
schema.setClass(Contact);
