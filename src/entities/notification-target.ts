import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'NotificationTarget',
  tableName: 'notification_targets',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    kind: p.text(),
    name: p.text(),
    configSealed: p.blob(),
    /** The Telegram chat whose replies are managers' answers: '<channel id>:<chat id>'. */
    replyThread: p.text().nullable(),
    isActive: p.boolean().default(true),
    /** Then its secrets are gone, and it is never active again. */
    deletedAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** Where a tenant's managers are told that somebody needs them. */
export class NotificationTarget extends schema.class {}
schema.setClass(NotificationTarget);
