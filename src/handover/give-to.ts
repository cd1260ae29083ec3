import { changeHands, type Actor } from '../conversations/ownership.ts';
import type { Unit } from '../conversations/unit.ts';
import type { Conversation } from '../entities/conversation.ts';

/**
 * The conversation is this manager's from here on, and nobody is waited for any more; null: a person's of whom we know no
 * more. Every way to a person ends here.
 */
export function giveTo(
  unit: Unit,
  conversation: Conversation,
  userId: string | null,
  actor: Actor,
  reason: string,
): void {
  const { now, writes } = unit;
  changeHands(conversation, 'human', actor, reason, writes, userId);
  if (conversation.openHandoverId) {
    const set = { acceptedAt: now, acceptedBy: userId, timeoutAt: null };
    writes.handoverChanges.push({ id: conversation.openHandoverId, set });
  }
  if (!userId) return;
  writes.others.push([
    'update memberships set given_at = ? where tenant_id = ? and user_id = ?',
    [now, conversation.tenantId, userId],
  ]);
}
