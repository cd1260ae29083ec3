import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'Handover',
  tableName: 'handovers',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    conversationId: p.uuid(),
    reasonCategory: p.text(),
    reasonText: p.text(),
    mode: p.text().$type<'ask' | 'immediate' | 'manual'>(),
    consent: p.text().$type<'none' | 'yes' | 'no'>().default('none'),
    askedAt: p.datetime().nullable(),
    queuedAt: p.datetime().nullable(),
    timeoutAt: p.datetime().nullable(),
    /** From when on `queue_timeout` counts. */
    patienceFrom: p.datetime().nullable(),
    /** By which `clockVersion` of the settings it was timed. */
    clockVersion: p.integer().default(1),
    acceptedAt: p.datetime().nullable(),
    acceptedBy: p.uuid().nullable(),
    returnedAt: p.datetime().nullable(),
    /** Who gave it back, to automation or to the queue; automatic assignment does not give it to the same person. */
    returnedBy: p.uuid().nullable(),
    packet: p.json<Record<string, unknown>>(),
    outcome: p.text().nullable(),
    /** The contact was told that nobody is free. Told once. */
    apologizedAt: p.datetime().nullable(),
    /** When, as the contact was told, somebody will be there again. Told once. */
    toldUntil: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** A conversation's way to a manager and back, with the packet the manager was given. */
export class Handover extends schema.class {}
schema.setClass(Handover);
