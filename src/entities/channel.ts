import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

const schema = defineEntity({
  name: 'Channel',
  tableName: 'channels',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    kind: p.text(),
    name: p.text(),
    configSealed: p.blob(),
    status: p.text().$type<'active' | 'disabled'>().default('active'),
    /** What its platform says when it is asked. A message that went out makes `unknown` ok, and changes nothing else. */
    health: p.text().$type<'unknown' | 'ok' | 'broken'>().default('unknown'),
    healthReason: p.text().nullable(),
    healthAt: p.datetime().nullable(),
    /** Why messages do not get through, which only messages can tell; null once one has. */
    sendFault: p.text().nullable(),
    sendFaultAt: p.datetime().nullable(),
    pausedUntil: p.datetime().nullable(),
    /** What it was before the last rotation of its secrets, believed until then. */
    previousConfigSealed: p.blob().nullable(),
    previousUntil: p.datetime().nullable(),
    /** When its platform was last asked after it. */
    checkedAt: p.datetime().nullable(),
    /** When managers were told that it is broken; null once it is well. */
    brokenToldAt: p.datetime().nullable(),
    lastEventAt: p.datetime().nullable(),
    disconnectedAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** One connected account of a tenant on a platform. Its secrets are sealed; see tenancy/secrets. */
export class Channel extends schema.class {}
schema.setClass(Channel);
