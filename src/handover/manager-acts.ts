import { LockMode } from '@mikro-orm/postgresql';
import { callOffReminder, changeHands, system, type Actor } from '../conversations/ownership.ts';
import { say } from '../conversations/say.ts';
import type { Unit } from '../conversations/unit.ts';
import { Conversation } from '../entities/conversation.ts';
import { Handover } from '../entities/handover.ts';
import { Message } from '../entities/message.ts';
import { conflict, notFound } from '../errors.ts';
import { spokenLanguage } from '../language/spoken.ts';
import { say as phrase } from '../language/replies.ts';
import { endHandover, goOnWithoutHuman, queueForManager } from './hand-over.ts';

/**
 * Answers the contact as a manager. Whoever had the conversation, it is the manager's now. `from` is the chat of
 * managers that it was written in, which gets the contact's next messages.
 */
export async function replyAsManager(
  unit: Unit,
  conversationId: string,
  actor: Actor,
  text: string,
  from: string | null = null,
): Promise<string> {
  const conversation = await lock(unit, conversationId);
  takeOver(unit, conversation, actor, 'answered the contact');
  callOffReminder(conversation, unit.writes);
  conversation.relayTargetId = from;
  conversation.answeredSeq = conversation.lastSeq;
  return say(unit, conversation, { sender: { kind: 'user', id: actor.id }, text });
}

/** Takes a conversation. Refused when another manager has it: he is named by id, so that the two can talk. */
export async function takeConversation(unit: Unit, conversationId: string, actor: Actor): Promise<void> {
  const conversation = await lock(unit, conversationId);
  if (conversation.handler === 'human' && conversation.assigneeUserId && conversation.assigneeUserId !== actor.id) {
    throw conflict(`the conversation is already with manager ${conversation.assigneeUserId}`);
  }
  takeOver(unit, conversation, actor, 'took the conversation');
}

/** Gives the conversation back to automation, which starts afresh from here. */
export async function handBack(unit: Unit, conversationId: string, actor: Actor): Promise<void> {
  const conversation = await lock(unit, conversationId);
  changeHands(conversation, 'bot', actor, 'handed back', unit.writes);
  endHandover(unit, conversation, { returnedAt: unit.now, returnedBy: actor.id, outcome: 'handed_back' });
}

export async function closeConversation(unit: Unit, conversationId: string, actor: Actor): Promise<void> {
  const conversation = await lock(unit, conversationId);
  changeHands(conversation, 'closed', actor, 'closed', unit.writes);
  endHandover(unit, conversation, { returnedAt: unit.now, returnedBy: actor.id, outcome: 'closed' });
}

/** A handover's time has come: the contact stayed silent on our offer, or no manager came. */
export async function watchHandover(unit: Unit, handoverId: string): Promise<void> {
  const { em, settings, now, writes } = unit;
  const tenantId = settings.tenant.id;
  const find = () => em.findOne(Handover, { tenantId, id: handoverId }, { disableIdentityMap: true });
  const seen = await find();
  if (!seen || !isDue(seen, now)) return;
  const conversation = await lock(unit, seen.conversationId);
  // Looked at again under the lock: whoever had it before may have done this, and set another time.
  const handover = await find();
  if (!handover || !isDue(handover, now) || conversation.openHandoverId !== handover.id) return;
  const language = await languageOf(unit, conversation);
  if (conversation.handler === 'awaiting_consent') {
    const reason = 'the contact did not say whether a human is wanted';
    if (settings.thresholds.consent_silence === 'handover') {
      queueForManager(unit, conversation, { category: 'missing_knowledge', text: null, reason, language });
    } else {
      declineQuietly(unit, conversation, reason);
    }
  } else if (conversation.handler === 'queued') {
    if (settings.thresholds.nobody_there === 'return') {
      changeHands(conversation, 'bot', system, 'no manager came within queue_timeout', writes);
      endHandover(unit, conversation, { outcome: 'nobody_there' });
    } else {
      writes.handoverChanges.push({ id: handover.id, set: { timeoutAt: null } });
    }
    // Said under the new epoch, or it would be withheld as the words of the old one.
    say(unit, conversation, { sender: { kind: 'system', id: null }, text: phrase('nobodyAvailable', language) });
  }
}

const isDue = ({ outcome, timeoutAt }: Handover, now: Date): boolean =>
  !outcome && timeoutAt !== null && timeoutAt !== undefined && timeoutAt <= now;

/** What the contact spoke last is what they are answered in, also when it is the clock that makes us speak. */
async function languageOf({ em, settings }: Unit, { tenantId, id, language }: Conversation): Promise<string> {
  const last = await em.findOne(
    Message,
    { tenantId, conversationId: id, direction: 'in', content: { $ne: '' } },
    { orderBy: { seq: 'desc' }, disableIdentityMap: true },
  );
  return spokenLanguage(settings, language ?? null, last?.content ?? '');
}

/** After a silence nothing is said: the contact may have left hours ago. */
function declineQuietly(unit: Unit, conversation: Conversation, reason: string): void {
  changeHands(conversation, 'bot', system, reason, unit.writes);
  endHandover(unit, conversation, { outcome: 'no_answer' });
  goOnWithoutHuman(unit, conversation);
}

function takeOver(unit: Unit, conversation: Conversation, actor: Actor, reason: string): void {
  if (conversation.handler === 'human' && conversation.assigneeUserId === actor.id) return;
  changeHands(conversation, 'human', actor, reason, unit.writes);
  if (conversation.openHandoverId) {
    const set = { acceptedAt: unit.now, acceptedBy: actor.id, timeoutAt: null };
    unit.writes.handoverChanges.push({ id: conversation.openHandoverId, set });
  }
}

async function lock({ em, settings }: Unit, conversationId: string): Promise<Conversation> {
  const conversation = await em.findOne(
    Conversation,
    { tenantId: settings.tenant.id, id: conversationId },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  return conversation ?? fail();
}

function fail(): never {
  throw notFound('there is no such conversation');
}
