import type { Conversation } from '../entities/conversation.ts';

const HOUR_MS = 3_600_000;

type Counted = Pick<Conversation, 'botReplyCount' | 'replyHourAt' | 'repliesInHour'>;

/** One more automatic reply. */
export function countReply(conversation: Counted, now: Date): void {
  const before = repliesThisHour(conversation, now);
  if (before === 0) conversation.replyHourAt = now;
  conversation.repliesInHour = before + 1;
  conversation.botReplyCount += 1;
}

/** Automatic replies in the hour that began with the first of them. */
export function repliesThisHour({ replyHourAt, repliesInHour }: Counted, now: Date): number {
  return replyHourAt && now.getTime() - replyHourAt.getTime() < HOUR_MS ? repliesInHour : 0;
}
