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

/** Where a manager wrote an answer: a target's chat, and the platform's id of the message there. */
export interface WrittenIn {
  targetId: string;
  thread: string;
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

/** Why an answer did not get through after all; `outbox/aftermath.ts` writes it. */
const Failure = z.object({
  code: z.string().nullable(),
  reason: z.string(),
  scope: z.enum(['message', 'conversation', 'channel']),
  /** Another part of the answer was sent. */
  isPartial: z.boolean(),
});
type Failure = z.infer<typeof Failure>;

const place = { thread: z.string(), messageId: z.string() };
const WithNote = z.object({
  note: z.union([z.object({ text: z.string(), ...place }), z.object({ failure: Failure, ...place })]),
});

/** What a notification says in place of a notice, if it does. `url` opens its conversation. */
export function noteOf({ notice }: Pick<Notification, 'notice'>, url: string): Note | null {
  const note = WithNote.safeParse(notice).data?.note;
  if (!note || 'text' in note) return note ?? null;
  const { failure, ...where } = note;
  return { ...where, text: `${whatFailed(failure)}\n\n${whatToDo(failure)}\n\nOpen the conversation: ${url}` };
}

const whatFailed = ({ reason, isPartial }: Failure) =>
  `${isPartial ? 'Not all of this reached' : 'This did not reach'} the customer: ${reason}.`;

/** Ours, and WhatsApp's. */
const WINDOW_CLOSED = new Set(['window_closed', '131047']);

function whatToDo({ code, scope }: Failure): string {
  if (code !== null && WINDOW_CLOSED.has(code)) {
    return 'You can answer here again as soon as the customer has written; until then, reach them another way.';
  }
  if (scope === 'conversation') {
    return 'Nothing reaches the customer on this channel before they write again; until then, reach them another way.';
  }
  if (scope === 'channel' || code === 'no_channel') {
    return 'Nothing reaches anybody on this channel until it is repaired: tell whoever looks after it, and answer again then.';
  }
  return 'If the customer still needs it, answer again.';
}
