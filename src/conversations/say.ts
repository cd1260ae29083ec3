import type { Conversation } from '../entities/conversation.ts';
import { newId } from '../id.ts';
import { splitText } from '../language/split-text.ts';
import { noteActivity } from './note-activity.ts';
import type { Unit } from './unit.ts';

interface Utterance {
  /** `user` is a manager; `system` are our own words, `agent` automation's answers. */
  sender: { kind: 'user' | 'agent' | 'system'; id: string | null };
  text: string;
  quickReplies?: string[];
  metadata?: Record<string, unknown>;
}

/**
 * Puts a message to the contact into the conversation and its sends into the outbox, in the parts that the platform
 * allows. Gives the message's id. The caller holds the conversation's row lock.
 */
export function say(
  unit: Unit,
  conversation: Conversation,
  { sender, text, quickReplies, metadata }: Utterance,
): string {
  const { writes, now } = unit;
  const limits = unit.limitsOf(conversation.channelId);
  const id = newId();
  const seq = (conversation.lastSeq += 1);
  noteActivity(conversation, now);
  conversation.firstResponseAt ??= now;
  const { tenantId, channelId } = conversation;
  writes.messages.push({
    tenantId,
    id,
    conversationId: conversation.id,
    channelId,
    seq,
    senderKind: sender.kind,
    userId: sender.kind === 'user' ? sender.id : null,
    agentId: sender.kind === 'agent' ? sender.id : null,
    direction: 'out',
    content: text,
    attachments: [],
    reactions: {},
    metadata: metadata ?? {},
    status: 'queued',
  });
  const parts = splitText(text, limits.textLength, limits.unit);
  for (const [part, partText] of parts.entries()) {
    writes.outbound.push({
      tenantId,
      id: newId(),
      conversationId: conversation.id,
      channelId,
      messageId: id,
      seq,
      part,
      epoch: conversation.epoch,
      isAutomatic: sender.kind !== 'user',
      text: partText,
      quickReplies: part === parts.length - 1 ? (quickReplies ?? []) : [],
    });
  }
  writes.wakes.push(['deliver-outbound', tenantId, conversation.id]);
  return id;
}
