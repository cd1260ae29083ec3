import type { EntityManager } from '@mikro-orm/postgresql';
import type { Conversation } from '../entities/conversation.ts';
import { requireFeature } from '../tenancy/features.ts';

/** What people set about a conversation. Throws 403 for a priority where the tenant does not have that feature. */
export async function editConversation(
  em: EntityManager,
  conversation: Conversation,
  { title, priority }: { title?: string | null | undefined; priority?: number | undefined },
): Promise<void> {
  if (priority !== undefined && priority !== conversation.priority) {
    await requireFeature(em, conversation.tenantId, 'priority_support');
    conversation.priority = priority;
  }
  if (title !== undefined) conversation.title = title;
}
