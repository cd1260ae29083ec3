import { threadSubject } from '../queue/contracts.ts';
import type { EventEnd, ReadEvent } from '../conversations/handle-threads.ts';
import type { Unit } from '../conversations/unit.ts';
import { Notification } from '../entities/notification.ts';
import { messageOf } from '../errors.ts';
import { replyAsManager } from './manager-acts.ts';

/** Whether a thread is a chat of managers, not of a contact. */
export const isManagerChat = (unit: Unit, { channelId, thread }: Pick<ReadEvent, 'channelId' | 'thread'>) =>
  unit.targets.replyThreads.has(threadSubject(channelId, thread));

/** What managers write in their own chat: an answer to a notification goes to its customer, the rest is talk. */
export async function handleManagerChat(unit: Unit, { id, channelId, thread, content }: ReadEvent): Promise<EventEnd> {
  const end = (status: EventEnd['status'], error: string | null = null): EventEnd => ({ id, status, error });
  if (content.type !== 'message' || !content.replyToId) return end('ignored', 'talk in the chat of the managers');
  const notification = await unit.em.findOne(Notification, {
    tenantId: unit.settings.tenant.id,
    targetId: unit.targets.replyThreads.get(threadSubject(channelId, thread)) ?? null,
    externalId: content.replyToId,
  });
  if (!notification) return end('ignored', 'answers something that is not a notification');
  if (content.text === '') return end('failed', 'only text can be passed on to the contact from here');
  try {
    const { conversationId, targetId } = notification;
    await replyAsManager(
      unit,
      conversationId,
      { kind: 'user', id: null },
      {
        text: content.text,
        from: targetId,
      },
    );
    return end('handled');
  } catch (error) {
    return end('failed', messageOf(error));
  }
}
