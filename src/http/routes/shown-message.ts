import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Message } from '../../entities/message.ts';
import { OutboundMessage } from '../../entities/outbound-message.ts';
import { id, time, timeOf, timeOrNull } from '../api/fields.ts';

const ShownAttachment = z.strictObject({
  type: z.string(),
  id: id.optional().meta({ description: 'Of a file that a manager sent: download it with GET /attachments/{id}.' }),
  providerId: z.string().optional(),
  url: z.string().optional(),
  mimeType: z.string().optional(),
  fileName: z.string().optional(),
  sizeBytes: z.number().optional(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
  label: z.string().optional(),
});

export const ShownMessage = z
  .strictObject({
    id,
    seq: z.int().meta({ description: 'Its place in the conversation: the order of what was said.' }),
    from: z.enum(['contact', 'user', 'agent', 'system']),
    userId: id.nullable(),
    agentId: id.nullable(),
    isInternal: z.boolean().meta({ description: 'A note of managers: never sent, never shown to the contact.' }),
    text: z.string(),
    attachments: z.array(ShownAttachment),
    reactions: z.record(z.string(), z.string()),
    status: z.enum(['received', 'queued', 'sent', 'delivered', 'read', 'failed', 'withheld']),
    failedBecause: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it was said, where no turn and no person led to it.' }),
    language: z.string().nullable(),
    at: time,
    editedAt: time.nullable(),
    deletedAt: time.nullable(),
  })
  .meta({ id: 'Message' });

/** Messages as managers see them, in the order given, with why those failed that did. */
export async function presentMessages(
  em: EntityManager,
  tenantId: string,
  messages: readonly Message[],
): Promise<z.infer<typeof ShownMessage>[]> {
  const sent = messages.filter(({ direction }) => direction === 'out').map((one) => one.id);
  const failed =
    sent.length === 0 ? [] : await em.find(OutboundMessage, { tenantId, status: 'failed', messageId: { $in: sent } });
  const reasons = new Map(failed.map(({ messageId, error }) => [messageId, error ?? null]));
  return messages.map((one) => present(one, reasons.get(one.id) ?? null));
}

const present = (message: Message, failedBecause: string | null) => ({
  id: message.id,
  seq: message.seq,
  from: message.senderKind,
  userId: message.userId ?? null,
  agentId: message.agentId ?? null,
  isInternal: message.isInternal,
  text: message.content,
  attachments: message.attachments,
  reactions: message.reactions,
  status: message.status,
  failedBecause,
  reason: typeof message.metadata['reason'] === 'string' ? message.metadata['reason'] : null,
  language: message.language ?? null,
  at: timeOf(message.sentAt ?? message.createdAt),
  editedAt: timeOrNull(message.editedAt),
  deletedAt: timeOrNull(message.deletedAt),
});
