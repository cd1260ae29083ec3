import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'TenantSettings',
  tableName: 'tenant_settings',
  properties: {
    tenantId: p.uuid().primary(),
    id: p.uuid().defaultRaw('gen_random_uuid()'),
    createdAt: p.datetime().defaultRaw('now()'),
    ...updatedAt,
    systemMessage: p.text().default(''),
    handoverMode: p.text().$type<'ask' | 'immediate'>().default('ask'),
    /** Said at handover instead of our own words. */
    handoverMessage: p.text().nullable(),
    language: p.text().default('en'),
    /** Only what differs from the defaults; read through tenancy/settings. */
    thresholds: p.json<Record<string, unknown>>(),
    /** Besides `language`: what contacts may be answered in. */
    languages: p.array<string>().defaultRaw(`'{}'`),
    businessHours: p.json<Record<string, unknown>>().nullable(),
    /** Whether who waits is given to a manager who is there and has room. */
    autoAssign: p.boolean().default(false),
    /** Conversations that a manager may have at the same time. */
    defaultCapacity: p.integer().default(5),
    agentId: p.uuid().nullable(),
    settingsVersion: p.integer().default(1),
    /** Counted up by the database whenever business hours or `queue_timeout` change. */
    clockVersion: p.integer().default(1),
  },
  filters: tenantFilter,
});

/** How automation behaves for a tenant. */
export class TenantSettings extends schema.class {}
schema.setClass(TenantSettings);
