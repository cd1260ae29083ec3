import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { ConversationLabel } from '../entities/conversation-label.ts';
import { runBound } from '../tenancy/bound.ts';

/** Labels by conversation, in alphabetical order. */
export async function labelsOf(em: EntityManager, tenantId: string, ids: string[]): Promise<Map<string, string[]>> {
  const rows = await em.find(
    ConversationLabel,
    { tenantId, conversationId: { $in: ids } },
    { orderBy: { label: 'asc' }, disableIdentityMap: true },
  );
  const byConversation = Map.groupBy(rows, (row) => row.conversationId);
  return new Map(ids.map((id) => [id, (byConversation.get(id) ?? []).map(({ label }) => label).toSorted()]));
}

/** Gives the conversation these labels and no others. The caller holds its row lock. */
export async function setLabels(em: EntityManager, tenantId: string, id: string, labels: string[]): Promise<void> {
  await em.nativeDelete(ConversationLabel, { tenantId, conversationId: id, label: { $nin: labels } });
  const rows = labels.map((label) => ({ tenantId, conversationId: id, label }));
  if (rows.length > 0) await em.upsertMany(ConversationLabel, rows, { onConflictAction: 'ignore' });
}

const Count = z.object({ label: z.string(), conversations: z.coerce.number() });

/** Every label of the tenant with the number of its conversations, in alphabetical order. */
export async function countLabels(em: EntityManager, tenantId: string): Promise<z.infer<typeof Count>[]> {
  const rows = await runBound(em, [
    'select label, count(*)::int as conversations from conversation_labels where tenant_id = ? group by label order by label',
    [tenantId],
  ]);
  return z.array(Count).parse(rows);
}
