import type { Turn } from '../conversations/take-turn.ts';
import type { Unit } from '../conversations/unit.ts';
import type { Conversation } from '../entities/conversation.ts';
import { newId } from '../id.ts';

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

  if (conversation.handler === 'human') noteThatManagerIsNeeded(unit, conversation);

  // The reminder that is on its way speaks for this message as well.
  if (conversation.remindAt && conversation.remindAt > now) return;
  const others = targets.ids.filter((id) => !isListening(id));
  if (others.length === 0) return;
  const afterSeconds = settings.thresholds.notify_again_after;
  conversation.remindAt = inSeconds(now, afterSeconds);
  notify(unit, conversation, others, { reason: 'The customer waits for an answer.', isFirst: false }, afterSeconds);
}

/** A manager who has left is looked at again, now that somebody waits for that person. */
function noteThatManagerIsNeeded({ writes }: Unit, { tenantId, assigneeUserId }: Conversation): void {
  if (!assigneeUserId) return;
  writes.others.push([
    `update memberships set presence_due_at = now()
     where tenant_id = ? and user_id = ? and not is_online and (seen_at is not null or status <> 'active')`,
    [tenantId, assigneeUserId],
  ]);
}

/**
 * One notification per target. What it says is put together when it is sent first, from the rows as they then are. One that
 * is `isOfMany` is sent only where there are not too many such: see `placeOf`.
 */
export function notify(
  unit: Unit,
  conversation: Conversation,
  targetIds: string[],
  notice: { reason: string; isFirst: boolean; isOfMany?: boolean },
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

/** Who is given a conversation by the queue is told so; that it waits for somebody is no news any more. */
export function tellGiven(unit: Unit, conversation: Conversation, to: { name: string }, why: string): void {
  unit.writes.others.push([
    `update notifications set status = 'skipped'
     where tenant_id = ? and conversation_id = ? and status = 'queued' and attempts = 0 and notice -> 'note' is null`,
    [conversation.tenantId, conversation.id],
  ]);
  notify(unit, conversation, unit.targets.ids, { reason: `Given to ${to.name}. ${why}`, isFirst: false });
}

const inSeconds = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1000);
