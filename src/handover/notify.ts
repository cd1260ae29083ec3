import { raw, type EntityData, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Conversation } from '../entities/conversation.ts';
import { Handover } from '../entities/handover.ts';
import { Notification } from '../entities/notification.ts';
import { NotificationTarget } from '../entities/notification-target.ts';
import { messageOf, PermanentError, RetryAfterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Wake } from '../queue/wake.ts';
import type { SafeRequest } from '../safe-request.ts';
import { uuidList } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';
import type { Claimant, Claimants } from '../tenancy/claimants.ts';
import type { ChannelsOf } from '../tenancy/channels-of.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { nameOf } from './answerers.ts';
import { asAtFirst, withoutFirst } from './as-at-first.ts';
import { LAST, placeOf, SKIPPED } from './late-notices.ts';
import type { HandoverNotice, SmtpSettings } from './notifier.ts';
import { moveTarget } from './move-target.ts';
import { noteOf } from './note.ts';
import { notifierKind } from './notifiers/registry.ts';
import { packetOf } from './packet.ts';

export interface NotifyDeps {
  orm: MikroORM;
  claimants: Claimants;
  keys: KeyRing;
  settingsOf: SettingsOf;
  channelsOf: ChannelsOf;
  linkTo: (tenantSlug: string, conversationId: string) => string;
  request: SafeRequest;
  smtp: SmtpSettings | null;
  apiBases: Record<string, string>;
  wake: Wake;
  log: Logger;
}

/** Longer than a send and writing it down may take. */
const LEASE_MS = 60_000;
export const SEND_TIMEOUT_MS = 30_000;
const MOST_TRIES = 10;

/** Sends one notification, if it is due, or notes why not and when again. */
export async function notify(deps: NotifyDeps, tenantId: string, notificationId: string): Promise<void> {
  const by = deps.claimants.enter();
  try {
    await notifyAs(by, deps, tenantId, notificationId);
  } catch (error) {
    by?.doubt();
    throw error;
  } finally {
    by?.leave();
  }
}

