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
  },
  filters: tenantFilter,
});

/** Automation that answers for a tenant. Its settings may hold secrets and are sealed. */
export class Agent extends schema.class {}
schema.setClass(Agent);
