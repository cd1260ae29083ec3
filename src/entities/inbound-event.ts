import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'InboundEventRow',
  tableName: 'inbound_events',
  properties: {
    ...tenantOwned,
    channelId: p.uuid(),
    seq: p.bigint('string').autoincrement(),
    externalId: p.text(),
    thread: p.text(),
    payload: p.text().nullable(),
    status: p.text().$type<'pending' | 'handled' | 'ignored' | 'failed'>().default('pending'),
    error: p.text().nullable(),
    attempts: p.integer().default(0),
    /** Of the first try that did not end well. */
    failingSince: p.datetime().nullable(),
    handledAt: p.datetime().nullable(),
    /** Not looked at before then. */
    dueAt: p.datetime().nullable(),
    /** The platform's id of the message that it was put off for. */
    waitsFor: p.text().nullable(),
  },
  filters: tenantFilter,
});

/** One event that a platform delivered, in the smallest body that can be read as it: the inbox. Handled once, kept for replay. */
export class InboundEventRow extends schema.class {}
schema.setClass(InboundEventRow);
