import { Client, type QueryResultRow } from 'pg';

/** What the database says at the end, read by its owner, who sees all tenants. */
export interface Rows {
  events: EventRow[];
  conversations: ConversationRow[];
  messages: MessageRow[];
  decisions: DecisionRow[];
  outbound: OutboundRow[];
  channels: { id: string; health: string; send_fault: string | null; status: string; is_paused: boolean }[];
  runs: RunRow[];
  transitions: TransitionRow[];
  handovers: { id: string; conversation_id: string; outcome: string | null }[];
  notices: NoticeRow[];
}

export interface EventRow {
  channel_id: string;
  external_id: string;
  thread: string;
  status: string;
  attempts: number;
  error: string | null;
}

export interface ConversationRow {
  id: string;
  tenant_id: string;
  channel_id: string;
  thread: string;
  handler: string;
  epoch: number;
  last_seq: number;
}

export interface MessageRow {
  id: string;
  conversation_id: string;
  seq: number;
  direction: string;
  content: string;
  status: string;
}

export interface DecisionRow {
  conversation_id: string;
  first_seq: number;
  last_seq: number;
  outcome: string;
  reply_message_id: string | null;
  epoch: number;
  reason: string;
  agent_run_id: string | null;
  withheld_reason: string | null;
}

export interface OutboundRow {
  id: string;
  conversation_id: string;
  message_id: string;
  seq: number;
  part: number;
  epoch: number;
  is_automatic: boolean;
  text: string;
  status: string;
  attempts: number;
  is_uncertain: boolean;
  /** When its result was written down, in milliseconds of the epoch. */
  sent_ms: number | null;
  external_id: string | null;
  error: string | null;
}

/** Times are in milliseconds of the epoch. */
export interface RunRow {
  id: string;
  conversation_id: string;
  epoch: number;
  first_seq: number;
  last_seq: number;
  status: string;
  attempts: number;
  created_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
  deadline_ms: number;
  answer: { text?: string } | null;
  error: string | null;
  late_answers: { text?: string }[];
}

export interface TransitionRow {
  conversation_id: string;
  epoch: number;
  from_handler: string;
  to_handler: string;
  actor_kind: string;
}

export interface NoticeRow {
  id: string;
  conversation_id: string;
  handover_id: string | null;
  is_first: boolean;
  status: string;
  attempts: number;
  error: string | null;
}

export async function readRows(ownerUrl: string): Promise<Rows> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const read = async <Row extends QueryResultRow>(sql: string) => (await client.query<Row>(sql)).rows;
    return {
      events: await read(
        `select channel_id, external_id, thread, status, attempts, error from inbound_events order by seq`,
      ),
      conversations: await read(
        `select id, tenant_id, channel_id, thread, handler, epoch, last_seq from conversations`,
      ),
      messages: await read(
        `select id, conversation_id, seq, direction, content, status from messages order by conversation_id, seq`,
      ),
      decisions: await read(
        `select conversation_id, first_seq, last_seq, outcome, reply_message_id, epoch, reason, agent_run_id, withheld_reason
         from decisions order by conversation_id, first_seq, last_seq, created_at`,
      ),
      outbound: await read(
        `select id, conversation_id, message_id, seq, part, epoch, is_automatic, text, status, attempts, is_uncertain,
                external_id, error, extract(epoch from sent_at)::float8 * 1000 as sent_ms
         from outbound_messages order by conversation_id, seq, part`,
      ),
      channels: await read(`select id, health, send_fault, status, paused_until > now() as is_paused from channels`),
      runs: await read(
        `select id, conversation_id, epoch, first_seq, last_seq, status, attempts, answer, error, late_answers,
                ${millis('created_at')}, ${millis('started_at')}, ${millis('ended_at')}, ${millis('deadline_at')}
         from agent_runs order by conversation_id, first_seq, created_at`,
      ),
      transitions: await read(
        `select conversation_id, epoch, from_handler, to_handler, actor_kind from ownership_transitions
         order by conversation_id, epoch`,
      ),
      handovers: await read(`select id, conversation_id, outcome from handovers order by conversation_id, created_at`),
      notices: await read(
        `select id, conversation_id, handover_id, (notice ->> 'isFirst')::boolean as is_first, status, attempts, error
         from notifications order by conversation_id, created_at`,
      ),
    };
  } finally {
    await client.end();
  }
}

/** SQL: `created_at` in milliseconds of the epoch, as `created_ms`. */
const millis = (column: string) => `extract(epoch from ${column})::float8 * 1000 as ${column.replace(/_at$/, '_ms')}`;

export interface PendingWork {
  pending: number;
  unsent: number;
  /** Bursts whose end is waited for. */
  turns: number;
  /** Agents' runs that may still end. */
  runs: number;
  /** Of those that tell managers at once; reminders are due much later. */
  notices: number;
}

/** What still waits; null while the database is away. */
export async function pendingWork(ownerUrl: string): Promise<PendingWork | null> {
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<PendingWork>(
      `select (select count(*)::int from inbound_events where status = 'pending') as pending,
              (select count(*)::int from outbound_messages where status in ('queued', 'sending')) as unsent,
              (select count(*)::int from conversations where turn_due_at is not null) as turns,
              (select count(*)::int from agent_runs where status in ('queued', 'calling', 'waiting')) as runs,
              (select count(*)::int from notifications
               where status in ('queued', 'sending') and due_at < now() + interval '10 minutes') as notices`,
    );
    return rows[0] ?? null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What the service's own role sees of a table: without a tenant, and as this one. */
export async function visibleTenants(
  restrictedUrl: string,
  tenantId: string,
): Promise<{ none: number; own: string[] }> {
  const client = new Client({ connectionString: restrictedUrl });
  await client.connect();
  try {
    const none = await client.query(`select from messages`);
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
    const own = await client.query<{ tenant_id: string }>(
      `select distinct tenant_id from messages union select distinct tenant_id from outbound_messages`,
    );
    await client.query('rollback');
    return { none: none.rowCount ?? 0, own: own.rows.map((row) => row.tenant_id) };
  } finally {
    await client.end();
  }
}

/** Rows by a key, in the order given. */
export function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
