import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { AgentAnswer } from '../src/agents/agent.ts';
import { agentKind } from '../src/agents/registry.ts';
import { handleThreads, type EventEnd, type ReadEvent } from '../src/conversations/handle-threads.ts';
import { settleRun } from '../src/conversations/settle-run.ts';
import type { Unit } from '../src/conversations/unit.ts';
import { cameBefore } from '../src/conversations/take-in.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import type { Deps } from '../src/deps.ts';
import { Conversation } from '../src/entities/conversation.ts';
import { isOutage, isStatementTimeout } from '../src/database/outage.ts';
import { messageOf } from '../src/errors.ts';
import { handleManagerChat, isManagerChat } from '../src/handover/manager-chat.ts';
import { parseThreadSubject } from '../src/queue/contracts.ts';
import { uuidList, type Statement } from '../src/tenancy/at-once.ts';
import { runBound } from '../src/tenancy/bound.ts';
import type { OwnChannel } from '../src/tenancy/channels-of.ts';
import { withTenant } from '../src/tenancy/with-tenant.ts';
import { defineJob } from './define-job.ts';
import { each } from './each.ts';

/** Events taken in one transaction; the rest of a backlog is woken for again. */
const MOST_EVENTS = 40;
/** Threads taken in one transaction. */
const MOST_THREADS = 20;
/** Jobs held in a process: almost all of their time they wait for their tenants' turns. */
const MOST_JOBS = 64;
const MOST_TRIES = 3;
const LATER_MS = 2_000;

const PendingRow = z.object({
  id: z.string(),
  channel_id: z.string(),
  thread: z.string(),
  payload: z.string(),
  created_at: z.coerce.date(),
});
type PendingRow = z.infer<typeof PendingRow>;

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
    await countFailure(deps, tenantId, subject, error);
  }
}

async function handle(deps: Deps, tenantId: string, subjects: string[], most: number): Promise<void> {
  const threads = subjects.map(parseThreadSubject);
  const channels = await deps.channelsOf(tenantId);
  const taken = await withUnit(deps, tenantId, async (unit) => {
    const rows = await lockPending(unit.em, tenantId, subjects, most);
    const { events: read, ends } = readAll(deps, channels, rows);
    const events = most === 1 ? await leaveOutKnown(unit, read, ends) : read;
    const [managers, contacts, answers] = sort(unit, events);
    for (const event of answers)
      ends.push(await takeAnswer(deps, unit, event, channels.get(event.channelId)?.kind ?? ''));
    for (const event of managers) ends.push(await handleManagerChat(unit, event, deps.keys));
    ends.push(...(await handleThreads(unit, contacts, threads)));
    unit.writes.others.push(...endStatements(tenantId, ends));
    return {
      rows: rows.length,
      channelIds: rows.map((row) => row.channel_id),
      later: ends.some((end) => end.status === 'later'),
    };
  });
  await deps.noteArrivals(tenantId, taken.channelIds).catch((error: unknown) => {
    deps.log.warn({ tenantId, error: messageOf(error) }, 'channel.arrival_not_noted');
  });
  if (taken.rows === most) for (const subject of subjects) deps.wake('handle-inbound', tenantId, subject);
  else if (taken.later) for (const subject of subjects) deps.wake('handle-inbound', tenantId, subject, LATER_MS);
}

/** In one order over all workers, so that two that share a thread wait for each other instead of deadlocking. */
async function lockPending(em: EntityManager, tenantId: string, subjects: string[], most: number) {
  const threads = subjects.map((subject) => parseThreadSubject(subject).thread);
  const rows = await runBound(em, [
    `select e.id, e.channel_id, e.thread, e.payload, e.created_at from inbound_events e
     where e.tenant_id = ? and e.status = 'pending' and e.thread = any (?::text[])
       and e.channel_id || '/' || e.thread = any (?::text[])
     order by e.seq limit ? for update`,
    [tenantId, threads, subjects, most],
  ]);
  return rows.map((row) => PendingRow.parse(row));
}

function readAll(deps: Deps, channels: ReadonlyMap<string, OwnChannel>, rows: PendingRow[]) {
  const events: ReadEvent[] = [];
  const ends: EventEnd[] = [];
  for (const row of rows) {
    try {
      const adapter = deps.adapterOf(channels.get(row.channel_id)?.kind ?? '');
      const [event] = adapter?.parse(JSON.parse(row.payload)) ?? [];
      if (!event) throw new Error('the channel is gone, or its events are not understood any more');
      events.push({
        id: row.id,
        channelId: row.channel_id,
        thread: row.thread,
        receivedAt: row.created_at,
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

function endStatements(tenantId: string, ends: EventEnd[]): Statement[] {
  const done = ends.filter((end) => end.status !== 'later');
  if (done.length === 0) return [];
  return [
    [
      `update inbound_events e set status = r.status, error = r.error, handled_at = now()
       from json_to_recordset(?::json) as r (id uuid, status text, error text)
       where e.tenant_id = ? and e.id = any (?::uuid[]) and e.id = r.id`,
      [JSON.stringify(done), tenantId, uuidList(done.map(({ id }) => id))],
    ],
  ];
}

/** The first event of a thread that cannot be handled ends as failed after a few tries, and the thread goes on. */
async function countFailure(deps: Deps, tenantId: string, subject: string, error: unknown): Promise<void> {
  // A database that went away is nobody's fault here: the job comes back, and the event keeps its tries.
  if (isOutage(error) && !isStatementTimeout(error)) throw error;
  const { channelId, thread } = parseThreadSubject(subject);
  const [event] = await withTenant(deps.orm, tenantId, (em) =>
    em.execute<{ id: string; status: string; attempts: number; is_last: boolean }[]>(
      `update inbound_events e set attempts = attempts + 1, error = ?,
         status = case when attempts + 1 >= ? then 'failed' else status end
       where tenant_id = ? and id = (
         select id from inbound_events where tenant_id = ? and channel_id = ? and thread = ? and status = 'pending'
         order by seq limit 1)
       returning id, status, attempts, not exists (
         select from inbound_events later where later.tenant_id = e.tenant_id and later.channel_id = e.channel_id
           and later.thread = e.thread and later.status = 'pending' and later.seq > e.seq) as is_last`,
      [messageOf(error).slice(0, 1_000), MOST_TRIES, tenantId, tenantId, channelId, thread],
    ),
  );
  if (!event) {
    // A wake-up that came too late had nothing to do here, whatever would have kept it from doing so.
    if (await isTurnOpen(deps, tenantId, subject)) throw error;
    return;
  }
  deps.log.error(
    { err: error, tenantId, eventId: event.id, attempts: event.attempts, status: event.status },
    'inbound.failed',
  );
  if (event.status === 'pending') deps.wake('handle-inbound', tenantId, subject, 1_000 * event.attempts);
  else if (!event.is_last) deps.wake('handle-inbound', tenantId, subject);
}

async function isTurnOpen(deps: Deps, tenantId: string, subject: string): Promise<boolean> {
  const open = { ...parseThreadSubject(subject), handler: { $ne: 'closed' as const }, turnStartedAt: { $ne: null } };
  return (await withTenant(deps.orm, tenantId, (em) => em.count(Conversation, { tenantId, ...open }))) > 0;
}
