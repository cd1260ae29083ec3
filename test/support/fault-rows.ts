import { Client, type QueryResultRow } from 'pg';

/** What the database says at the end, read by its owner, who sees all tenants. */
export interface Rows {
  events: EventRow[];
  conversations: ConversationRow[];
  messages: MessageRow[];
  decisions: DecisionRow[];
  outbound: OutboundRow[];
  channels: { id: string; health: string; send_fault: string | null; status: string; is_paused: boolean }[];
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
}

export interface OutboundRow {
  id: string;
  conversation_id: string;
  message_id: string;
  seq: number;
  part: number;
  text: string;
  status: string;
  attempts: number;
  is_uncertain: boolean;
  /** When its result was written down, in milliseconds of the epoch. */
  sent_ms: number | null;
  external_id: string | null;
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
      conversations: await read(`select id, tenant_id, channel_id, thread, handler, last_seq from conversations`),
      messages: await read(
        `select id, conversation_id, seq, direction, content, status from messages order by conversation_id, seq`,
      ),
      decisions: await read(
        `select conversation_id, first_seq, last_seq, outcome, reply_message_id from decisions
         order by conversation_id, first_seq, last_seq`,
      ),
      outbound: await read(
        `select id, conversation_id, message_id, seq, part, text, status, attempts, is_uncertain, external_id, error,
                extract(epoch from sent_at)::float8 * 1000 as sent_ms
         from outbound_messages order by conversation_id, seq, part`,
      ),
      channels: await read(`select id, health, send_fault, status, paused_until > now() as is_paused from channels`),
    };
  } finally {
    await client.end();
  }
}

export interface PendingWork {
  pending: number;
  unsent: number;
  /** Bursts whose end is waited for. */
  turns: number;
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
              (select count(*)::int from conversations where turn_due_at is not null) as turns`,
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
