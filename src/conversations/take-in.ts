import { isDeepStrictEqual } from 'node:util';
import type { InboundContent } from '../channels/adapter.ts';
import type { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { giveTo } from '../handover/give-to.ts';
import { newId } from '../id.ts';
import { lockConversation } from './lock-conversation.ts';
import { noteActivity } from './note-activity.ts';
import { callOffReminder, countAfresh, system } from './ownership.ts';
import type { Receipt, Unit } from './unit.ts';
import type { Changeable, Writes } from './writes.ts';

type Content<T extends InboundContent['type']> = Extract<InboundContent, { type: T }>;

/** What of a contact's message the turn needs. */
export interface Said {
  seq: number;
  readonly text: string;
  sentAt: Date;
  /** The contact has taken it back. */
  readonly isDeleted: boolean;
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
  const row = {
    ...rowOf(conversation, seq, content),
    senderKind: 'contact',
    contactId,
    direction: 'in',
    status: 'received',
    parentExternalId: content.replyToId ?? null,
    language: content.from.language ?? null,
    metadata: content.payload === undefined ? {} : { payload: content.payload },
  } satisfies Writes['messages'][number];
  unit.writes.messages.push(row);
  const changed: Changeable = row;
  return {
    seq,
    // A button carries the time of the message it hangs under, which may be days old.
    sentAt: content.payload === undefined ? content.sentAt : unit.now,
    // What comes later in the same batch may change it.
    get text() {
      return changed.content;
    },
    get isDeleted() {
      return Boolean(changed.deletedAt);
    },
  };
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
    contentType: contentTypeOf(content),
    attachments: content.attachments,
    reactions: {},
    externalId: content.messageId,
    sentAt: content.sentAt,
  };
}

const contentTypeOf = ({ text, attachments }: { text: string; attachments: { type: string }[] }) =>
  text === '' ? (attachments[0]?.type ?? 'text') : 'text';

type LaterWord = 'edit' | 'deletion' | 'reaction' | 'status';

/**
 * Applies what happened to a message later. Gives false when the message is not known (yet): receipts and edits may
 * arrive before what they speak of.
 */
export async function applyToMessage(unit: Unit, channelId: string, content: Content<LaterWord>): Promise<boolean> {
  if (content.type === 'status') return applyReceipt(unit, channelId, content);
  const message = await findMessage(unit, channelId, content);
  if (!message) return false;
  // What was taken back stays away, and the newest edit counts, in whatever order they come.
  if (content.type === 'edit' && !message.deletedAt && !(message.editedAt && message.editedAt > content.editedAt)) {
    edit(message, content);
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

/** What it said and showed first is kept beside it. */
function edit(message: Changeable, { text, attachments: given, editedAt }: Content<'edit'>): void {
  const attachments = given ?? message.attachments;
  const { before = message.content, attachmentsBefore = message.attachments } = message.metadata;
  message.metadata = {
    ...message.metadata,
    before,
    ...(!isDeepStrictEqual(attachmentsBefore, attachments) && { attachmentsBefore }),
  };
  message.content = text;
  message.attachments = attachments;
  message.contentType = contentTypeOf({ text, attachments });
  message.editedAt = editedAt;
}

/** A message of a contact or an echo has its platform's id; one of ours has one for each part, with its sends. */
async function findMessage(
  unit: Unit,
  channelId: string,
  { type, messageId: externalId }: Content<LaterWord>,
): Promise<Changeable | null> {
  const { em, settings, writes } = unit;
  const tenantId = settings.tenant.id;
  // Its words are needed at once, for the turn. A reaction can wait for those that came before it, if there are.
  const fresh = writes.messages.find((row) => row.externalId === externalId && row.channelId === channelId);
  if (fresh && type !== 'reaction') return fresh;
  const found = await em.findOne(Message, { tenantId, channelId, externalId });
  if (found || type !== 'reaction') return found;
  const [sent] = await em.execute<{ message_id: string }[]>(
    'select message_id from outbound_messages where tenant_id = ? and channel_id = ? and external_id = ?',
    [tenantId, channelId, externalId],
  );
  return sent ? em.findOne(Message, { tenantId, id: sent.message_id }) : null;
}

/** A contact who turns out to be out of reach is not written to any more until they write. */
async function applyReceipt(unit: Unit, channelId: string, receipt: Receipt): Promise<boolean> {
  const tenantId = unit.settings.tenant.id;
  const noted = await unit.noteReceipt(channelId, receipt);
  if (noted?.outOfReach) {
    const conversation = await lockConversation(unit.em, tenantId, noted.outOfReach);
    conversation.isSubscribed = false;
  }
  if (noted?.noteId) unit.writes.wakes.push(['notify-manager', tenantId, noted.noteId]);
  return noted !== null;
}
