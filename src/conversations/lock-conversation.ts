import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { notFound } from '../errors.ts';

/** The conversation under its row lock. Throws `notFound`, also where it is another tenant's. */
export async function lockConversation(em: EntityManager, tenantId: string, id: string): Promise<Conversation> {
  const conversation = await em.findOne(Conversation, { tenantId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!conversation) throw notFound('there is no such conversation');
  return conversation;
}
