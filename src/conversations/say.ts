import type { Conversation } from '../entities/conversation.ts';
import type { FileFacts } from '../entities/stored-file.ts';
import { newId } from '../id.ts';
import { splitText } from '../language/split-text.ts';
import { noteActivity } from './note-activity.ts';
import type { Unit } from './unit.ts';

interface Utterance {
  /** The message's, where something refers to it already. */
  id?: string;
  /** `user` is a manager; `system` are our own words, `agent` automation's answers. */
  sender: { kind: 'user' | 'agent' | 'system'; id: string | null };
  /** May be empty where there are files. */
  text: string;
  /** Sent behind the text, in this order. */
  files?: FileFacts[];
  /** Sent before the text, which stays unsaid without them. */
  filesFirst?: boolean;
  quickReplies?: string[];
  metadata?: Record<string, unknown>;
}

/**
 * Puts a message to the contact into the conversation and its sends into the outbox: the text in the parts that the
 * platform allows, and the files behind it or before. Gives the message's id. The caller holds the conversation's row lock.
 */
export function say(
  unit: Unit,
  conversation: Conversation,
  { id = newId(), sender, text, files = [], filesFirst = false, quickReplies = [], metadata = {} }: Utterance,
): string {
  const { writes, now } = unit;
  const limits = unit.limitsOf(conversation.channelId);
  const seq = (conversation.lastSeq += 1);
  noteActivity(conversation, now);
  conversation.firstResponseAt ??= now;
  const { tenantId, channelId } = conversation;
  const [firstFile] = files;
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
    ...(text === '' && firstFile && { contentType: firstFile.type }),
    attachments: files,
    reactions: {},
    metadata,
    status: 'queued',
  });
  const parts = splitText(text, limits.textLength, limits.unit);
  const texts = parts.map((part, n) => ({ text: part, quickReplies: n === parts.length - 1 ? quickReplies : [] }));
  const ofFiles = files.map((file) => ({ text: '', quickReplies: [], attachmentId: file.id }));
  const sends = filesFirst ? [...ofFiles, ...texts] : [...texts, ...ofFiles];
  for (const [part, send] of sends.entries()) {
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
      ...send,
    });
  }
  writes.wakes.push(['deliver-outbound', tenantId, conversation.id]);
  return id;
}
