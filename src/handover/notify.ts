import type { MikroORM } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { Handover } from '../entities/handover.ts';
import { Notification } from '../entities/notification.ts';
import { NotificationTarget } from '../entities/notification-target.ts';
import { messageOf, PermanentError, RetryAfterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Wake } from '../queue/wake.ts';
import type { SafeRequest } from '../safe-request.ts';
import type { ChannelsOf } from '../tenancy/channels-of.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { nameOf } from './answerers.ts';
import { asAtFirst, withoutFirst } from './as-at-first.ts';
import type { HandoverNotice, SmtpSettings } from './notifier.ts';
import { moveTarget } from './move-target.ts';
import { noteOf } from './note.ts';
import { notifierKind } from './notifiers/registry.ts';
import { packetOf } from './packet.ts';

export interface NotifyDeps {
  orm: MikroORM;
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

const LEASE_MS = 60_000;
const SEND_TIMEOUT_MS = 30_000;
const MOST_TRIES = 10;

/** Sends one notification, or notes why not and when again. A target that is slow or broken delays no other. */
export async function notify(deps: NotifyDeps, tenantId: string, notificationId: string): Promise<void> {
  const claimed = await claim(deps, tenantId, notificationId);
  if (!claimed) return;
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
    const dueAt = new Date(Date.now() + delayMs);
    await end(deps, tenantId, notification, { status: 'queued', error: text, dueAt });
    deps.wake('notify-manager', tenantId, notificationId, Math.round(delayMs) + 20);
  }
}

function end(
  deps: NotifyDeps,
  tenantId: string,
  { id, attempts }: Notification,
  set: Partial<Notification>,
): Promise<void> {
  return withTenant(deps.orm, tenantId, async (em) => {
    // The number of tries is the fence: a sender whose lease ran out changes nothing any more.
    await em.nativeUpdate(Notification, { tenantId, id, status: 'sending', attempts }, set);
  });
}

async function claim(deps: NotifyDeps, tenantId: string, id: string) {
  const [settings, channels] = await Promise.all([deps.settingsOf(tenantId), deps.channelsOf(tenantId)]);
  return withTenant(deps.orm, tenantId, async (em) => {
    const now = new Date();
    const found = await em.findOne(Notification, { tenantId, id }, { disableIdentityMap: true });
    if (!found) return null;
    const taken = await em.nativeUpdate(
      Notification,
      { tenantId, id, status: { $in: ['queued', 'sending'] }, dueAt: { $lte: now }, attempts: found.attempts },
      { status: 'sending', attempts: found.attempts + 1, dueAt: new Date(now.getTime() + LEASE_MS) },
    );
    if (taken === 0) return null;
    found.attempts += 1;
    const target = await em.findOneOrFail(NotificationTarget, { tenantId, id: found.targetId });
    const conversation = await em.findOneOrFail(Conversation, { tenantId, id: found.conversationId });
    const handover = found.handoverId && (await em.findOne(Handover, { tenantId, id: found.handoverId }));
    const channel = channels.get(conversation.channelId)?.name ?? 'a channel';
    const reason = typeof found.notice['reason'] === 'string' ? found.notice['reason'] : 'A customer needs you.';
    const assignee = conversation.assigneeUserId ?? null;
    const note = noteOf(found);
    const notice: HandoverNotice = {
      id,
      tenant: { slug: settings.tenant.slug, name: settings.tenant.name },
      reason,
      ...(await packetOf(em, conversation, handover || null, channel)),
      assignedTo: assignee === null ? null : { userId: assignee, name: await nameOf(em, assignee) },
      url: deps.linkTo(settings.tenant.slug, conversation.id),
      createdAt: found.createdAt.toISOString(),
      ...(note && { note }),
    };
    if (handover) await em.nativeUpdate(Handover, { tenantId, id: handover.id }, { packet: { ...notice } });
    return { notification: found, target, notice: await asAtFirst(em, found, target.kind, notice) };
  });
}
