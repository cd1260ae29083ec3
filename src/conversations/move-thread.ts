import type { EntityManager } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { endHandover } from '../handover/hand-over.ts';
import { threadSubject } from '../queue/contracts.ts';
import { lockOpen } from './find-or-open.ts';
import type { ReadEvent } from './handle-threads.ts';
import { moveContact } from './move-contact.ts';
import { changeHands, system } from './ownership.ts';
import type { Said } from './take-in.ts';
import type { Unit } from './unit.ts';
import { withUnit, type UnitDeps } from './with-unit.ts';

/**
 * The chat goes on under another id, and so does the person who is known by it; what is still to be sent follows. Gives
 * the conversation that goes on there.
 *
 * What was said under the new id may have come before this news and opened a conversation of its own. Then one of the
 * two stays: the newer one, which may have answered already, where automation has the older one and owes it nothing.
 * Otherwise the older one, so that whoever has it keeps it.
 */
export async function moveThread(
  unit: Unit,
  { channelId, thread }: Pick<ReadEvent, 'channelId' | 'thread'>,
  newThread: string,
  said: Map<string, Said[]>,
): Promise<Conversation | null> {
  const { em, settings } = unit;
  const tenantId = settings.tenant.id;
  const threads = [thread, newThread].map((one) => ({ channelId, thread: one }));
  const found = await lockOpen(em, tenantId, threads);
  const older = found.get(threadSubject(channelId, thread));
  const newer = found.get(threadSubject(channelId, newThread));
  const contactId = await moveContact(unit, channelId, thread, newThread);
  if (contactId && newer) newer.contactId = contactId;
  if (!older) return null;
  // Opened a moment ago, for messages of this batch that are still to be taken in.
  if (newer?.lastSeq === 0) await em.nativeDelete(Conversation, { tenantId, id: newer.id });
  else if (newer && isAtRest(older, said)) return endIn(unit, older, newer);
  else if (newer) await join(unit, older, newer, said);
  older.thread = newThread;
  return older;
}

/** The same where it was found out in sending. What was said under the new id may be owed an answer. */
export const followMove = (deps: UnitDeps, tenantId: string, channelId: string, thread: string, newThread: string) =>
  withUnit(deps, tenantId, async (unit) => {
    const goesOn = await moveThread(unit, { channelId, thread }, newThread, new Map());
    if (goesOn) unit.writes.wakes.push(['handle-inbound', tenantId, threadSubject(channelId, newThread)]);
  });

const isAtRest = ({ id, handler, turnStartedAt, activeRunId }: Conversation, said: Map<string, Said[]>): boolean =>
  handler === 'bot' && !turnStartedAt && !activeRunId && !said.has(id);

function close(unit: Unit, conversation: Conversation): void {
  changeHands(conversation, 'closed', system, 'the chat goes on under another id', unit.writes);
  endHandover(unit, conversation, { returnedAt: unit.now, outcome: 'closed' });
}

/** The older conversation ends; what it still has to say goes to where the newer one is, unless that is not for automation to do. */
async function endIn(unit: Unit, older: Conversation, newer: Conversation): Promise<Conversation> {
  const { epoch: before } = older;
  close(unit, older);
  older.thread = newer.thread;
  if (newer.handler === 'bot') {
    await unit.em.execute(
      `update outbound_messages set epoch = ?
       where tenant_id = ? and conversation_id = ? and status in ('queued', 'sending') and is_automatic and epoch = ?`,
      [older.epoch, older.tenantId, older.id, before],
    );
  }
  return newer;
}

/**
 * What was said in the newer conversation goes on in the older one, and is left to whoever has that; what managers wrote
 * there and still waits is sent behind what waits here. What automation wrote is not: the turn is decided anew.
 */
async function join(unit: Unit, older: Conversation, newer: Conversation, said: Map<string, Said[]>): Promise<void> {
  const { em, now, writes } = unit;
  const shift: number = older.lastSeq;
  close(unit, newer);
  // The new id has to be free before the older conversation can have it.
  await em.flush();
  await giveRows(em, newer, older, shift);
  const conversationId = older.id;
  const ofNewer = (row: { conversationId: unknown }) => row.conversationId === newer.id;
  for (const row of writes.messages.filter(ofNewer)) {
    Object.assign(row, { conversationId, seq: Number(row.seq) + shift });
  }
  for (const row of writes.outbound.filter(ofNewer)) {
    Object.assign(row, { conversationId, seq: row.seq + shift, ...(row.isAutomatic && { epoch: STALE }) });
  }
  for (const row of [...writes.decisions, ...writes.runs].filter(ofNewer)) {
    const seqs = { firstSeq: Number(row.firstSeq) + shift, lastSeq: Number(row.lastSeq) + shift };
    Object.assign(row, { conversationId, ...seqs });
  }
  writes.wakes.push(['deliver-outbound', older.tenantId, older.id]);
  const fresh = (said.get(newer.id) ?? []).map((part) => ({ ...part, seq: part.seq + shift }));
  if (fresh.length > 0) said.set(older.id, [...(said.get(older.id) ?? []), ...fresh]);
  said.delete(newer.id);
  older.lastSeq += newer.lastSeq;
  older.lastInboundAt = newer.lastInboundAt ?? older.lastInboundAt ?? null;
  older.lastActivityAt = now;
  older.turnStartedAt ??= now;
}

/** Of no conversation: what automation wrote under it is withheld. */
const STALE = -1;

/** Sends before messages, as those who write down what became of sends lock them. A decision and its run stay together. */
async function giveRows(em: EntityManager, from: Conversation, to: Conversation, shift: number): Promise<void> {
  const { tenantId } = to;
  await em.execute(
    `update outbound_messages set conversation_id = ?, seq = seq + ?,
       epoch = case when is_automatic and status in ('queued', 'sending') then ? else epoch end
     where tenant_id = ? and message_id = any (array(
       select id from messages where tenant_id = ? and conversation_id = ?))`,
    [to.id, shift, STALE, tenantId, tenantId, from.id],
  );
  await em.execute(
    'update messages set conversation_id = ?, seq = seq + ? where tenant_id = ? and conversation_id = ?',
    [to.id, shift, tenantId, from.id],
  );
  for (const table of ['agent_runs', 'decisions']) {
    await em.execute(
      `update ${table} set conversation_id = ?, first_seq = first_seq + ?, last_seq = last_seq + ?
       where tenant_id = ? and conversation_id = ?`,
      [to.id, shift, shift, tenantId, from.id],
    );
  }
}
