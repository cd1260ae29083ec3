import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'Agent',
  tableName: 'agents',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    name: p.text(),
    kind: p.text(),
    settingsSealed: p.blob(),
    /** The channel through which late answers come back. */
    channelId: p.uuid().nullable(),
    isActive: p.boolean().default(true),
    ownerUserId: p.uuid().nullable(),
    agentType: p.text().default('customer_service'),
    systemPrompt: p.text().default(''),
    /** Seen by everybody of the tenant, not by its owner alone. */
    isPublic: p.boolean().default(false),
    status: p.text().$type<'draft' | 'active' | 'paused'>().default('active'),
  },
  filters: tenantFilter,
});

/** Automation that answers for a tenant. Its settings may hold secrets and are sealed. */
export class Agent extends schema.class {}
schema.setClass(Agent);
