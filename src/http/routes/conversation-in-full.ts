import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Conversation, handlers } from '../../entities/conversation.ts';
import { Decision } from '../../entities/decision.ts';
import { Notification } from '../../entities/notification.ts';
import { OwnershipTransition } from '../../entities/ownership-transition.ts';
import { id, time, timeOf, timeOrNull } from '../api/fields.ts';
import { ListedConversation, presentConversations } from './shown-conversation.ts';
import { FullHandover, handoverInFull } from './shown-handover.ts';

export const shownParts = ['contact', 'handover', 'decisions', 'transitions', 'notifications'] as const;

const handler = z.enum(handlers);

export const ShownDecision = z
  .strictObject({
    id,
    epoch: z.int(),
    firstSeq: z.int(),
    lastSeq: z.int(),
    path: z.string().meta({ description: 'The rule that decided.' }),
    outcome: z.string(),
    reason: z.string(),
    language: z.string(),
    faqId: id.nullable(),
    confidence: z.number().nullable(),
    evidence: z.record(z.string(), z.unknown()),
    thresholds: z.record(z.string(), z.unknown()).meta({ description: 'What was set at that moment.' }),
    settingsVersion: z.int(),
    handlerBefore: handler,
    handlerAfter: handler,
    agentRunId: id.nullable(),
    replyMessageId: id.nullable(),
    withheldReason: z.string().nullable(),
    durationMs: z.number(),
    createdAt: time,
  })
  .meta({ id: 'Decision' });

const ShownTransition = z.strictObject({
  id,
  epoch: z.int(),
  from: handler,
  to: handler,
  actorKind: z.enum(['contact', 'user', 'agent', 'system']),
  actorId: id.nullable(),
  reason: z.string(),
  createdAt: time,
});

const ShownNotification = z.strictObject({
  id,
  targetId: id,
  status: z.enum(['queued', 'sending', 'sent', 'failed', 'skipped']),
  attempts: z.int(),
  error: z.string().nullable(),
  createdAt: time,
  sentAt: time.nullable(),
});

export const ShownInFull = ListedConversation.extend({
  handover: FullHandover.nullable().optional().meta({ description: 'The open one; null where there is none.' }),
  decisions: z.array(ShownDecision).optional(),
  transitions: z.array(ShownTransition).optional(),
  notifications: z.array(ShownNotification).optional(),
}).meta({ id: 'Conversation' });

/** A conversation with the parts that were asked for. */
export async function inFull(
  em: EntityManager,
  conversation: Conversation,
  wanted: readonly (typeof shownParts)[number][],
  channelName: (channelId: string) => string | undefined,
): Promise<z.infer<typeof ShownInFull>> {
  const { tenantId, id: conversationId, openHandoverId } = conversation;
  const [shown] = await presentConversations(em, tenantId, [conversation], wanted);
  if (!shown) throw new Error('a conversation that was given is not shown');
  const of = { tenantId, conversationId };
  const parts: Partial<z.infer<typeof ShownInFull>> = {};
  if (wanted.includes('handover')) {
    parts.handover = openHandoverId ? await handoverInFull(em, tenantId, openHandoverId, channelName) : null;
  }
  if (wanted.includes('decisions')) {
    parts.decisions = (await em.find(Decision, of, { orderBy: { createdAt: 'desc' }, limit: 50 })).map(presentDecision);
  }
  if (wanted.includes('transitions')) {
    const found = await em.find(OwnershipTransition, of, { orderBy: { epoch: 'asc' } });
    parts.transitions = found.map(presentTransition);
  }
  if (wanted.includes('notifications')) {
    const found = await em.find(Notification, of, { orderBy: { createdAt: 'desc' }, limit: 20 });
    parts.notifications = found.map(presentNotification);
  }
  return { ...shown, ...parts };
}

export const presentDecision = (one: Decision): z.infer<typeof ShownDecision> => ({
  id: one.id,
  epoch: one.epoch,
  firstSeq: one.firstSeq,
  lastSeq: one.lastSeq,
  path: one.path,
  outcome: one.outcome,
  reason: one.reason,
  language: one.language,
  faqId: one.faqId ?? null,
  confidence: one.confidence === null || one.confidence === undefined ? null : Number(one.confidence),
  evidence: one.evidence,
  thresholds: one.thresholds,
  settingsVersion: one.settingsVersion,
  handlerBefore: one.handlerBefore,
  handlerAfter: one.handlerAfter,
  agentRunId: one.agentRunId ?? null,
  replyMessageId: one.replyMessageId ?? null,
  withheldReason: one.withheldReason ?? null,
  durationMs: Number(one.durationMs),
  createdAt: timeOf(one.createdAt),
});

const presentTransition = (one: OwnershipTransition): z.infer<typeof ShownTransition> => ({
  id: one.id,
  epoch: one.epoch,
  from: one.fromHandler,
  to: one.toHandler,
  actorKind: one.actorKind,
  actorId: one.actorId ?? null,
  reason: one.reason,
  createdAt: timeOf(one.createdAt),
});

const presentNotification = (one: Notification): z.infer<typeof ShownNotification> => ({
  id: one.id,
  targetId: one.targetId,
  status: one.status,
  attempts: one.attempts,
  error: one.error ?? null,
  createdAt: timeOf(one.createdAt),
  sentAt: timeOrNull(one.sentAt),
});
