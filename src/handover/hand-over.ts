import type { Conversation } from '../entities/conversation.ts';
import { newId } from '../id.ts';
import { say as phrase } from '../language/replies.ts';
import type { Outcome, ReasonCategory } from '../conversations/decide.ts';
import { countReply } from '../conversations/count-reply.ts';
import { changeHands, system, type Actor } from '../conversations/ownership.ts';
import { say } from '../conversations/say.ts';
import type { Turn } from '../conversations/take-turn.ts';
import type { Unit } from '../conversations/unit.ts';
import type { HandoverChange, NewHandover } from '../conversations/writes.ts';
import { notify } from './tell-managers.ts';
import { patience } from './patience.ts';
import { sayAway, sayOffer, whoIsThere, type WhoIsThere } from './who-is-there.ts';

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
  const timeoutAt = inSeconds(now, settings.thresholds.consent_timeout);
  if (isAgain && conversation.openHandoverId) {
    unit.writes.handoverChanges.push({ id: conversation.openHandoverId, set: { timeoutAt } });
    watch(unit, conversation.openHandoverId, timeoutAt);
  } else {
    changeHands(conversation, 'awaiting_consent', system, reason, unit.writes);
    openHandover(unit, conversation, {
      timeoutAt,
      reasonCategory: category,
      reasonText: reason,
      mode: 'ask',
      askedAt: now,
    });
  }
  conversation.consentAskedAt = now;
  conversation.consentAskedCount += 1;
  countReply(conversation, now);
  const { language } = turn;
  return say(unit, conversation, {
    sender: SYSTEM,
    text: isAgain ? phrase('askHandoverAgain', language) : sayOffer(unit, language),
    quickReplies: [phrase('yes', language), phrase('no', language)],
  });
}

