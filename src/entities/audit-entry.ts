import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_log',
  properties: {
    ...tenantOwned,
    actorKind: p.text().$type<'user' | 'key' | 'system'>(),
    /** Id of the person or key. */
    actor: p.text().nullable(),
    /** As in `faq.update`. */
    action: p.text(),
    /** Id of what it was done to. */
    subject: p.text().nullable(),
    changes: p.json<Record<string, unknown>>(),
    ip: p.text().nullable(),
    requestId: p.text().nullable(),
  },
  filters: tenantFilter,
});

/** Somebody changed something of a tenant. Never changed or deleted by the service. */
export class AuditEntry extends schema.class {}
schema.setClass(AuditEntry);
