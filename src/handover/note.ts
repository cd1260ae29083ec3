import { z } from 'zod';
import type { ReadEvent } from '../conversations/handle-threads.ts';
import type { Unit } from '../conversations/unit.ts';
import { Notification } from '../entities/notification.ts';
import type { Note } from './notifier.ts';

interface NewNote {
  /** The same when the same has to be said again: it is said once. */
  id: string;
  /** The notification that was answered. */
  answered: Pick<Notification, 'tenantId' | 'targetId' | 'conversationId'>;
  /** Why nothing was sent, and what to do. */
  why: string;
  messageId: string;
}

/** Tells a manager, under what that one wrote, that it did not go to the contact. It is sent as every notification is. */
export async function tellWhyNot(
  unit: Unit,
  { thread }: Pick<ReadEvent, 'thread'>,
  { id, answered, why, messageId }: NewNote,
): Promise<void> {
  const { em, writes } = unit;
  const { tenantId, targetId, conversationId } = answered;
  const isSaid = writes.notifications.some((one) => one.id === id) || (await em.count(Notification, { tenantId, id }));
  if (isSaid) return;
  const text = `Nothing was sent to the customer: ${why}.\n\nOpen the conversation: ${unit.linkTo(conversationId)}`;
  const note: Note = { text, thread, messageId };
  writes.notifications.push({ tenantId, id, targetId, conversationId, notice: { note } });
  writes.wakes.push(['notify-manager', tenantId, id, 0]);
}

const WithNote = z.object({ note: z.object({ text: z.string(), thread: z.string(), messageId: z.string() }) });

/** What a notification says in place of a notice, if it does. */
export const noteOf = ({ notice }: Pick<Notification, 'notice'>): Note | null =>
  WithNote.safeParse(notice).data?.note ?? null;
