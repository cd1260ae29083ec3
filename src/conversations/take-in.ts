import type { InboundContent } from '../channels/adapter.ts';
import type { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { giveTo } from '../handover/give-to.ts';
import { newId } from '../id.ts';
import { noteActivity } from './note-activity.ts';
import { callOffReminder, countAfresh, system } from './ownership.ts';
import type { Unit } from './unit.ts';

type Content<T extends InboundContent['type']> = Extract<InboundContent, { type: T }>;

/** What of a contact's message the turn needs. */
export interface Said {
  seq: number;
  text: string;
  sentAt: Date;
}

/**
 * Whether a message came before, as another event: a platform may send it again under a new id. The unique key of
 * messages holds it off in any case, so this is asked only when that, or something else, has made a batch fail.
 */
export async function cameBefore({ em, settings }: Unit, channelId: string, content: InboundContent): Promise<boolean> {
  if (content.type !== 'message' && content.type !== 'echo') return false;
  const same = { tenantId: settings.tenant.id, channelId, externalId: content.messageId };
  return (await em.count(Message, same)) > 0;
}

/** Puts a contact's message into the conversation. */
export function takeInMessage(
  unit: Unit,
  conversation: Conversation,
  content: Content<'message'>,
  contactId: string,
): Said {
  const seq = (conversation.lastSeq += 1);
  // Whoever comes back after a long pause begins a new talk, also where the conversation was never closed.
  const silentMs = unit.now.getTime() - conversation.lastActivityAt.getTime();
  const isBack = silentMs > unit.settings.thresholds.count_afresh_after * 1000;
  if (isBack) countAfresh(conversation);
  if (isBack || !conversation.lastInboundAt || content.isGroup) nameContact(unit, contactId, content.from.name);
  noteActivity(conversation, unit.now);
  conversation.lastInboundAt = unit.now;
  conversation.isSubscribed = true;
  if (content.isGroup) conversation.conversationType = 'group';
  unit.writes.messages.push({
    ...rowOf(conversation, seq, content),
    senderKind: 'contact',
    contactId,
    direction: 'in',
    status: 'received',
    parentExternalId: content.replyToId ?? null,
    language: content.from.language ?? null,
    metadata: content.payload === undefined ? {} : { payload: content.payload },
  });
  // A button carries the time of the message it hangs under, which may be days old.
  return { seq, text: content.text, sentAt: content.payload === undefined ? content.sentAt : unit.now };
}

/** Whoever was written to before writing has no name yet; the first message of a talk brings it. One that is there stays. */
function nameContact({ settings, writes }: Unit, contactId: string, name?: string): void {
  if (!name) return;
  writes.others.push([
    'update contacts set display_name = ? where tenant_id = ? and id = ? and display_name is null',
    [name, settings.tenant.id, contactId],
  ]);
}

/** The owner wrote from the platform's own app: that is a human answering, so automation steps back. */
export function takeInEcho(unit: Unit, conversation: Conversation, content: Content<'echo'>): void {
  const seq = (conversation.lastSeq += 1);
  noteActivity(conversation, unit.now);
  unit.writes.messages.push({
    ...rowOf(conversation, seq, content),
    senderKind: 'user',
    direction: 'out',
    status: 'sent',
    metadata: { echo: true },
  });
  conversation.answeredSeq = seq;
  conversation.faqOffer = null;
  const { echo_takes_over: takesOver, answer_max_age: mostSeconds } = unit.settings.thresholds;
  // One that comes after a long outage says nothing of who answers now.
  const isFresh = unit.now.getTime() - content.sentAt.getTime() <= mostSeconds * 1000;
  if (!isFresh) return;
  callOffReminder(conversation, unit.writes);
  if (takesOver && conversation.handler !== 'human') {
    giveTo(unit, conversation, null, system, "answered from the platform's own app");
  }
}

function rowOf(conversation: Conversation, seq: number, content: Content<'message'> | Content<'echo'>) {
  return {
    tenantId: conversation.tenantId,
    id: newId(),
    conversationId: conversation.id,
    channelId: conversation.channelId,
    seq,
    content: content.text,
    contentType: content.text === '' ? (content.attachments[0]?.type ?? 'text') : 'text',
    attachments: content.attachments,
    reactions: {},
    externalId: content.messageId,
    sentAt: content.sentAt,
  };
}

type LaterWord = 'edit' | 'deletion' | 'reaction' | 'status';

/**
 * Applies what happened to a message later. Gives false when the message is not known (yet): receipts and edits may
 * arrive before what they speak of.
 */
export async function applyToMessage(unit: Unit, channelId: string, content: Content<LaterWord>): Promise<boolean> {
  const { em, settings } = unit;
  if (content.type === 'status') return applyReceipt(unit, channelId, content);
  const message = await em.findOne(Message, {
    tenantId: settings.tenant.id,
    channelId,
    externalId: content.messageId,
  });
  if (!message) return false;
  if (content.type === 'edit' && !(message.editedAt && message.editedAt > content.editedAt)) {
    message.metadata = { ...message.metadata, before: message.metadata['before'] ?? message.content };
    message.content = content.text;
    message.editedAt = content.editedAt;
  }
  if (content.type === 'deletion') {
    message.content = '';
    message.attachments = [];
    message.deletedAt = unit.now;
  }
  if (content.type === 'reaction') {
    const { [content.from.externalId]: _before, ...others } = message.reactions;
    message.reactions = content.emoji ? { ...others, [content.from.externalId]: content.emoji } : others;
  }
  return true;
}

const RANK = { queued: 0, sent: 1, delivered: 2, read: 3 };

/** Receipts come in any order, so a message only ever moves forward; `failed` is the platform's last word. */
async function applyReceipt({ em, settings }: Unit, channelId: string, content: Content<'status'>): Promise<boolean> {
  const tenantId = settings.tenant.id;
  const [sent] = await em.execute<{ message_id: string }[]>(
    `select message_id from outbound_messages where tenant_id = ? and channel_id = ? and external_id = ?`,
    [tenantId, channelId, content.messageId],
  );
  if (!sent) return false;
  if (content.status === 'failed') {
    const code = content.error?.code ?? 'failed';
    const reason = content.error?.reason ?? 'the platform could not deliver the message';
    await em.execute(
      `update outbound_messages set status = 'failed', error_code = ?, error = ?
       where tenant_id = ? and channel_id = ? and external_id = ?`,
      [code, reason, tenantId, channelId, content.messageId],
    );
    await em.execute(`update messages set status = 'failed', is_error = true where tenant_id = ? and id = ?`, [
      tenantId,
      sent.message_id,
    ]);
    return true;
  }
  const earlier = Object.entries(RANK).flatMap(([name, rank]) => (rank < RANK[content.status as 'read'] ? [name] : []));
  await em.execute(
    `update messages set status = ? where tenant_id = ? and id = ? and status in (${earlier.map(() => '?').join()})`,
    [content.status, tenantId, sent.message_id, ...earlier],
  );
  return true;
}
