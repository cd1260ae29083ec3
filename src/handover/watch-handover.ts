import { lockConversation } from '../conversations/lock-conversation.ts';
import { changeHands, system } from '../conversations/ownership.ts';
import { say } from '../conversations/say.ts';
import type { Unit } from '../conversations/unit.ts';
import type { HandoverChange } from '../conversations/writes.ts';
import type { Conversation } from '../entities/conversation.ts';
import { Handover } from '../entities/handover.ts';
import { Message } from '../entities/message.ts';
import { spokenLanguage } from '../language/spoken.ts';
import { endHandover, goOnWithoutHuman, queueForManager, watch } from './hand-over.ts';
import { patience } from './patience.ts';
import { sayAway, whoIsThere } from './who-is-there.ts';

/** A handover's time has come: the contact stayed silent on our offer, no manager came, or business hours are over. */
export async function watchHandover(unit: Unit, handoverId: string): Promise<void> {
  const { em, settings, now } = unit;
  const tenantId = settings.tenant.id;
  const find = () => em.findOne(Handover, { tenantId, id: handoverId }, { disableIdentityMap: true });
  const seen = await find();
  if (!seen || !isDue(seen, now)) return;
  const conversation = await lockConversation(em, tenantId, seen.conversationId);
  // Looked at again under the lock: whoever had it before may have done this, and set another time.
  const handover = await find();
  if (!handover || !isDue(handover, now)) return;
  const language = await languageOf(unit, conversation);
  if (conversation.handler === 'awaiting_consent') {
    // The contact has said something: that turn is the answer, and is about to be decided.
    if (conversation.turnStartedAt) return lookAgain(unit, handover.id, conversation.turnDueAt);
    const reason = 'the contact did not say whether a human is wanted';
    if (settings.thresholds.consent_silence === 'handover') {
      queueForManager(unit, conversation, { category: 'missing_knowledge', text: null, reason, language });
    } else {
      declineQuietly(unit, conversation, reason);
    }
  } else if (conversation.handler === 'queued') {
    nobodyCame(unit, conversation, handover, language);
  } else if (conversation.handler === 'human') {
    // Somebody has it already, so nobody is waited for: left as it is, it would be due for ever.
    const set = { acceptedAt: conversation.assignedAt ?? now, acceptedBy: conversation.assigneeUserId ?? null };
    unit.writes.handoverChanges.push({ id: handover.id, set: { ...set, timeoutAt: null } });
  }
}

const isDue = ({ outcome, timeoutAt }: Handover, now: Date): boolean =>
  !outcome && timeoutAt !== null && timeoutAt !== undefined && timeoutAt <= now;

/** After a turn that is due at `dueAt`. */
function lookAgain({ now, writes }: Unit, id: string, dueAt: Date | null | undefined): void {
  const timeoutAt = new Date(Math.max(now.getTime(), dueAt?.getTime() ?? 0) + LOOK_AGAIN_MS);
  writes.handoverChanges.push({ id, set: { timeoutAt } });
}

/** The sweep does it. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Applies `nobody_there`. The contact is told that nobody is free, and when somebody will be there again: each once, for
 * whoever waits for days needs no news of every evening.
 */
function nobodyCame(unit: Unit, conversation: Conversation, handover: Handover, language: string): void {
  const { settings, now, writes } = unit;
  const there = whoIsThere(unit);
  const from = there.isThere ? null : there.from;
  const isSaid = from ? handover.toldUntil !== null && !isBroken(handover) : handover.apologizedAt !== null;
  // Who does not know that a manager is waited for need not know that none came.
  const { isUntold } = conversation;
  const told: HandoverChange = isUntold ? {} : from ? { toldUntil: from } : { apologizedAt: now };
  const why = there.isThere ? 'no manager came within queue_timeout' : there.why;
  if (settings.thresholds.nobody_there === 'return') {
    changeHands(conversation, 'bot', system, `given back, because ${why}`, writes);
    endHandover(unit, conversation, { outcome: 'nobody_there', ...told });
  } else {
    const waits = from ? patience(unit) : { timeoutAt: null };
    writes.handoverChanges.push({ id: handover.id, set: { ...waits, ...told } });
    watch(unit, handover.id, waits.timeoutAt);
  }
  if (isSaid || isUntold) return;
  // Said under the new epoch, or it would be withheld as the words of the old one.
  const text = sayAway(unit, from, language);
  say(unit, conversation, { sender: { kind: 'system', id: null }, text, metadata: { reason: why } });
}

/** The time has come from which on somebody would be there, as the contact was told: business hours have changed since. */
const isBroken = ({ toldUntil, timeoutAt }: Handover) => toldUntil?.getTime() === timeoutAt?.getTime();

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
