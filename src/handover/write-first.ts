import type { EntityManager } from '@mikro-orm/postgresql';
import { findOrOpen, lockOpen, type WantedThread } from '../conversations/find-or-open.ts';
import type { Actor } from '../conversations/ownership.ts';
import type { Unit } from '../conversations/unit.ts';
import { Channel } from '../entities/channel.ts';
import { ContactIdentity } from '../entities/contact-identity.ts';
import { Contact } from '../entities/contact.ts';
import { Conversation } from '../entities/conversation.ts';
import { AppError, invalidFields, notFound } from '../errors.ts';
import { threadSubject } from '../queue/contracts.ts';
import { assertRoom, holdPlan } from '../tenancy/limits.ts';
import { answerAs } from './manager-acts.ts';

export interface FirstWords {
  channelId: string;
  contactId: string;
  /** May be empty where there are files. */
  text: string;
  attachmentIds?: string[] | undefined;
  /** For a conversation that has none. */
  title: string | null;
}

export interface Written {
  conversationId: string;
  messageId: string;
  /** Whether a conversation was opened for it. */
  isNew: boolean;
}

/**
 * Writes to a contact as a manager, in the contact's own thread on the channel and never in a group: in the open conversation,
 * which is the manager's then, or in a new one where there is none and the plan has room. Throws 404 for a channel or
 * contact that is not the tenant's, 422 for a contact who is not on the channel, 409 when nothing would get through.
 */
export async function writeFirst(unit: Unit, words: FirstWords, actor: Actor): Promise<Written> {
  const tenantId = unit.settings.tenant.id;
  const channel = await unit.em.findOne(Channel, { tenantId, id: words.channelId });
  if (!channel) throw notFound('body.channelId: there is no such channel');
  const { wanted, latest } = await ownThread(unit.em, tenantId, words);
  refuseDeadEnd(unit, channel, latest);
  const conversation = await openConversation(unit.em, tenantId, wanted, words.contactId);
  const isNew = conversation.lastSeq === 0;
  if (words.title !== null) conversation.title ??= words.title;
  if (isNew) conversation.lastInboundAt = latest?.lastInboundAt ?? null;
  const messageId = await answerAs(unit, conversation, actor, {
    text: words.text,
    attachmentIds: words.attachmentIds,
    reason: isNew ? 'wrote to the contact first' : 'answered the contact',
  });
  if (isNew) waitedForNobody(unit, conversation);
  return { conversationId: conversation.id, messageId, isNew };
}

/** Where the contact is spoken to alone, and the newest conversation there. */
async function ownThread(em: EntityManager, tenantId: string, { channelId, contactId }: FirstWords) {
  const contact = await em.findOne(Contact, { tenantId, id: contactId });
  if (!contact) throw notFound('body.contactId: there is no such contact');
  const identities = await em.find(
    ContactIdentity,
    { tenantId, channelId, contactId },
    { orderBy: { createdAt: 'desc', id: 'desc' } },
  );
  const [newest] = identities;
  if (!newest) {
    const message = 'this contact is not on that channel; take a channel on which the contact has written before';
    throw invalidFields([{ path: 'body.contactId', message }]);
  }
  const latest = await em.findOne(
    Conversation,
    { tenantId, contactId, channelId, conversationType: { $ne: 'group' } },
    // The open one, if any. It is read anew under its lock.
    { orderBy: { closedAt: 'desc nulls first', id: 'desc' }, disableIdentityMap: true },
  );
  const thread = latest?.thread ?? newest.externalId;
  const { externalId } = identities.find((one) => one.externalId === thread) ?? newest;
  const language = latest?.language ?? contact.locale;
  return { wanted: { channelId, thread, from: { externalId, ...(language && { language }) } }, latest };
}

function refuseDeadEnd(unit: Unit, channel: Channel, latest: Conversation | null): void {
  if (channel.status !== 'active') {
    const words = 'the channel is disconnected; take it into use again with POST /channels/{id}/reconnect';
    throw new AppError(409, 'channel_disabled', words);
  }
  if (latest?.isSubscribed === false) {
    const words = 'the contact has blocked the business on this channel; wait until the contact writes';
    throw new AppError(409, 'contact_blocked', words);
  }
  const { windowHours } = unit.limitsOf(channel.id);
  if (windowHours === undefined) return;
  const since = latest?.lastInboundAt?.getTime() ?? 0;
  if (unit.now.getTime() - since <= windowHours * 3_600_000) return;
  throw new AppError(
    409,
    'window_closed',
    `the contact has not written within ${windowHours} hours, and the platform takes no free text then; ` +
      'wait until the contact writes, or write on another channel',
  );
}

/** The open conversation of the thread, locked. Where there is none one is opened, if both limits allow it. */
async function openConversation(
  em: EntityManager,
  tenantId: string,
  wanted: WantedThread,
  contactId: string,
): Promise<Conversation> {
  const subject = threadSubject(wanted.channelId, wanted.thread);
  const open = (await lockOpen(em, tenantId, [wanted])).get(subject);
  if (open) return open;
  // Whoever opens one at this moment is waited for: it may be this one.
  await holdPlan(em, tenantId);
  const opened = (await lockOpen(em, tenantId, [wanted])).get(subject);
  if (opened) return opened;
  await assertRoom(em, tenantId, 'max_conversations_per_user', 1, { contactId });
  await assertRoom(em, tenantId, 'max_conversations_per_tenant');
  const conversation = (await findOrOpen(em, tenantId, [wanted])).get(subject);
  if (!conversation) throw new Error(`no conversation could be opened for ${subject}`);
  return conversation;
}

/** The first word was ours: it is no response, and says nothing of how long contacts wait. */
const waitedForNobody = ({ writes }: Unit, { tenantId, id }: Conversation) =>
  writes.others.push([
    'update conversations set first_response_at = created_at where tenant_id = ? and id = ?',
    [tenantId, id],
  ]);
