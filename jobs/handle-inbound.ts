import type { AgentAnswer } from '../src/agents/agent.ts';
import { agentKind } from '../src/agents/registry.ts';
import { handleThreads, type EventEnd, type ReadEvent } from '../src/conversations/handle-threads.ts';
import { settleRun } from '../src/conversations/settle-run.ts';
import type { Unit } from '../src/conversations/unit.ts';
import { cameBefore } from '../src/conversations/take-in.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import type { Deps } from '../src/deps.ts';
import { isOutage, isStatementTimeout } from '../src/database/outage.ts';
import { messageOf } from '../src/errors.ts';
import { handleManagerChat, isManagerChat } from '../src/handover/manager-chat.ts';
import { endStatements, lockPending, release, type PendingRow } from '../src/inbox/pending.ts';
import { parseThreadSubject, threadSubject } from '../src/queue/contracts.ts';
import { channelsWith, type OwnChannel } from '../src/tenancy/channels-of.ts';
import { withTenant } from '../src/tenancy/with-tenant.ts';
import { defineJob } from './define-job.ts';
import { each } from './each.ts';
import { countTurnFailure, tryOpenTurn } from './failing-turn.ts';

/** Events taken in one transaction; the rest of a backlog is woken for again. */
const MOST_EVENTS = 40;
/** Threads taken in one transaction. */
const MOST_THREADS = 20;
/** Jobs held in a process: almost all of their time they wait for their tenants' turns. */
const MOST_JOBS = 64;
const MOST_TRIES = 3;
/** A statement that takes too long is most likely the fault of a lock or a busy server; after so long it is the event's. */
const SLOW_FOR = '15 minutes';
const SLOW_PAUSE_MS = 10_000;

/**
 * Everything that has arrived in some threads of a tenant: stored, decided, answered into the outbox, and marked as
 * handled in one transaction. Safe to run twice: a handled event is not pending any more.
 */
export const handleInbound = defineJob(
  'handle-inbound',
  {
    concurrency: () => MOST_JOBS,
    inTurns: (deps) => ({ atOnce: deps.config.workerConcurrency, most: MOST_THREADS }),
  },
  async (deps, tenantId, subjects) => {
    try {
      await handle(deps, tenantId, subjects, MOST_EVENTS);
    } catch (error) {
      if (isOutage(error) && !isStatementTimeout(error)) throw error;
      deps.log.warn({ err: error, tenantId, threads: subjects.length }, 'inbound.retrying_alone');
      // One bad thread must not hold up the others: each goes alone, and the bad one event by event.
      await each(subjects, (subject) => handleAlone(deps, tenantId, subject));
    }
  },
);

async function handleAlone(deps: Deps, tenantId: string, subject: string): Promise<void> {
  try {
    await handle(deps, tenantId, [subject], 1);
    deps.wake('handle-inbound', tenantId, subject);
  } catch (error) {
    // A database that went away is nobody's fault here: the job comes back, and all keep their tries.
    if (isOutage(error) && !isStatementTimeout(error)) throw error;
    // What was open before is looked at by itself, so that nothing that has arrived since is blamed for it.
    const fault = await tryOpenTurn(deps, tenantId, subject);
    if (fault !== null && (await countTurnFailure(deps, tenantId, subject, fault))) return;
    await countFailure(deps, tenantId, subject, error);
  }
}

async function handle(deps: Deps, tenantId: string, subjects: string[], most: number): Promise<void> {
  const threads = subjects.map(parseThreadSubject);
  const wanted = threads.map(({ channelId }) => channelId);
  const channels = await channelsWith(deps.channelsOf, tenantId, wanted);
  const taken = await withUnit(deps, tenantId, async (unit) => {
    const rows = await lockPending(unit.em, tenantId, subjects, most);
    const { events: read, ends } = readAll(deps, channels, rows);
    const events = most === 1 ? await leaveOutKnown(unit, read, ends) : read;
    const [managers, contacts, answers] = sort(unit, events);
    for (const event of answers)
      ends.push(await takeAnswer(deps, unit, event, channels.get(event.channelId)?.kind ?? ''));
    for (const event of managers) ends.push(await handleManagerChat(unit, event, deps.keys));
    ends.push(...(await handleThreads(unit, contacts, threads)));
    const come = messagesIn(events, ends);
    const isAwaited = rows[0]?.others_wait && (await release(unit.em, tenantId, subjects, come));
    // What came together with its message finds it at the next look.
    const together = ends.flatMap(({ wait }) => (wait && come.includes(wait.for) ? [wait] : []));
    for (const wait of together) wait.ms = null;
    unit.writes.others.push(...endStatements(tenantId, ends));
    return {
      isMore: rows.length === most || isAwaited || together.length > 0,
      channelIds: rows.map((row) => row.channel_id),
      troubles: events.flatMap(({ channelId, content }) =>
        content.type === 'account_error' ? [{ channelId, ...content.error }] : [],
      ),
      waits: waitsOf(rows, ends),
    };
  });
  await deps.noteArrivals(tenantId, taken.channelIds).catch((error: unknown) => {
    deps.log.warn({ tenantId, error: messageOf(error) }, 'channel.arrival_not_noted');
  });
  for (const trouble of taken.troubles) deps.log.warn({ tenantId, ...trouble }, 'channel.account_error');
  if (taken.isMore) for (const subject of subjects) deps.wake('handle-inbound', tenantId, subject);
  for (const [subject, ms] of taken.waits) deps.wake('handle-inbound', tenantId, subject, ms);
}

