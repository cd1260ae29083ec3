import { setImmediate as othersFirst } from 'node:timers/promises';
import type { InboundContent } from '../channels/adapter.ts';
import { Contact } from '../entities/contact.ts';
import type { Conversation } from '../entities/conversation.ts';
import { messageOf } from '../errors.ts';
import { threadSubject } from '../queue/contracts.ts';
import { findOrMakeContacts, findOrOpen, lockOpen, type WantedThread } from './find-or-open.ts';
import { noteAccountError } from './note-account-error.ts';
import { moveThread } from './move-thread.ts';
import { applyToMessage, takeInEcho, takeInMessage, type Said } from './take-in.ts';
import { isUrgent, takeTurn } from './take-turn.ts';
import type { Unit } from './unit.ts';

/** An event of the inbox, read. */
export interface ReadEvent {
  id: string;
  channelId: string;
  thread: string;
  receivedAt: Date;
  /** It was looked at before, and what it speaks of was not there. */
  wasPutOff: boolean;
  content: Exclude<InboundContent, { type: 'unreadable' }>;
}

/**
 * How the handling of an event ended. `later` leaves it in the inbox for another look: after `wait.ms`, null = at once, or as
 * soon as the message `wait.for` is there.
 */
export interface EventEnd {
  id: string;
  status: 'handled' | 'ignored' | 'failed' | 'later';
  error: string | null;
  wait?: { for: string; ms: number | null };
}

/** After so long at one tenant's turns, what else is ready in this process goes first. */
const LONGEST_STRETCH_MS = 4;

/** Receipts and edits wait this long for the message they speak of. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;

/**
 * Handles everything that has arrived in some threads of one tenant, in the order it was accepted, and decides the
 * turns that are due. `due` names threads whose burst may be over although nothing new has arrived.
 */
export async function handleThreads(
  unit: Unit,
  events: ReadEvent[],
  due: { channelId: string; thread: string }[],
): Promise<EventEnd[]> {
  const opening = events.flatMap(threadToOpen);
  const conversations = await findOrOpen(unit.em, unit.settings.tenant.id, unique([...opening]));
  const known = due.filter(({ channelId, thread }) => !conversations.has(threadSubject(channelId, thread)));
  for (const [subject, conversation] of await lockKnown(unit, known)) conversations.set(subject, conversation);

  const said = new Map<string, Said[]>();
  const ends: EventEnd[] = [];
  for (const event of events) ends.push(await takeIn(unit, event, conversations, said));
  let since = performance.now();
  for (const conversation of new Set(conversations.values())) {
    const fresh = (said.get(conversation.id) ?? []).filter((part) => !part.isDeleted);
    await turnIfDue(unit, conversation, fresh);
    if (performance.now() - since < LONGEST_STRETCH_MS) continue;
    await othersFirst();
    since = performance.now();
  }
  return ends;
}

function threadToOpen({ channelId, thread, content }: ReadEvent): WantedThread[] {
  if (content.type === 'message') {
    // A group's conversation belongs to whoever spoke first; each message names its own writer.
    return [{ channelId, thread, from: content.from }];
  }
  return content.type === 'echo' ? [{ channelId, thread, from: { externalId: thread } }] : [];
}

const unique = (threads: WantedThread[]) => [
  ...new Map(threads.map((one) => [threadSubject(one.channelId, one.thread), one])).values(),
];

const lockKnown = (unit: Unit, threads: { channelId: string; thread: string }[]) =>
  lockOpen(unit.em, unit.settings.tenant.id, threads);

async function takeIn(
  unit: Unit,
  event: ReadEvent,
  conversations: Map<string, Conversation>,
  said: Map<string, Said[]>,
): Promise<EventEnd> {
  const { id, channelId, content } = event;
  const conversation = conversations.get(threadSubject(channelId, event.thread));
  const end = (status: EventEnd['status'], error: string | null = null): EventEnd => ({ id, status, error });
  try {
    switch (content.type) {
      case 'message': {
        if (!conversation) return end('failed', 'no conversation could be opened for this thread');
        const contactId = await writerOf(unit, conversation, channelId, content);
        const part = takeInMessage(unit, conversation, content, contactId);
        said.set(conversation.id, [...(said.get(conversation.id) ?? []), part]);
        return end('handled');
      }
      case 'echo':
        if (!conversation) return end('failed', 'no conversation could be opened for this thread');
        takeInEcho(unit, conversation, content);
        said.delete(conversation.id);
        return end('handled');
      case 'edit':
      case 'deletion':
      case 'reaction':
      case 'status': {
        if (await applyToMessage(unit, channelId, content)) return end('handled');
        const ms = pauseOf(event, unit.now);
        if (ms === null) return end('ignored', `speaks of a message that is not known: ${content.messageId}`);
        return { ...end('later'), wait: { for: content.messageId, ms } };
      }
      case 'subscription':
        await subscribe(unit, event, content.subscribed);
        return end('handled');
      case 'migration': {
        const moved = await moveThread(unit, event, content.newThread, said);
        if (moved) conversations.set(threadSubject(channelId, content.newThread), moved);
        return end('handled');
      }
      case 'account_error':
        noteAccountError(unit, channelId, content.error);
        return end('handled');
      case 'agent_answer':
        return end('failed', 'an answer of an agent came through a channel that is not one of agents');
      case 'anonymous':
      case 'ignored':
        return end('ignored', content.reason);
    }
  } catch (error) {
    return end('failed', messageOf(error));
  }
}

