import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { labelsOf } from '../../conversations/labels.ts';
import {
  handoverStatuses,
  positionOf,
  readHandover,
  readPacket,
  type HandoverRow,
} from '../../handover/read-handovers.ts';
import { id, time, timeOf, timeOrNull } from '../api/fields.ts';

const shown = {
  id,
  conversationId: id,
  channelId: id,
  contactName: z.string().nullable(),
  labels: z.array(z.string()).meta({ description: 'Of the conversation.' }),
  status: z.enum(handoverStatuses),
  priority: z.int(),
  reasonCategory: z.string(),
  reason: z.string(),
  mode: z.enum(['ask', 'immediate', 'manual']),
  waitingSince: time.nullable(),
  takenAt: time.nullable(),
  takenBy: z.strictObject({ userId: id, name: z.string() }).nullable(),
  outcome: z.string().nullable(),
  createdAt: time,
};
export const ShownHandover = z.strictObject(shown).meta({ id: 'Handover' });
export const FullHandover = z
  .strictObject({
    ...shown,
    position: z.int().nullable(),
    packet: z.strictObject({
      conversation: z.strictObject({ id, channel: z.string(), contactName: z.string() }),
      summary: z.string(),
      lastMessages: z.array(z.strictObject({ author: z.string(), text: z.string(), at: time })),
    }),
  })
  .meta({ id: 'HandoverInFull' });

/** Handovers as managers see them, in the order given. */
export async function presentHandovers(
  em: EntityManager,
  tenantId: string,
  rows: readonly HandoverRow[],
): Promise<z.infer<typeof ShownHandover>[]> {
  const conversationIds = rows.map((row) => row.conversation_id);
  const labels = await labelsOf(em, tenantId, conversationIds);
  return rows.map((row) => present(row, labels.get(row.conversation_id) ?? []));
}

/** One with its place in the queue and its packet; null where there is none with this id. */
export async function handoverInFull(
  em: EntityManager,
  tenantId: string,
  handoverId: string,
  channelName: (channelId: string) => string | undefined,
): Promise<z.infer<typeof FullHandover> | null> {
  const row = await readHandover(em, tenantId, handoverId);
  if (!row) return null;
  const [shownRow] = await presentHandovers(em, tenantId, [row]);
  if (!shownRow) throw new Error('a handover that was given is not shown');
  const packet = await readPacket(em, tenantId, row, channelName(row.channel_id) ?? 'a channel');
  return { ...shownRow, position: await positionOf(em, tenantId, row), packet };
}

const present = (row: HandoverRow, labels: string[]) => ({
  id: row.id,
  conversationId: row.conversation_id,
  channelId: row.channel_id,
  contactName: row.contact_name,
  labels,
  status: row.status,
  priority: row.priority,
  reasonCategory: row.reason_category,
  reason: row.reason_text,
  mode: row.mode,
  waitingSince: timeOrNull(row.queued_at),
  takenAt: timeOrNull(row.accepted_at),
  takenBy: row.accepted_by === null ? null : { userId: row.accepted_by, name: row.accepted_by_name ?? 'a manager' },
  outcome: row.outcome,
  createdAt: timeOf(row.created_at),
});
