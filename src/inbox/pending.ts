import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { parseThreadSubject } from '../queue/contracts.ts';
import { uuidList, type Statement } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';

const PendingRow = z.object({
  id: z.string(),
  channel_id: z.string(),
  thread: z.string(),
  payload: z.string(),
  created_at: z.coerce.date(),
  waits_for: z.string().nullable(),
  others_wait: z.boolean(),
});
/** An event that is due. `waits_for` is set where it was put off before; `others_wait`: more of these threads are. */
export type PendingRow = z.infer<typeof PendingRow>;

/** How a look at an event ended. `wait` puts it off: for a message that is not there, and for how long; null = not at all. */
interface End {
  id: string;
  status: 'handled' | 'ignored' | 'failed' | 'later';
  error: string | null;
  wait?: { for: string; ms: number | null };
}

/**
 * What is due in some threads, oldest first, and what was put off behind the rest: it has been seen. In one order over all
 * workers, so that two that share a thread wait for each other instead of deadlocking.
 */
export async function lockPending(
  em: EntityManager,
  tenantId: string,
  subjects: string[],
  most: number,
): Promise<PendingRow[]> {
  const pending: unknown[] = [tenantId, threadsOf(subjects), subjects];
  const rows = await runBound(em, [
    `select e.id, e.channel_id, e.thread, e.payload, e.created_at, e.waits_for,
       exists (select from inbound_events e where ${PENDING} and e.due_at > now()) as others_wait
     from inbound_events e where ${PENDING} and (e.due_at is null or e.due_at <= now())
     order by e.due_at is not null, e.seq limit ? for update`,
    [...pending, ...pending, most],
  ]);
  return rows.map((row) => PendingRow.parse(row));
}

const PENDING = `e.tenant_id = ? and e.status = 'pending' and e.thread = any (?::text[])
  and e.channel_id || '/' || e.thread = any (?::text[])`;

const threadsOf = (subjects: string[]) => subjects.map((subject) => parseThreadSubject(subject).thread);

/** Writes down how looks at events of a tenant ended. */
export function endStatements(tenantId: string, ends: End[]): Statement[] {
  const done = ends.flatMap(({ id, status, error }) => (status === 'later' ? [] : [{ id, status, error }]));
  const waiting = ends.flatMap(({ id, wait }) => (wait ? [{ id, waits_for: wait.for, ms: wait.ms }] : []));
  const statementOf = (sql: string, rows: { id: string }[]): Statement[] =>
    rows.length === 0 ? [] : [[sql, [JSON.stringify(rows), tenantId, uuidList(rows.map(({ id }) => id))]]];
  return [...statementOf(END, done), ...statementOf(PUT_OFF, waiting)];
}

const END = `
  update inbound_events e set status = r.status, error = r.error, handled_at = now()
  from json_to_recordset(?::json) as r (id uuid, status text, error text)
  where e.tenant_id = ? and e.id = any (?::uuid[]) and e.id = r.id`;

const PUT_OFF = `
  update inbound_events e set waits_for = r.waits_for, due_at = now() + make_interval(secs => r.ms / 1000)
  from json_to_recordset(?::json) as r (id uuid, waits_for text, ms float8)
  where e.tenant_id = ? and e.id = any (?::uuid[]) and e.id = r.id`;

/**
 * Makes due what was put off in some threads for messages that have come; gives whether there was any. What somebody else
 * looks at now is left to him.
 */
export async function release(
  em: EntityManager,
  tenantId: string,
  subjects: string[],
  messageIds: string[],
): Promise<boolean> {
  if (messageIds.length === 0) return false;
  const rows = await runBound(em, [
    `update inbound_events e set due_at = null where e.tenant_id = ? and e.id = any (array(
       select e.id from inbound_events e where ${PENDING} and e.due_at > now() and e.waits_for = any (?::text[])
       for update skip locked))
     returning e.id`,
    [tenantId, tenantId, threadsOf(subjects), subjects, messageIds],
  ]);
  return rows.length > 0;
}
