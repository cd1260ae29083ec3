import { threadSubject } from '../queue/contracts.ts';
import type { EventEnd, ReadEvent } from '../conversations/handle-threads.ts';
import type { Unit } from '../conversations/unit.ts';
import { Notification } from '../entities/notification.ts';
import { messageOf } from '../errors.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { replyAsManager } from './manager-acts.ts';
import { moveTarget } from './move-target.ts';
import { withoutTopic } from './targets-of.ts';

/** Whether a thread is a chat of managers, or a topic in it, not of a contact. */
export const isManagerChat = (unit: Unit, event: Pick<ReadEvent, 'channelId' | 'thread'>) =>
  unit.targets.replyThreads.size > 0 && targetOf(unit, event) !== undefined;

function targetOf({ targets }: Unit, { channelId, thread }: Pick<ReadEvent, 'channelId' | 'thread'>) {
  const subject = threadSubject(channelId, thread);
  return targets.replyThreads.get(subject) ?? targets.replyChats.get(withoutTopic(subject));
}

/**
 * What happens in the managers' own chat: an answer to a notification goes to its customer, the rest is talk. Where the
 * chat moves, its target goes with it.
 */
export async function handleManagerChat(unit: Unit, event: ReadEvent, keys: KeyRing): Promise<EventEnd> {
  const { id, content } = event;
  const tenantId = unit.settings.tenant.id;
  const targetId = targetOf(unit, event) ?? null;
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
