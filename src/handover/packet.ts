import type { EntityManager } from '@mikro-orm/postgresql';
import { Contact } from '../entities/contact.ts';
import type { Conversation } from '../entities/conversation.ts';
import type { Handover } from '../entities/handover.ts';
import { Message } from '../entities/message.ts';
import { inBrackets } from '../language/in-brackets.ts';

const LAST_MESSAGES = 6;

/** What a manager needs to know at first sight. */
export interface Packet {
  conversation: { id: string; channel: string; contactName: string };
  summary: string;
  /** Oldest first. `at` is ISO 8601. */
  lastMessages: { author: string; text: string; at: string }[];
}

/** The packet of a conversation as it stands. */
export async function packetOf(
  em: EntityManager,
  conversation: Conversation,
  handover: Handover | null,
  channel: string,
): Promise<Packet> {
  const { tenantId, id, contactId } = conversation;
  const contact = await em.findOne(Contact, { tenantId, id: contactId });
  const last = await em.find(
    Message,
    { tenantId, conversationId: id, isInternal: false, deletedAt: null },
    { orderBy: { seq: 'desc' }, limit: LAST_MESSAGES },
  );
  const contactName = contact?.displayName ?? 'A customer';
  return {
    conversation: { id, channel, contactName },
    summary: summarise(contactName, channel, handover, last),
    lastMessages: last.toReversed().map((message) => ({
      author: authorOf(message, contactName),
      text: wordsOf(message),
      at: (message.sentAt ?? message.createdAt).toISOString(),
    })),
  };
}

/** With what came along, so that nothing looks as if nothing had been said. */
function wordsOf({ content, contentType, attachments }: Message): string {
  const words = [content, ...attachments.map(inBrackets)].filter(Boolean).join('\n');
  return words === '' ? `[${contentType}]` : words;
}

const authorOf = (message: Message, contactName: string) =>
  ({ contact: contactName, user: 'Manager', agent: 'Assistant', system: 'Assistant' })[message.senderKind as 'user'];

function summarise(name: string, channel: string, handover: Handover | null, newestFirst: Message[]): string {
  const asked = newestFirst.find((message) => message.direction === 'in' && message.content !== '');
  const words = asked ? `Last said: "${asked.content.slice(0, 200)}".` : 'Nothing in words yet.';
  const why = handover ? ` Why: ${handover.reasonText}.` : '';
  return `${name} on ${channel}. ${words}${why}`;
}