/** Automation goes on, and does not offer a human again for a while. */
export function declineHuman(unit: Unit, conversation: Conversation, language: string, reason: string): string {
  changeHands(conversation, 'bot', CONTACT, reason, unit.writes);
  endHandover(unit, conversation, { consent: 'no', outcome: 'declined' });
  countReply(conversation, unit.now);
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

/**
 * Puts the conversation into the tenant's queue, tells the contact, and tells every manager who wants to be told. Where
 * nobody is there the contact is told that at once, and `nobody_there` applies at once. A contact whose message came late
 * may have left hours ago, and is told nothing. Gives the message's id, if any.
 */
export function queueForManager(
  unit: Unit,
  conversation: Conversation,
  { category, text, reason, language }: Request,
): string | null {
  const { now, settings, writes } = unit;
  const there = whoIsThere(unit);
  const isLate = category === 'too_old';
  const wasAsked = conversation.handler === 'awaiting_consent';
  const isWanted = category === 'customer_request';
  changeHands(conversation, 'queued', isWanted ? CONTACT : system, reason, writes);
  conversation.isUntold = isLate;
  const told = isLate ? {} : saidOf(there, now);
  if (wasAsked && conversation.openHandoverId) {
    const waits = patience(unit);
    const why: HandoverChange = isLate ? { reasonCategory: category, reasonText: reason } : {};
    const set = { ...why, ...(isWanted && { consent: 'yes' as const }), queuedAt: now, ...waits, ...told };
    writes.handoverChanges.push({ id: conversation.openHandoverId, set });
    watch(unit, conversation.openHandoverId, waits.timeoutAt);
  } else {
    openHandover(unit, conversation, {
      ...patience(unit),
      reasonCategory: category,
      reasonText: reason,
      mode: 'immediate',
      queuedAt: now,
      ...told,
    });
  }
  const leavesAgain = settings.thresholds.nobody_there === 'return';
  // Where the queue does not keep it, the notice is all that tells of it.
  notifyOfQueue(unit, conversation, reason, there.isThere, isLate && !leavesAgain);
  if (!there.isThere && leavesAgain) {
    changeHands(conversation, 'bot', system, `given back, because ${there.why}`, writes);
    endHandover(unit, conversation, { outcome: 'nobody_there' });
  }
  // After the last change of hands, or it would be withheld as the words of the epoch before.
  return isLate ? null : sayWaits(unit, conversation, there, text, language);
}

/** Tells a contact who came late into the queue, and is here now, what whoever enters it is told. */
export function tellWaiting(unit: Unit, conversation: Conversation, language: string): string {
  const there = whoIsThere(unit);
  conversation.isUntold = false;
  const { openHandoverId: id } = conversation;
  if (id && !there.isThere) unit.writes.handoverChanges.push({ id, set: saidOf(there, unit.now) });
  return sayWaits(unit, conversation, there, null, language);
}

function sayWaits(
  unit: Unit,
  conversation: Conversation,
  there: WhoIsThere,
  text: string | null,
  language: string,
): string {
  const words = there.isThere
    ? (text ?? unit.settings.handoverMessage ?? phrase('handedOver', language))
    : [text, sayAway(unit, there.from, language)].filter(Boolean).join('\n\n');
  return say(unit, conversation, { sender: SYSTEM, text: words });
}

/** What the contact has heard with it: each is said once. */
const saidOf = (there: WhoIsThere, now: Date) =>
  there.isThere ? {} : { toldUntil: there.from, apologizedAt: there.from ? null : now };

/**
 * Puts a conversation that a manager had, or that a manager gives to the others, into the queue. One that waited there
 * before has its old place. The contact is told nothing: who answers is not the contact's business.
 */
export function backIntoQueue(
  unit: Unit,
  conversation: Conversation,
  actor: Actor,
  reason: string,
  givenBackBy: string | null = null,
): void {
  const { now, writes } = unit;
  if (conversation.handler === 'queued') return;
  const wasAsked = conversation.handler === 'awaiting_consent';
  const wasHuman = conversation.handler === 'human';
  changeHands(conversation, 'queued', actor, reason, writes);
  const waits = { returnedAt: givenBackBy ? now : null, returnedBy: givenBackBy, ...patience(unit) };
  if (conversation.openHandoverId) {
    const set = { acceptedAt: null, acceptedBy: null, ...waits, ...(wasAsked && { queuedAt: now }) };
    writes.handoverChanges.push({ id: conversation.openHandoverId, set });
    watch(unit, conversation.openHandoverId, waits.timeoutAt);
  } else {
    openHandover(unit, conversation, {
      reasonCategory: 'reassigned',
      reasonText: reason,
      mode: 'manual',
      queuedAt: (wasHuman && conversation.lastInboundAt) || now,
      ...waits,
    });
  }
  notifyOfQueue(unit, conversation, reason, whoIsThere(unit).isThere);
}

/** The way to a manager ends: given back, closed, declined, answered without one, or given up. */
export function endHandover(unit: Unit, conversation: Conversation, end: HandoverChange): void {
  if (!conversation.openHandoverId) return;
  unit.writes.handoverChanges.push({ id: conversation.openHandoverId, set: { ...end, timeoutAt: null } });
  conversation.openHandoverId = null;
}

function openHandover(unit: Unit, conversation: Conversation, begin: NewHandover): void {
  const id = newId();
  const { tenantId, id: conversationId } = conversation;
  unit.writes.handovers.push({ tenantId, id, conversationId, packet: {}, ...begin });
  conversation.openHandoverId = id;
  watch(unit, id, begin.timeoutAt ?? null);
}

/** A queue that gives conversations to people by itself says so in the first notice, where it can at once. */
const GIVING_SECONDS = 2;

function notifyOfQueue(
  unit: Unit,
  conversation: Conversation,
  reason: string,
  isThere: boolean,
  isOfMany = false,
): void {
  const afterSeconds = unit.settings.autoAssign && isThere ? GIVING_SECONDS : 0;
  notify(unit, conversation, unit.targets.ids, { reason, isFirst: true, isOfMany }, afterSeconds);
}

/** Longer ahead the sweep looks, not a job. */
const LONGEST_WAKE_MS = 24 * 60 * 60 * 1000;

/** Has somebody look at the handover when its time has come. */
export function watch(unit: Unit, handoverId: string, at: Date | null): void {
  const delayMs = at ? at.getTime() - unit.now.getTime() : Infinity;
  if (delayMs > LONGEST_WAKE_MS) return;
  unit.writes.wakes.push(['watch-handover', unit.settings.tenant.id, handoverId, Math.max(delayMs, 0) + 50]);
}

const inSeconds = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1000);
