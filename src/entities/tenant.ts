import { defineEntity, p } from '@mikro-orm/postgresql';
import { updatedAt } from './columns.ts';

export const features = ['custom_agents', 'agent_sharing', 'advanced_analytics', 'priority_support'] as const;
export type Feature = (typeof features)[number];

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
    suspendedAt: p.datetime().nullable(),
    /** Host under which the tenant's people reach the service. */
    domain: p.text().nullable(),
    features: p.array<Feature>().defaultRaw(`'{}'`),
    /** Only what differs from the plan's defaults; read through tenancy/limits. */
    limits: p.json<Record<string, number>>().defaultRaw(`'{}'`),
  },
});

/** A business; owns everything. */
export class Tenant extends schema.class {}
schema.setClass(Tenant);
