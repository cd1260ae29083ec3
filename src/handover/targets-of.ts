import type { MikroORM } from '@mikro-orm/postgresql';
import { NotificationTarget } from '../entities/notification-target.ts';
import type { Changes } from '../tenancy/changes.ts';
import { remember } from '../tenancy/remember.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

/** Whom a tenant wants told when a contact needs a human. */
export interface Targets {
  ids: string[];
  /** Chats in which managers answer notifications, as `<channel id>/<chat id>` -> target id. */
  replyThreads: Map<string, string>;
}

export type TargetsOf = (tenantId: string) => Promise<Targets>;

/** The tenant's active notification targets, remembered until they change. */
export function createTargetsOf(orm: MikroORM, changes: Changes): TargetsOf {
  return remember<Targets>(changes, {
    most: 20_000,
    tenantOf: (tenantId) => tenantId,
    load: (tenantId) =>
      withTenant(orm, tenantId, async (em) => {
        const targets = await em.find(NotificationTarget, { tenantId, isActive: true }, { disableIdentityMap: true });
        return {
          ids: targets.map((target) => target.id),
          replyThreads: new Map(
            targets.flatMap(({ replyThread, id }) => (replyThread ? [[replyThread, id] as const] : [])),
          ),
        };
      }),
  });
}
