import { LockMode } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { notFound } from '../errors.ts';
import { newId } from '../id.ts';
import type { Unit } from './unit.ts';

/**
 * Writes down what managers tell each other about a conversation; gives the message's id. It never enters the outbox, and
 * being internal is shown to nobody but managers: not to the contact, and not to an agent. It changes nothing of who
 * answers, and is possible in a closed conversation too.
 */
export async function addNote(
  { em, settings, writes }: Unit,
  conversationId: string,
  userId: string | null,
  text: string,
): Promise<string> {
  const tenantId = settings.tenant.id;
  const conversation = await em.findOne(
    Conversation,
    { tenantId, id: conversationId },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!conversation) throw notFound('there is no such conversation');
  const id = newId();
  writes.messages.push({
    tenantId,
    id,
    conversationId,
    channelId: conversation.channelId,
    seq: (conversation.lastSeq += 1),
    senderKind: 'user',
    userId,
    direction: 'internal',
    isInternal: true,
    content: text,
    contentType: 'note',
    attachments: [],
    reactions: {},
    metadata: {},
    status: 'received',
  });
  return id;
}
