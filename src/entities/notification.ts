import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'Notification',
  tableName: 'notifications',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    targetId: p.uuid(),
    conversationId: p.uuid(),
    handoverId: p.uuid().nullable(),
    notice: p.json<Record<string, unknown>>(),
    /** Skipped: a manager wrote before it was due. */
    status: p.text().$type<'queued' | 'sending' | 'sent' | 'failed' | 'skipped'>().default('queued'),
    attempts: p.integer().default(0),
    dueAt: p.datetime().defaultRaw('now()'),
    /** Sending: the number of the claimant who sends (`tenancy/claimants.ts`). Null: only `dueAt` tells whether somebody does. */
    claimedBy: p.integer().nullable(),
    externalId: p.text().nullable(),
    error: p.text().nullable(),
    sentAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** One message to one target about one conversation. */
export class Notification extends schema.class {}
schema.setClass(Notification);
