import type { EventEnd, ReadEvent } from '../conversations/handle-threads.ts';
import type { Unit } from '../conversations/unit.ts';
import { Message } from '../entities/message.ts';
import { Notification } from '../entities/notification.ts';
import { AppError } from '../errors.ts';
import { idFrom } from '../id.ts';
import { threadSubject } from '../queue/contracts.ts';
import { toAwait } from '../files/awaited-file.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { replyAsManager } from './manager-acts.ts';
import { moveTarget } from './move-target.ts';
import { withoutTopic } from './targets-of.ts';
import { tellWhyNot, type WrittenIn } from './note.ts';

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
  const { id, channelId, thread, content } = event;
  const tenantId = unit.settings.tenant.id;
  const targetId = targetOf(unit, event) ?? null;
  const end = (status: EventEnd['status'], error: string | null = null): EventEnd => ({ id, status, error });
  if (content.type === 'migration') {
    if (targetId) await moveTarget(unit.em, keys, tenantId, targetId, content.newThread);
    return end('handled');
  }
  if ((content.type !== 'message' && content.type !== 'anonymous') || !content.replyToId) {
    return end('ignored', 'talk in the chat of the managers');
  }
  const answered = await unit.em.findOne(Notification, { tenantId, targetId, externalId: content.replyToId });
  if (!answered) return end('ignored', 'answers something that is not a notification');
  const { messageId } = content;
  // Of the message, not of the event: Telegram may bring a message again as another update.
  const messageKey = idFrom(threadSubject(channelId, messageId), content.sentAt);
  if (await isPassedOn(unit, messageKey)) return end('ignored', 'this answer was passed on before, as another event');
  const from = { targetId: answered.targetId, thread, messageId };
  const why = await passOn(unit, { id: messageKey, channelId, from, conversationId: answered.conversationId }, content);
  if (why === null) return end('handled');
  await tellWhyNot(unit, { thread }, { id: messageKey, answered, why, messageId });
  return end('failed', why);
}

async function isPassedOn({ em, settings, writes }: Unit, id: string): Promise<boolean> {
  if (writes.messages.some((message) => message.id === id)) return true;
  return (await em.count(Message, { tenantId: settings.tenant.id, id })) > 0;
}

interface Way {
  id: string;
  channelId: string;
  from: WrittenIn;
  conversationId: string;
}

/** Sends the answer to the contact. Otherwise gives why not, and what the manager can do. */
async function passOn(
  unit: Unit,
  { id, channelId, from, conversationId }: Way,
  content: Answer,
): Promise<string | null> {
  if (content.type === 'anonymous') return ANONYMOUS;
  const { text, attachments } = content;
  const awaited = attachments.flatMap((one) => toAwait(channelId, one) ?? []);
  if (awaited.length < attachments.length) return NO_FILE;
  try {
    await replyAsManager(unit, conversationId, { kind: 'user', id: null }, { id, text, awaited, from });
    return null;
  } catch (error) {
    // Anything else may have broken the transaction, and is tried again.
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

type Answer = Extract<ReadEvent['content'], { type: 'message' | 'anonymous' }>;

const ANONYMOUS =
  'you write in the name of a group or channel, and only a person can answer; turn off "Remain anonymous" in your ' +
  'administrator rights, or write as yourself, and answer again';
const NO_FILE =
  'only words, pictures, videos, sound and files can be passed on from this chat; answer with one of these, or open the ' +
  'conversation';