async function notifyAs(
  by: Claimant | null,
  deps: NotifyDeps,
  tenantId: string,
  notificationId: string,
): Promise<void> {
  const claimed = await claim(by, deps, tenantId, notificationId);
  if (!claimed) return;
  if (claimed.type === 'early') return deps.wake('notify-manager', tenantId, notificationId, claimed.delayMs);
  const { notification, target, notice } = claimed;
  try {
    if (target.deletedAt) throw new PermanentError('this target was deleted');
    const kind = notifierKind(target.kind);
    const config = kind.config.parse(deps.keys.open(target.configSealed, sealContext(tenantId, target.id)));
    const { externalId, movedTo } = await kind.send(notice, config, {
      request: deps.request,
      smtp: deps.smtp,
      apiBases: deps.apiBases,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    const sent = { status: 'sent' as const, externalId, error: null, sentAt: new Date() };
    await end(deps, tenantId, notification, { ...sent, notice: withoutFirst(notification) });
    if (movedTo) await withTenant(deps.orm, tenantId, (em) => moveTarget(em, deps.keys, tenantId, target.id, movedTo));
  } catch (error) {
    const text = messageOf(error).slice(0, 1_000);
    const isOver = error instanceof PermanentError || notification.attempts >= MOST_TRIES;
    deps.log.warn({ tenantId, notificationId, kind: target.kind, isOver, error: text }, 'notification.not_sent');
    if (isOver) return end(deps, tenantId, notification, { status: 'failed', error: text });
    const delayMs =
      error instanceof RetryAfterError
        ? error.delayMs
        : 1_000 * 2 ** notification.attempts * (0.7 + Math.random() * 0.6);
    await end(deps, tenantId, notification, { status: 'queued', error: text, dueAt: fromNow(delayMs) });
    deps.wake('notify-manager', tenantId, notificationId, Math.round(delayMs) + 20);
  }
}

function end(
  deps: NotifyDeps,
  tenantId: string,
  { id, attempts }: Notification,
  set: EntityData<Notification>,
): Promise<void> {
  return withTenant(deps.orm, tenantId, async (em) => {
    // The number of tries is the fence: a sender whose lease ran out changes nothing any more.
    await em.nativeUpdate(Notification, { tenantId, id, status: 'sending', attempts }, set);
  });
}

async function claim(by: Claimant | null, deps: NotifyDeps, tenantId: string, id: string) {
  const [settings, channels] = await Promise.all([deps.settingsOf(tenantId), deps.channelsOf(tenantId)]);
  return withTenant(deps.orm, tenantId, async (em) => {
    const found = await em.findOne(Notification, { tenantId, id }, { disableIdentityMap: true });
    if (!found) return null;
    // The conversation first, as everywhere: locks taken in one order cannot deadlock. To change a notification twice, or
    // the handover after it, takes this lock anyway.
    await runBound(em, [
      'select from conversations where tenant_id = ? and id = ? for key share',
      [tenantId, found.conversationId],
    ]);
    const place = await placeOf(em, found);
    if (place === 'skipped') {
      await em.nativeUpdate(Notification, { tenantId, id, status: 'queued' }, { status: 'skipped', error: SKIPPED });
      return null;
    }
    const [taken] = await runBound(em, [
      `update notifications
       set status = 'sending', attempts = attempts + 1, claimed_by = ?, due_at = now() + make_interval(secs => ?)
       where tenant_id = ? and id = ? and status in ('queued', 'sending') and due_at <= now() returning attempts`,
      [by?.number ?? null, LEASE_MS / 1000, tenantId, id],
    ]);
    if (!taken) return found.status === 'queued' ? await early(em, tenantId, id) : null;
    found.attempts = z.int().parse(taken['attempts']);
    const target = await em.findOneOrFail(NotificationTarget, { tenantId, id: found.targetId });
    const conversation = await em.findOneOrFail(Conversation, { tenantId, id: found.conversationId });
    const handover = found.handoverId && (await em.findOne(Handover, { tenantId, id: found.handoverId }));
    const channel = channels.get(conversation.channelId)?.name ?? 'a channel';
    const why = typeof found.notice['reason'] === 'string' ? found.notice['reason'] : 'A customer needs you.';
    const assignee = conversation.assigneeUserId ?? null;
    const url = deps.linkTo(settings.tenant.slug, conversation.id);
    const note = noteOf(found, url);
    const notice: HandoverNotice = {
      id,
      tenant: { slug: settings.tenant.slug, name: settings.tenant.name },
      reason: place === 'last' ? `${why}; ${LAST}` : why,
      ...(await packetOf(em, conversation, handover || null, channel)),
      assignedTo: assignee === null ? null : { userId: assignee, name: await nameOf(em, assignee) },
      url,
      createdAt: found.createdAt.toISOString(),
      ...(note && { note }),
    };
    if (handover) await em.nativeUpdate(Handover, { tenantId, id: handover.id }, { packet: { ...notice } });
    const asFirst = await asAtFirst(em, found, target.kind, notice);
    return { type: 'claimed' as const, notification: found, target, notice: asFirst };
  });
}

/** Whoever looked before it was due looks again when it is. */
async function early(em: EntityManager, tenantId: string, id: string) {
  const [row] = await runBound(em, [
    `select extract(epoch from due_at - now())::float8 * 1000 as delay from notifications
     where tenant_id = ? and id = ? and status = 'queued'`,
    [tenantId, id],
  ]);
  return row ? { type: 'early' as const, delayMs: Math.max(0, z.number().parse(row['delay'])) } : null;
}

/** By the database's clock, as all that tells whether a notification is due. */
const fromNow = (ms: number) => raw('now() + make_interval(secs => ?)', [ms / 1000]);

/** Up to `most` notifications of a tenant that can be sent now, the longest due first, without those that `except` names. */
export function nextNotifications(orm: MikroORM, tenantId: string, most: number, except: string[]): Promise<string[]> {
  return withTenant(orm, tenantId, async (em) => {
    const rows = await runBound(em, [NEXT_NOTIFICATIONS, [tenantId, uuidList(except), most]]);
    return rows.map((row) => z.uuid().parse(row['id']));
  });
}

/** Exported for the test of its plan. */
export const NEXT_NOTIFICATIONS = `select id from notifications
  where tenant_id = ? and status in ('queued', 'sending') and due_at <= now() and id <> all (?::uuid[])
  order by due_at limit ?`;
