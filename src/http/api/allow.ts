import type { Actor } from '../../auth/actor.ts';
import { can } from '../../auth/actor.ts';
import { AppError, forbidden, unauthorized } from '../../errors.ts';
import type { Operation } from './operation.ts';

/** Throws 401 or 403 unless this actor may ask for the operation, 400 when it does not say for which tenant. */
export function allow(operation: Operation, actor: Actor | null): asserts actor is Actor {
  if (!actor) throw unauthorized('log in, or send an API key as "Authorization: Bearer fd_…"');
  if (operation.access === 'platform') {
    if (actor.kind !== 'user' || !actor.isSystemAdmin) throw forbidden('only a system admin may do this');
  } else if (operation.access === 'person') {
    if (actor.kind !== 'user') throw forbidden('only a person who has logged in may do this, not an API key');
  } else if (operation.access === 'tenant') {
    if (!actor.tenantId) {
      throw new AppError(
        400,
        'tenant_missing',
        'say which tenant you mean: send its slug or id as X-Frontdesk-Tenant. GET /api/v1/me lists yours',
      );
    }
    if (actor.isTenantSuspended && operation.method !== 'get') {
      throw new AppError(
        403,
        'tenant_suspended',
        'this tenant is suspended: nothing can be changed until it is active again',
      );
    }
    if (!can(actor, operation.permission)) {
      throw new AppError(403, 'forbidden', `this needs the permission ${operation.permission}, which you do not have`);
    }
  }
}
