import type { Conversation } from '../entities/conversation.ts';
import { newId } from '../id.ts';
import { say as phrase } from '../language/replies.ts';
import type { Outcome, ReasonCategory } from '../conversations/decide.ts';
import { changeHands, system, type Actor } from '../conversations/ownership.ts';
import { say } from '../conversations/say.ts';
import type { Turn } from '../conversations/take-turn.ts';
import type { Unit } from '../conversations/unit.ts';
import type { HandoverChange, NewHandover } from '../conversations/writes.ts';

const SYSTEM = { kind: 'system', id: null } as const;
const CONTACT: Actor = { kind: 'contact', id: null };

/** Asks the contact whether a human should take over; once more in other words when the first was not understood. */
export function offerHuman(
  unit: Unit,
  conversation: Conversation,
  turn: Turn,
  { category, isAgain }: Extract<Outcome, { type: 'offer_human' }>,
  reason: string,
): string {
  const { now, settings } = unit;
  if (!isAgain) {
    changeHands(conversation, 'awaiting_consent', system, reason, unit.writes);
    openHandover(unit, conversation, settings.thresholds.consent_timeout, {
      reasonCategory: category,
      reasonText: reason,
      mode: 'ask',
      askedAt: now,
    });
  }
  conversation.consentAskedAt = now;
  conversation.consentAskedCount += 1;
  conversation.botReplyCount += 1;
  const { language } = turn;
  return say(unit, conversation, {
    sender: SYSTEM,
    text: phrase(isAgain ? 'askHandoverAgain' : 'askHandover', language),
    quickReplies: [phrase('yes', language), phrase('no', language)],
  });
}

/** Automation goes on, and does not offer a human again for a while. */
export function declineHuman(unit: Unit, conversation: Conversation, language: string, reason: string): string {
  changeHands(conversation, 'bot', CONTACT, reason, unit.writes);
  endHandover(unit, conversation, { consent: 'no', outcome: 'declined' });
  goOnWithoutHuman(unit, conversation);
  return say(unit, conversation, { sender: SYSTEM, text: phrase('continueWithBot', language) });
}

/** The offer was not taken: what led to it is counted afresh, or the next question would meet the same offer. */
export function goOnWithoutHuman({ settings }: Unit, conversation: Conversation): void {
  conversation.consentQuietTurns = settings.thresholds.consent_quiet_turns;
  conversation.missedCount = 0;
  conversation.botReplyCount = 0;
}

interface Request {
  category: ReasonCategory;
  /** Said to the contact instead of the tenant's or our own words. */
  text: string | null;
  reason: string;
  language: string;
}

/** Puts the conversation into the tenant's queue, tells the contact, and tells every manager who wants to be told. */
export function queueForManager(
  unit: Unit,
  conversation: Conversation,
  { category, text, reason, language }: Request,
): string {
  const { now, settings, writes } = unit;
  const wasAsked = conversation.handler === 'awaiting_consent';
  changeHands(conversation, 'queued', wasAsked || category === 'customer_request' ? CONTACT : system, reason, writes);
  if (wasAsked && conversation.openHandoverId) {
    const timeoutAt = inSeconds(now, settings.thresholds.queue_timeout);
    writes.handoverChanges.push({ id: conversation.openHandoverId, set: { consent: 'yes', queuedAt: now, timeoutAt } });
    watch(unit, conversation.openHandoverId, settings.thresholds.queue_timeout);
  } else {
    openHandover(unit, conversation, settings.thresholds.queue_timeout, {
      reasonCategory: category,
      reasonText: reason,
      mode: 'immediate',
      queuedAt: now,
    });
  }
  const words = text ?? settings.handoverMessage ?? phrase('handedOver', language);
  const messageId = say(unit, conversation, { sender: SYSTEM, text: words });
  notify(unit, conversation, unit.targets.ids, { reason, isFirst: true });
  return messageId;
}

/** The way to a manager ends: given back, closed, declined or given up. */
export function endHandover(unit: Unit, conversation: Conversation, end: HandoverChange): void {
  if (!conversation.openHandoverId) return;
  unit.writes.handoverChanges.push({ id: conversation.openHandoverId, set: { ...end, timeoutAt: null } });
  conversation.openHandoverId = null;
}

/**
 * The contact wrote again while a manager has, or should have, the conversation. A chat in which managers answer gets
 * every message while nobody has it, and while it is answered from there. All others are told when a message has waited
 * for an answer: whoever is answering in the desk sees it anyway.
 */
export function notifyAgain(unit: Unit, conversation: Conversation, turn: Turn): void {
  const { now, settings, targets } = unit;
  const chats = new Set(targets.replyThreads.values());
  const isListening = (id: string) =>
    conversation.handler === 'queued' ? chats.has(id) : id === conversation.relayTargetId;
  const words = turn.text === '' ? 'The customer sent something.' : 'The customer wrote again.';
  notify(unit, conversation, targets.ids.filter(isListening), { reason: words, isFirst: false });

  // The reminder that is on its way speaks for this message as well.
  if (conversation.remindAt && conversation.remindAt > now) return;
  const others = targets.ids.filter((id) => !isListening(id));
  if (others.length === 0) return;
  const afterSeconds = settings.thresholds.notify_again_after;
  conversation.remindAt = inSeconds(now, afterSeconds);
  notify(unit, conversation, others, { reason: 'The customer waits for an answer.', isFirst: false }, afterSeconds);
}

/** One notification per target. What it says is put together when it is sent, from the rows as they then are. */
function notify(
  unit: Unit,
  conversation: Conversation,
  targetIds: string[],
  notice: { reason: string; isFirst: boolean },
  afterSeconds = 0,
): void {
  const { tenantId, id: conversationId, openHandoverId: handoverId } = conversation;
  const later = afterSeconds > 0 ? { dueAt: inSeconds(unit.now, afterSeconds) } : {};
  for (const targetId of targetIds) {
    const id = newId();
    unit.writes.notifications.push({ tenantId, id, targetId, conversationId, handoverId, notice, ...later });
    unit.writes.wakes.push(['notify-manager', tenantId, id, afterSeconds > 0 ? afterSeconds * 1000 + 50 : 0]);
  }
}

function openHandover(unit: Unit, conversation: Conversation, timeoutSeconds: number, begin: NewHandover): void {
  const id = newId();
  const { tenantId, id: conversationId } = conversation;
  const timeoutAt = inSeconds(unit.now, timeoutSeconds);
  unit.writes.handovers.push({ tenantId, id, conversationId, packet: {}, timeoutAt, ...begin });
  conversation.openHandoverId = id;
  watch(unit, id, timeoutSeconds);
}

const watch = (unit: Unit, handoverId: string, seconds: number) =>
  unit.writes.wakes.push(['watch-handover', unit.settings.tenant.id, handoverId, seconds * 1000 + 50]);

const inSeconds = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1000);
