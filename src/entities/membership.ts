import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter } from './columns.ts';

const schema = defineEntity({
  name: 'Membership',
  tableName: 'memberships',
  properties: {
    tenantId: p.uuid().primary(),
    userId: p.uuid().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
    role: p.text().$type<'owner' | 'admin' | 'manager' | 'viewer'>(),
    status: p.text().$type<'active' | 'disabled'>().default('active'),
  },
  filters: tenantFilter,
});

/** A user's role in a tenant. A manager is a user with one that may answer. */
export class Membership extends schema.class {}
schema.setClass(Membership);