/**
 * Until the next look: each pause is as long as all before it. Null when there was patience enough; never at the first look,
 * however late that is, since the message may be in the same batch.
 */
function pauseOf({ receivedAt, wasPutOff }: ReadEvent, now: Date): number | null {
  if (!wasPutOff) return FIRST_PAUSE_MS;
  const age = now.getTime() - receivedAt.getTime();
  return age >= PATIENCE_MS ? null : Math.min(Math.max(age, FIRST_PAUSE_MS), PATIENCE_MS - age);
}

async function writerOf(
  unit: Unit,
  conversation: Conversation,
  channelId: string,
  content: Extract<InboundContent, { type: 'message' }>,
): Promise<string> {
  if (!content.isGroup) return conversation.contactId;
  const people = await findOrMakeContacts(unit.em, [{ channelId, from: content.from }]);
  return people.get(threadSubject(channelId, content.from.externalId)) ?? conversation.contactId;
}

/** Decides now, or waits for the burst to end. */
async function turnIfDue(unit: Unit, conversation: Conversation, fresh: Said[]): Promise<void> {
  const { now, settings, writes } = unit;
  const isOpen = conversation.turnStartedAt !== null || conversation.turnDueAt !== null;
  if (fresh.length === 0 && !isOpen) return;
  const said = isOpen ? [...(await unanswered(unit, conversation)), ...fresh] : fresh;
  if (said.length === 0) {
    conversation.turnStartedAt = null;
    conversation.turnDueAt = null;
    return;
  }
  const { debounce_ms: quiet, debounce_max_ms: most } = settings.thresholds;
  const started = (conversation.turnStartedAt ??= now);
  if (fresh.length > 0) {
    conversation.turnDueAt = new Date(Math.min(now.getTime() + quiet, started.getTime() + Math.max(quiet, most)));
  }
  const waitMs = (conversation.turnDueAt?.getTime() ?? 0) - now.getTime();
  const isBot = conversation.handler === 'bot' || conversation.handler === 'awaiting_consent';
  if (isBot && waitMs > 0 && !fresh.some((part) => isUrgent(unit, conversation, part.text))) {
    const subject = threadSubject(conversation.channelId, conversation.thread);
    writes.wakes.push(['handle-inbound', conversation.tenantId, subject, waitMs]);
    return;
  }
  // Without a debounce each message is a turn of its own; what waits for an agent is answered together.
  if (quiet === 0 && !isOpen) takeTurns(unit, conversation, said);
  else takeTurn(unit, conversation, said);
}

function takeTurns(unit: Unit, conversation: Conversation, said: Said[]): void {
  for (const [n, part] of said.entries()) {
    takeTurn(unit, conversation, [part]);
    if (conversation.turnStartedAt === null) continue;
    if (said.length > n + 1) takeTurn(unit, conversation, said.slice(n));
    return;
  }
}

/** What earlier transactions stored of this turn. */
async function unanswered({ em }: Unit, conversation: Conversation): Promise<Said[]> {
  const rows = await em.execute<{ seq: number; content: string; sent_at: string | null; created_at: string }[]>(
    `select seq, content, sent_at, created_at from messages
     where tenant_id = ? and conversation_id = ? and seq > ? and direction = 'in' and deleted_at is null order by seq`,
    [conversation.tenantId, conversation.id, conversation.answeredSeq],
  );
  return rows.map((row) => ({
    seq: row.seq,
    text: row.content,
    sentAt: new Date(row.sent_at ?? row.created_at),
    isDeleted: false,
  }));
}

async function subscribe(unit: Unit, { channelId, thread }: ReadEvent, isSubscribed: boolean): Promise<void> {
  const { em, settings, now } = unit;
  const tenantId = settings.tenant.id;
  const found = await lockKnown(unit, [{ channelId, thread }]);
  const contactIds = [...found.values()].map((conversation) => {
    conversation.isSubscribed = isSubscribed;
    return conversation.contactId;
  });
  if (contactIds.length === 0) contactIds.push(...(await subscribeClosed(em, [isSubscribed, channelId, thread])));
  const blockedAt = isSubscribed ? null : now;
  for (const id of contactIds) await em.nativeUpdate(Contact, { tenantId, id }, { blockedAt });
}

/** Of a thread without an open conversation the last one knows: a manager may want to write to the contact first. */
async function subscribeClosed(em: Unit['em'], values: [boolean, string, string]): Promise<string[]> {
  const rows = await em.execute<{ contact_id: string }[]>(
    `update conversations c set is_subscribed = ? from (
       select last.tenant_id, last.id from contact_identities i
       join conversations last on last.tenant_id = i.tenant_id and last.contact_id = i.contact_id
         and last.channel_id = i.channel_id and last.thread = i.external_id
       where i.channel_id = ? and i.external_id = ? order by last.closed_at desc nulls first limit 1) found
     where c.tenant_id = found.tenant_id and c.id = found.id returning c.contact_id`,
    values,
  );
  return rows.map((row) => row.contact_id);
}
