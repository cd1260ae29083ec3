import type { MikroORM } from '@mikro-orm/postgresql';
import { NotificationTarget } from '../entities/notification-target.ts';
import type { Changes } from '../tenancy/changes.ts';
import { remember } from '../tenancy/remember.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

/** Whom a tenant wants told when a contact needs a human. */
export interface Targets {
  ids: string[];
  /** Threads in which managers answer notifications, as `<channel id>/<thread>` -> target id. */
  replyThreads: Map<string, string>;
  /** The same by the chat without its topic: members see all topics of a group, so it is the managers' as a whole. */
  replyChats: Map<string, string>;
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
        const replies = targets.flatMap(({ replyThread, id }) => (replyThread ? [[replyThread, id] as const] : []));
        return {
          ids: targets.map((target) => target.id),
          replyThreads: new Map(replies),
          replyChats: new Map(replies.map(([thread, id]) => [withoutTopic(thread), id])),
        };
      }),
  });
}

/** A subject of a thread, without the topic in a forum: `<channel id>/<chat>` of `<channel id>/<chat>:<topic>`. */
export const withoutTopic = (subject: string) => subject.replace(/:\d+$/, '');
