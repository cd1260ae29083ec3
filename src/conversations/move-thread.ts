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
  else if (newer && isAtRest(older, said)) return close(unit, older, newer);
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

function close(unit: Unit, conversation: Conversation, other: Conversation): Conversation {
  changeHands(conversation, 'closed', system, 'the chat goes on under another id', unit.writes);
  endHandover(unit, conversation, { returnedAt: unit.now, outcome: 'closed' });
  return other;
}

/** What was said in the newer conversation goes on in the older one, and is left to whoever has that. */
async function join(unit: Unit, older: Conversation, newer: Conversation, said: Map<string, Said[]>): Promise<void> {
  const { em, now, writes } = unit;
  const shift: number = older.lastSeq;
  close(unit, newer, older);
  // The new id has to be free before the older conversation can have it.
  await em.flush();
  await em.execute(
    'update messages set conversation_id = ?, seq = seq + ? where tenant_id = ? and conversation_id = ?',
    [older.id, shift, older.tenantId, newer.id],
  );
  for (const message of writes.messages.filter(({ conversationId }) => conversationId === newer.id)) {
    Object.assign(message, { conversationId: older.id, seq: Number(message.seq) + shift });
  }
  const fresh = (said.get(newer.id) ?? []).map((part) => ({ ...part, seq: part.seq + shift }));
  if (fresh.length > 0) said.set(older.id, [...(said.get(older.id) ?? []), ...fresh]);
  said.delete(newer.id);
  older.lastSeq += newer.lastSeq;
  older.lastInboundAt = newer.lastInboundAt ?? older.lastInboundAt ?? null;
  older.lastActivityAt = now;
  older.turnStartedAt ??= now;
}
