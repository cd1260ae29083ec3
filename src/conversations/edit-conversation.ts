import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { Tenant } from '../entities/tenant.ts';
import { AppError, notFound } from '../errors.ts';

/** The conversation, under its row lock. Throws 404 when the tenant has no such conversation. */
export async function lockConversation(em: EntityManager, tenantId: string, id: string): Promise<Conversation> {
  const found = await em.findOne(Conversation, { tenantId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!found) throw notFound('there is no such conversation');
  return found;
}

/** What people set about a conversation. Throws 403 for a priority where the tenant does not have that feature. */
export async function editConversation(
  em: EntityManager,
  conversation: Conversation,
  { title, priority }: { title?: string | null | undefined; priority?: number | undefined },
): Promise<void> {
  if (priority !== undefined && priority !== conversation.priority) {
    await needPrioritySupport(em, conversation.tenantId);
    conversation.priority = priority;
  }
  if (title !== undefined) conversation.title = title;
}

async function needPrioritySupport(em: EntityManager, tenantId: string): Promise<void> {
  const { features } = await em.findOneOrFail(Tenant, { id: tenantId }, { disableIdentityMap: true });
  if (features.includes('priority_support')) return;
  throw new AppError(
    403,
    'feature_missing',
    'priorities belong to the feature priority_support, which this tenant does not have; a system admin can turn it on',
  );
}
