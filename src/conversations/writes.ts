import type { EntityData, EntityManager, RequiredEntityData } from '@mikro-orm/postgresql';
import type { AgentRun } from '../entities/agent-run.ts';
import type { Decision } from '../entities/decision.ts';
import { Handover } from '../entities/handover.ts';
import type { Message } from '../entities/message.ts';
import type { Notification } from '../entities/notification.ts';
import type { NewOutbound } from '../entities/outbound-message.ts';
import type { OwnershipTransition } from '../entities/ownership-transition.ts';
import type { Wake } from '../queue/wake.ts';
import type { Statement } from '../tenancy/at-once.ts';
import { runBound, together } from '../tenancy/bound.ts';
import { hitStatements } from '../faqs/count-hits.ts';
import { insertStatements } from '../tenancy/insert-rows.ts';
import { writeChanges } from './write-changes.ts';

export type NewHandover = Pick<Handover, 'reasonCategory' | 'reasonText' | 'mode'> &
  Partial<Omit<Handover, 'tenantId' | 'id' | 'conversationId'>>;
export type HandoverChange = EntityData<Handover>;

/** What of a message may change later, in the database or before it gets there. */
export type Changeable = Pick<Message, 'content' | 'metadata' | 'attachments' | 'reactions'> &
  Partial<Pick<Message, 'contentType' | 'editedAt' | 'deletedAt'>>;

/** Rows that the turns of one transaction leave behind, written together at its end. */
export interface Writes {
  messages: (RequiredEntityData<Message> & Changeable)[];
  transitions: RequiredEntityData<OwnershipTransition>[];
  runs: RequiredEntityData<AgentRun>[];
  decisions: RequiredEntityData<Decision>[];
  outbound: NewOutbound[];
  handovers: RequiredEntityData<Handover>[];
  handoverChanges: { id: string; set: HandoverChange }[];
  notifications: RequiredEntityData<Notification>[];
  /** Ids of FAQs that answered, one for each answer. */
  faqHits: string[];
  /** Whatever else has to be written at the end; it does not see the rows that are written with it. */
  others: Statement[];
  /** To be asked for once the transaction has committed, never before. */
  wakes: Parameters<Wake>[];
}

export const noWrites = (): Writes => ({
  messages: [],
  transitions: [],
  runs: [],
  decisions: [],
  outbound: [],
  handovers: [],
  handoverChanges: [],
  notifications: [],
  faqHits: [],
  others: [],
  wakes: [],
});

/**
 * The changed conversations in one update, then everything else in one statement: together with `enqueue`, which puts the
 * replies into the outbox, and whose rows it gives.
 */
export async function write(
  em: EntityManager,
  writes: Writes,
  enqueue?: Statement,
): Promise<Record<string, unknown>[]> {
  await writeChanges(em);
  const statements = [
    ...insertStatements('messages', writes.messages),
    ...insertStatements('ownership_transitions', writes.transitions),
    ...insertStatements('agent_runs', writes.runs),
    ...insertStatements('decisions', writes.decisions),
    ...insertStatements('handovers', writes.handovers),
    ...insertStatements('notifications', writes.notifications),
    ...hitStatements(writes.faqHits),
    ...writes.others,
  ];
  const rows = statements.length > 0 || enqueue ? await runBound(em, together(statements, enqueue)) : [];
  for (const { id, set } of writes.handoverChanges) await em.nativeUpdate(Handover, { id }, set);
  return rows;
}

/**
 * Whoever sends the message before ours looks for ours when that is recorded. Only if he looked just before our commit,
 * nobody would come: by then he is certainly done.
 */
const AFTER_THE_ONE_BEFORE_MS = 200;

/** Asks for what the committed rows need next; to `taken` conversations something is being sent already. */
export function wakeAll(writes: Writes, wake: Wake, taken?: ReadonlySet<string>): void {
  for (const [job, tenantId, subject, delayMs = 0] of writes.wakes) {
    if (job !== 'deliver-outbound' || !taken) wake(job, tenantId, subject, delayMs);
    else if (!taken.has(subject)) wake(job, tenantId, subject, Math.max(delayMs, AFTER_THE_ONE_BEFORE_MS));
  }
}
