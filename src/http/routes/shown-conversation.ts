import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { labelsOf } from '../../conversations/labels.ts';
import { lastMessagesOf } from '../../conversations/last-messages.ts';
import { Contact } from '../../entities/contact.ts';
import { handlers, type Conversation } from '../../entities/conversation.ts';
import { id, time, timeOf, timeOrNull } from '../api/fields.ts';
import { presentMessages, ShownMessage } from './shown-message.ts';

const ShownContact = z.strictObject({ id, displayName: z.string().nullable(), locale: z.string().nullable() });

export const shownConversation = {
  id,
  channelId: id,
  contactId: id,
  title: z.string().nullable(),
  handler: z.enum(handlers),
  status: z.enum(['open', 'closed']),
  priority: z.int(),
  labels: z.array(z.string()),
  assigneeUserId: id.nullable(),
  assignedAt: time.nullable(),
  language: z.string().nullable(),
  lastSeq: z.int(),
  isSubscribed: z.boolean(),
  createdAt: time,
  lastActivityAt: time,
  lastInboundAt: time.nullable(),
  firstResponseAt: time.nullable(),
  closedAt: time.nullable(),
};

export const ListedConversation = z
  .strictObject({
    ...shownConversation,
    contact: ShownContact.optional(),
    lastMessage: ShownMessage.nullable().optional(),
  })
  .meta({ id: 'ListedConversation' });

/** What is known of conversations besides their own rows, as far as it was asked for. */
export async function presentConversations(
  em: EntityManager,
  tenantId: string,
  conversations: readonly Conversation[],
  wanted: readonly string[],
): Promise<z.infer<typeof ListedConversation>[]> {
  const ids = conversations.map((one) => one.id);
  const labels = await labelsOf(em, tenantId, ids);
  const contacts = wanted.includes('contact') ? await contactsOf(em, tenantId, conversations) : null;
  const last = wanted.includes('lastMessage') ? await shownLast(em, tenantId, ids) : null;
  return conversations.map((one) => {
    const contact = contacts?.get(one.contactId);
    return {
      ...presentConversation(one, labels.get(one.id) ?? []),
      ...(contact && { contact }),
      ...(last && { lastMessage: last.get(one.id) ?? null }),
    };
  });
}

export const presentConversation = (one: Conversation, labels: string[]) => ({
  id: one.id,
  channelId: one.channelId,
  contactId: one.contactId,
  title: one.title ?? null,
  handler: one.handler,
  status: one.handler === 'closed' ? ('closed' as const) : ('open' as const),
  priority: one.priority,
  labels,
  assigneeUserId: one.assigneeUserId ?? null,
  assignedAt: timeOrNull(one.assignedAt),
  language: one.language ?? null,
  lastSeq: one.lastSeq,
  isSubscribed: one.isSubscribed,
  createdAt: timeOf(one.createdAt),
  lastActivityAt: timeOf(one.lastActivityAt),
  lastInboundAt: timeOrNull(one.lastInboundAt),
  firstResponseAt: timeOrNull(one.firstResponseAt),
  closedAt: timeOrNull(one.closedAt),
});

async function contactsOf(em: EntityManager, tenantId: string, conversations: readonly Conversation[]) {
  const found = await em.find(Contact, { tenantId, id: { $in: conversations.map((one) => one.contactId) } });
  return new Map(
    found.map((one) => [one.id, { id: one.id, displayName: one.displayName ?? null, locale: one.locale ?? null }]),
  );
}

async function shownLast(em: EntityManager, tenantId: string, ids: string[]) {
  const messages = await lastMessagesOf(em, tenantId, ids);
  const shown = await presentMessages(em, tenantId, messages);
  return new Map(messages.map((message, n) => [message.conversationId, shown[n]]));
}
