import type { Conversation, Handler } from '../entities/conversation.ts';
import { conflict } from '../errors.ts';
import { newId } from '../id.ts';
import type { Writes } from './writes.ts';

/** Who may follow whom. A conversation changes hands along these lines only. */
const NEXT: Record<Handler, readonly Handler[]> = {
  bot: ['awaiting_consent', 'queued', 'human', 'closed'],
  awaiting_consent: ['bot', 'queued', 'human', 'closed'],
  queued: ['human', 'bot', 'closed'],
  human: ['human', 'bot', 'queued', 'closed'],
  closed: [],
};

export interface Actor {
  kind: 'contact' | 'user' | 'agent' | 'system';
  id: string | null;
}

export const system: Actor = { kind: 'system', id: null };

/**
 * Gives the conversation to `to`, and makes every reply that is still being computed for the old handler stale.
 * `assignee` is the manager who gets it, where that is not the one who acts. The caller holds the conversation's row
 * lock. Throws `conflict` where the change makes no sense.
 */
export function changeHands(
  conversation: Conversation,
  to: Handler,
  actor: Actor,
  reason: string,
  writes: Writes,
  assignee: string | null = actor.id,
): void {
  const from: Handler = conversation.handler;
  if (!NEXT[from].includes(to)) {
    throw conflict(
      from === 'closed'
        ? 'the conversation is closed; a new message of the contact opens a new one'
        : `the conversation is with '${from}' and cannot go to '${to}'`,
    );
  }
  conversation.handler = to;
  conversation.epoch += 1;
  conversation.assigneeUserId = to === 'human' ? assignee : null;
  conversation.assignedAt = to === 'human' ? new Date() : null;
  conversation.activeRunId = null;
  conversation.turnStartedAt = null;
  conversation.turnDueAt = null;
  conversation.relayTargetId = null;
  conversation.isUntold = false;
  callOffReminder(conversation, writes);
  if (to !== 'awaiting_consent') {
    conversation.consentAskedAt = null;
    conversation.consentAskedCount = 0;
  }
  if (to === 'closed') conversation.closedAt = new Date();
  if (from === 'human') conversation.repliesInHour = 0;
  // Automation starts afresh: it may not read the request that led to the handover, and hand over again.
  if (to === 'bot' && (from === 'human' || from === 'queued')) cutContext(conversation);
  writes.transitions.push({
    tenantId: conversation.tenantId,
    id: newId(),
    conversationId: conversation.id,
    epoch: conversation.epoch,
    fromHandler: from,
    toHandler: to,
    actorKind: actor.kind,
    actorId: actor.id,
    assigneeUserId: conversation.assigneeUserId,
    reason,
  });
  // Somebody waits, or somebody has room.
  if (to === 'queued' || from === 'human') {
    writes.wakes.push(['watch-queue', conversation.tenantId, conversation.tenantId]);
  }
}

/** Somebody sees to the contact: managers need not be told any more that a message waits. */
export function callOffReminder(conversation: Conversation, writes: Writes): void {
  if (!conversation.remindAt) return;
  conversation.remindAt = null;
  writes.others.push([
    `update notifications set status = 'skipped'
     where tenant_id = ? and conversation_id = ? and status = 'queued' and attempts = 0 and due_at > now()`,
    [conversation.tenantId, conversation.id],
  ]);
}

function cutContext(conversation: Conversation): void {
  conversation.contextCutSeq = conversation.lastSeq;
  conversation.contextCutAt = new Date();
  conversation.answeredSeq = conversation.lastSeq;
  countAfresh(conversation);
}

/** Nothing of the talk before speaks for a human any more. */
export function countAfresh(conversation: Conversation): void {
  conversation.botReplyCount = 0;
  conversation.missedCount = 0;
  conversation.consentQuietTurns = 0;
  conversation.lastTurnDigest = null;
  conversation.faqOffer = null;
}
