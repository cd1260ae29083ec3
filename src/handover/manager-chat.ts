import { threadSubject } from '../queue/contracts.ts';
import type { EventEnd, ReadEvent } from '../conversations/handle-threads.ts';
import type { Unit } from '../conversations/unit.ts';
import { Notification } from '../entities/notification.ts';
import { messageOf } from '../errors.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { replyAsManager } from './manager-acts.ts';
import { moveTarget } from './move-target.ts';

/** Whether a thread is a chat of managers, not of a contact. */
export const isManagerChat = (unit: Unit, { channelId, thread }: Pick<ReadEvent, 'channelId' | 'thread'>) =>
  unit.targets.replyThreads.has(threadSubject(channelId, thread));

/**
 * What happens in the managers' own chat: an answer to a notification goes to its customer, the rest is talk. Where the
 * chat moves, its target goes with it.
 */
export async function handleManagerChat(
  unit: Unit,
  { id, channelId, thread, content }: ReadEvent,
  keys: KeyRing,
): Promise<EventEnd> {
  const tenantId = unit.settings.tenant.id;
  const targetId = unit.targets.replyThreads.get(threadSubject(channelId, thread)) ?? null;
  const end = (status: EventEnd['status'], error: string | null = null): EventEnd => ({ id, status, error });
  if (content.type === 'migration') {
    if (targetId) await moveTarget(unit.em, keys, tenantId, targetId, content.newThread);
    return end('handled');
  }
  if (content.type !== 'message' || !content.replyToId) return end('ignored', 'talk in the chat of the managers');
  const notification = await unit.em.findOne(Notification, {
    tenantId,
    targetId,
    externalId: content.replyToId,
  });
  if (!notification) return end('ignored', 'answers something that is not a notification');
  if (content.text === '') return end('failed', 'only text can be passed on to the contact from here');
  try {
    const answer = { text: content.text, from: targetId };
    await replyAsManager(unit, notification.conversationId, { kind: 'user', id: null }, answer);
    return end('handled');
  } catch (error) {
    return end('failed', messageOf(error));
  }
}
