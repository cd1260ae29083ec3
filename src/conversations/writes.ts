import type { EntityData, EntityManager, RequiredEntityData } from '@mikro-orm/postgresql';
import { AgentRun } from '../entities/agent-run.ts';
import { Decision } from '../entities/decision.ts';
import { Handover } from '../entities/handover.ts';
import { Message } from '../entities/message.ts';
import { Notification } from '../entities/notification.ts';
import { OutboundMessage } from '../entities/outbound-message.ts';
import { OwnershipTransition } from '../entities/ownership-transition.ts';
import type { Wake } from '../queue/wake.ts';

export type NewHandover = Pick<Handover, 'reasonCategory' | 'reasonText' | 'mode'> &
  Partial<Pick<Handover, 'askedAt' | 'queuedAt' | 'acceptedAt' | 'acceptedBy'>>;
export type HandoverChange = EntityData<Handover>;

/** Rows that the turns of one transaction leave behind, written together at its end. */
export interface Writes {
  messages: RequiredEntityData<Message>[];
  transitions: RequiredEntityData<OwnershipTransition>[];
  runs: RequiredEntityData<AgentRun>[];
  decisions: RequiredEntityData<Decision>[];
  outbound: RequiredEntityData<OutboundMessage>[];
  handovers: RequiredEntityData<Handover>[];
  handoverChanges: { id: string; set: HandoverChange }[];
  notifications: RequiredEntityData<Notification>[];
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
  wakes: [],
});

/** One insert per table, parents first; then the changed conversations in one update. */
export async function write(em: EntityManager, writes: Writes): Promise<void> {
  if (writes.messages.length > 0) await em.insertMany(Message, writes.messages);
  if (writes.transitions.length > 0) await em.insertMany(OwnershipTransition, writes.transitions);
  if (writes.runs.length > 0) await em.insertMany(AgentRun, writes.runs);
  if (writes.decisions.length > 0) await em.insertMany(Decision, writes.decisions);
  if (writes.outbound.length > 0) await em.insertMany(OutboundMessage, writes.outbound);
  if (writes.handovers.length > 0) await em.insertMany(Handover, writes.handovers);
  for (const { id, set } of writes.handoverChanges) await em.nativeUpdate(Handover, { id }, set);
  if (writes.notifications.length > 0) await em.insertMany(Notification, writes.notifications);
  await em.flush();
}

/** Asks for what the committed rows need next. */
export function wakeAll(writes: Writes, wake: Wake): void {
  for (const args of writes.wakes) wake(...args);
}
