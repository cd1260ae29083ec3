import { defineEntity, p } from '@mikro-orm/postgresql';
import { updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'Tenant',
  tableName: 'tenants',
  properties: {
    id: p.uuid().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
    ...updatedAt,
    slug: p.text(),
    name: p.text(),
    status: p.text().$type<'active' | 'suspended' | 'deleted'>().default('active'),
    timezone: p.text().default('UTC'),
    externalRef: p.text().nullable(),
    deletedAt: p.datetime().nullable(),
  },
});

/** A business; owns everything. */
export class Tenant extends schema.class {}
schema.setClass(Tenant);
