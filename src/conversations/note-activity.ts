import type { Conversation } from '../entities/conversation.ts';

const STEP_MS = 10_000;

/**
 * Moves the conversation up in the lists, at most every ten seconds. The column is indexed: as long as it stays as it
 * is, the row is written over in place.
 */
export function noteActivity(conversation: Conversation, now: Date): void {
  if (now.getTime() - conversation.lastActivityAt.getTime() >= STEP_MS) conversation.lastActivityAt = now;
}
