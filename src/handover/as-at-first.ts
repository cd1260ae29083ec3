import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Notification } from '../entities/notification.ts';
import type { HandoverNotice } from './notifier.ts';
import { notifierKind } from './notifiers/registry.ts';

// Looked at no closer: it is ours, and a schema would put its fields in another order.
const Told = z.object({
  first: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.custom<HandoverNotice>()),
});

/**
 * The notice as it was put together for the first try, byte by byte, where its receiver drops what comes again under the
 * same id; otherwise as things stand. It is kept with the notification until that is sent, as text: a JSON column forgets
 * the order.
 */
export async function asAtFirst(
  em: EntityManager,
  notification: Notification,
  kind: string,
  notice: HandoverNotice,
): Promise<HandoverNotice> {
  if (!notifierKind(kind).repeatsItself) return notice;
  const told = Told.safeParse(notification.notice).data?.first;
  if (told) return told;
  const { tenantId, id } = notification;
  notification.notice = { ...notification.notice, first: JSON.stringify(notice) };
  await em.nativeUpdate(Notification, { tenantId, id }, { notice: notification.notice });
  return notice;
}

/** What is left of a notice that was sent: a contact's words are kept no longer than they are needed. */
export const withoutFirst = ({ notice: { first: _first, ...rest } }: Pick<Notification, 'notice'>) => rest;
