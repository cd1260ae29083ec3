import { lockConversation } from '../conversations/lock-conversation.ts';
import { callOffReminder, changeHands, type Actor } from '../conversations/ownership.ts';
import { say } from '../conversations/say.ts';
import type { Unit } from '../conversations/unit.ts';
import type { Conversation } from '../entities/conversation.ts';
import { conflict, invalidFields } from '../errors.ts';
import { awaitStatements, type AwaitedFile } from '../files/awaited-file.ts';
import { claimFiles } from '../files/claim-files.ts';
import { newId } from '../id.ts';
import { answererOf, nameOf } from './answerers.ts';
import { giveTo } from './give-to.ts';
import { backIntoQueue, endHandover } from './hand-over.ts';
import type { WrittenIn } from './note.ts';
import { lockWaiting } from './queue.ts';
import { tellGiven } from './tell-managers.ts';

interface ManagerReply {
  /** The message's, where what was written has one already. */
  id?: string;
  /** May be empty where there are files. */
  text: string;
  /** Uploaded, and not sent yet. */
  attachmentIds?: string[];
  /** To be fetched from where they were sent to us. The contact gets them before the text. */
  awaited?: AwaitedFile[];
  /** The chat of managers that it was written in: it gets the contact's next messages, and what becomes of this one. */
  from?: WrittenIn | null;
}

/**
 * Answers the contact as a manager. Whoever had the conversation, it is the manager's now. Throws 422 for a file that is
 * not there to be sent.
 */
export async function replyAsManager(
  unit: Unit,
  conversationId: string,
  actor: Actor,
  reply: ManagerReply,
): Promise<string> {
  const conversation = await lockConversation(unit.em, unit.settings.tenant.id, conversationId);
  return answerAs(unit, conversation, actor, reply);
}

/** The same in a conversation whose lock the caller holds. `reason` is why it is the manager's now. */
export async function answerAs(
  unit: Unit,
  conversation: Conversation,
  actor: Actor,
  {
    id = newId(),
    text,
    attachmentIds = [],
    awaited = [],
    from = null,
    reason = 'answered the contact',
  }: ManagerReply & { reason?: string },
): Promise<string> {
  const files = await claimFiles(unit.em, conversation.tenantId, id, attachmentIds);
  takeOver(unit, conversation, actor, reason);
  callOffReminder(conversation, unit.writes);
  conversation.relayTargetId = from?.targetId ?? null;
  conversation.answeredSeq = conversation.lastSeq;
  const metadata = from ? { writtenIn: { ...from, noteId: newId() } } : {};
  unit.writes.others.push(...awaitStatements(conversation.tenantId, id, awaited));
  return say(unit, conversation, {
    id,
    sender: { kind: 'user', id: actor.id },
    text,
    files: [...files, ...awaited.map(({ facts }) => facts)],
    filesFirst: awaited.length > 0,
    metadata,
  });
}

/** Takes a conversation. Refused when another manager has it, who is named, so that the two can talk. */
export async function takeConversation(unit: Unit, conversationId: string, actor: Actor): Promise<void> {
  const conversation = await lockConversation(unit.em, unit.settings.tenant.id, conversationId);
  const { handler, assigneeUserId: other } = conversation;
  if (handler === 'human' && other && other !== actor.id) {
    throw conflict(`the conversation is already with ${await nameOf(unit.em, other)} (${other})`);
  }
  takeOver(unit, conversation, actor, 'took the conversation');
}

/** Takes whichever waits first. Gives its handover's id, or null when nobody waits. Two people never get the same one. */
export async function takeNext(unit: Unit, actor: Actor): Promise<string | null> {
  const [next] = await lockWaiting(unit, 1, actor.id);
  if (!next) return null;
  takeOver(unit, next.conversation, actor, 'took the next one of the queue');
  return next.handoverId;
}

/** Gives a conversation to a manager of the tenant, who is told, or back to the queue. Gives whose it was. */
export async function assignConversation(
  unit: Unit,
  conversationId: string,
  actor: Actor,
  userId: string | null,
): Promise<string | null> {
  const conversation = await lockConversation(unit.em, unit.settings.tenant.id, conversationId);
  const before = conversation.assigneeUserId ?? null;
  if (userId === null) {
    backIntoQueue(unit, conversation, actor, 'given back to the queue', before);
    return before;
  }
  const answerer = await answererOf(unit.em, unit.settings.tenant.id, userId);
  if (!answerer) {
    throw invalidFields([
      { path: 'body.userId', message: 'is nobody who may answer for this tenant; see GET /presence' },
    ]);
  }
  if (before === userId) return before;
  giveTo(unit, conversation, userId, actor, `assigned to ${answerer.name}`);
  if (actor.id !== userId) tellGiven(unit, conversation, answerer, 'Somebody else has decided that.');
  return before;
}

/** Gives the conversation back to automation, which starts afresh from here. */
export async function handBack(unit: Unit, conversationId: string, actor: Actor): Promise<void> {
  const conversation = await lockConversation(unit.em, unit.settings.tenant.id, conversationId);
  changeHands(conversation, 'bot', actor, 'handed back', unit.writes);
  endHandover(unit, conversation, { returnedAt: unit.now, returnedBy: actor.id, outcome: 'handed_back' });
}

export async function closeConversation(unit: Unit, conversationId: string, actor: Actor): Promise<void> {
  const conversation = await lockConversation(unit.em, unit.settings.tenant.id, conversationId);
  changeHands(conversation, 'closed', actor, 'closed', unit.writes);
  endHandover(unit, conversation, { returnedAt: unit.now, returnedBy: actor.id, outcome: 'closed' });
}

function takeOver(unit: Unit, conversation: Conversation, actor: Actor, reason: string): void {
  if (conversation.handler === 'human' && conversation.assigneeUserId === actor.id) return;
  giveTo(unit, conversation, actor.id, actor, reason);
}
