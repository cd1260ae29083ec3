import type { EntityManager } from '@mikro-orm/postgresql';
import { idOfActor, type TenantActor } from './auth/actor.ts';
import { AuditEntry } from './entities/audit-entry.ts';
import { newId } from './id.ts';

/** Whoever runs the service, at its command line. */
interface Operator {
  kind: 'system';
  tenantId: string;
}

export interface Deed<Who extends TenantActor | Operator = TenantActor | Operator> {
  actor: Who;
  ip: string | null;
  requestId: string | null;
}

/** For what the command line does. */
export const byOperator = (tenantId: string): Deed => ({
  actor: { kind: 'system', tenantId },
  ip: null,
  requestId: null,
});

/** Writes down who did what, in the transaction in which it is done. Never secrets, never what customers said. */
export async function audit(
  em: EntityManager,
  { actor, ip, requestId }: Deed,
  action: string,
  subject: string | null,
  changes: Record<string, unknown> = {},
): Promise<void> {
  await em.insert(AuditEntry, {
    tenantId: actor.tenantId,
    id: newId(),
    actorKind: actor.kind,
    actor: actor.kind === 'system' ? null : idOfActor(actor),
    action,
    subject,
    changes,
    ip,
    requestId,
  });
}