/** Ids of the messages that were taken in. */
function messagesIn(events: ReadEvent[], ends: EventEnd[]): string[] {
  const handled = new Set(ends.flatMap(({ id, status }) => (status === 'handled' ? [id] : [])));
  return events.flatMap(({ id, content }) =>
    handled.has(id) && (content.type === 'message' || content.type === 'echo') ? [content.messageId] : [],
  );
}

/** Threads in which something was put off, and for how long at least. */
function waitsOf(rows: PendingRow[], ends: EventEnd[]): Map<string, number> {
  const subjects = new Map(rows.map((row) => [row.id, threadSubject(row.channel_id, row.thread)]));
  const waits = new Map<string, number>();
  for (const { id, wait } of ends) {
    const subject = subjects.get(id);
    if (subject && wait?.ms) waits.set(subject, Math.min(waits.get(subject) ?? wait.ms, wait.ms));
  }
  return waits;
}

function readAll(deps: Deps, channels: ReadonlyMap<string, OwnChannel>, rows: PendingRow[]) {
  const events: ReadEvent[] = [];
  const ends: EventEnd[] = [];
  for (const row of rows) {
    try {
      const adapter = deps.adapterOf(channels.get(row.channel_id)?.kind ?? '');
      const [event] = adapter?.parse(JSON.parse(row.payload)) ?? [];
      if (!event) throw new Error('the channel is gone, or its events are not understood any more');
      if (event.content.type === 'unreadable') throw new Error(event.content.reason);
      events.push({
        id: row.id,
        channelId: row.channel_id,
        thread: row.thread,
        receivedAt: row.created_at,
        wasPutOff: row.waits_for !== null,
        content: event.content,
      });
    } catch (error) {
      ends.push({ id: row.id, status: 'failed', error: messageOf(error).slice(0, 1_000) });
    }
  }
  return { events, ends };
}

/** Ends the messages that came before, as other events. */
async function leaveOutKnown(unit: Unit, events: ReadEvent[], ends: EventEnd[]): Promise<ReadEvent[]> {
  const news: ReadEvent[] = [];
  for (const event of events) {
    if (!(await cameBefore(unit, event.channelId, event.content))) news.push(event);
    else ends.push({ id: event.id, status: 'ignored', error: 'this message came before, as another event' });
  }
  return news;
}

function sort(unit: Unit, events: ReadEvent[]): [ReadEvent[], ReadEvent[], ReadEvent[]] {
  const answers = events.filter((event) => event.content.type === 'agent_answer');
  const managers = events.filter((event) => isManagerChat(unit, event));
  return [managers, events.filter((event) => !answers.includes(event) && !managers.includes(event)), answers];
}

/**
 * An answer that cannot be read has failed. What breaks while it is applied is thrown: by then the run and its conversation
 * have changed, and either all of it is kept or nothing.
 */
async function takeAnswer(deps: Deps, unit: Unit, event: ReadEvent, kind: string): Promise<EventEnd> {
  const { id, content } = event;
  if (content.type !== 'agent_answer') return { id, status: 'failed', error: 'not an answer' };
  let answer: AgentAnswer | undefined;
  try {
    answer = agentKind(kind).readAnswer?.(content.answer);
    if (!answer) throw new Error(`agents of kind '${kind}' do not call back`);
  } catch (error) {
    deps.log.warn(
      { tenantId: unit.settings.tenant.id, eventId: id, runId: content.runId, error: messageOf(error) },
      'agent.answer_not_understood',
    );
    return { id, status: 'failed', error: messageOf(error) };
  }
  const became = await settleRun(unit, content.runId, { type: 'answer', answer });
  const error =
    became === 'unknown' ? 'there is no such run' : became === 'late' ? 'too late, or a second answer' : null;
  return { id, status: error ? 'ignored' : 'handled', error };
}

/** The first event of a thread that cannot be handled ends as failed after a few tries, and the thread goes on. */
async function countFailure(deps: Deps, tenantId: string, subject: string, error: unknown): Promise<void> {
  const isSlow = isStatementTimeout(error);
  const limits = isSlow ? [0, null, SLOW_FOR] : [1, MOST_TRIES, null];
  const { channelId, thread } = parseThreadSubject(subject);
  const [event] = await withTenant(deps.orm, tenantId, (em) =>
    em.execute<{ id: string; status: string; attempts: number; is_last: boolean }[]>(
      `update inbound_events e set error = ?, attempts = attempts + ?, failing_since = coalesce(failing_since, now()),
         status = case when attempts + 1 >= ? or failing_since < now() - ?::interval then 'failed' else status end
       where tenant_id = ? and status = 'pending' and id = (
         select id from inbound_events where tenant_id = ? and channel_id = ? and thread = ? and status = 'pending'
           and (due_at is null or due_at <= now())
         order by due_at is not null, seq limit 1)
       returning id, status, attempts, not exists (
         select from inbound_events later where later.tenant_id = e.tenant_id and later.channel_id = e.channel_id
           and later.thread = e.thread and later.status = 'pending' and later.seq > e.seq) as is_last`,
      [messageOf(error).slice(0, 1_000), ...limits, tenantId, tenantId, channelId, thread],
    ),
  );
  // A wake-up that came too late had nothing to do here, whatever would have kept it from doing so.
  if (!event) return;
  deps.log.error(
    { err: error, tenantId, eventId: event.id, attempts: event.attempts, status: event.status },
    'inbound.failed',
  );
  const pauseMs = isSlow ? SLOW_PAUSE_MS : 1_000 * event.attempts;
  if (event.status === 'pending') deps.wake('handle-inbound', tenantId, subject, pauseMs);
  else if (!event.is_last) deps.wake('handle-inbound', tenantId, subject);
}
