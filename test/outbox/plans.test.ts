import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { newId } from '../../src/id.ts';
import { enqueueStatement } from '../../src/outbox/enqueue.ts';
import { claimStatement, withholdStatements } from '../../src/outbox/outbox.ts';
import { receiptStatement } from '../../src/outbox/note-receipt.ts';
import { recordStatements } from '../../src/outbox/record.ts';
import type { Statement } from '../../src/tenancy/at-once.ts';
import { prepared } from '../../src/tenancy/prepared.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let client: pg.Client;
const tenantId = newId();

/** A tenant as it is one busy minute after its database was made: nothing has been analysed yet. */
beforeAll(async () => {
  database = await createDatabase();
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  const channelId = newId();
  await owner.query('insert into tenants (id, slug, name) values ($1, $2, $2)', [tenantId, 'busy']);
  await owner.query(
    `insert into channels (tenant_id, id, kind, name, config_sealed) values ($1, $2, 'telegram', 'Bot', '')`,
    [tenantId, channelId],
  );
  await owner.query(
    `create temp table chats as
       select gen_random_uuid() as id, gen_random_uuid() as contact_id, gen_random_uuid() as message_id, n
       from generate_series(1, 400) n`,
  );
  for (const [sql, values] of [
    ['insert into contacts (tenant_id, id) select $1, contact_id from chats', [tenantId]],
    [
      `insert into conversations (tenant_id, id, channel_id, contact_id, thread)
       select $1, id, $2, contact_id, n::text from chats`,
      [tenantId, channelId],
    ],
    [
      `insert into messages (tenant_id, id, conversation_id, channel_id, seq, sender_kind, direction, content, status)
       select $1, message_id, id, $2, 1, 'system', 'out', 'Hello', 'queued' from chats`,
      [tenantId, channelId],
    ],
    [
      `insert into outbound_messages (tenant_id, id, conversation_id, channel_id, message_id, seq, epoch, is_automatic, text)
       select $1, gen_random_uuid(), id, $2, message_id, 1, 0, true, 'Hello' from chats`,
      [tenantId, channelId],
    ],
  ] as const) {
    await owner.query(sql, [...values]);
  }
  await owner.end();
  const orm = await connect({ url: database.url, pool: 1, log: () => undefined });
  const [{ options } = { options: '' }] = await orm.em.execute<{ options: string }[]>(
    `select string_agg('-c ' || name || '=' || setting, ' ') as options from pg_settings where source = 'client'
     and name like 'enable%'`,
  );
  await orm.close();
  client = new pg.Client({ connectionString: database.url, options });
  await client.connect();
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const send = {
  tenantId,
  id: newId(),
  conversationId: newId(),
  channelId: newId(),
  messageId: newId(),
  seq: 1,
  part: 0,
  epoch: 0,
  isAutomatic: true,
  text: 'Hello',
  quickReplies: [],
};
const claim = {
  ...send,
  attachmentId: null,
  thread: '1',
  attempts: 1,
  waits: 0,
  askedAt: new Date(),
  lease: '2026-01-01T00:00:00Z',
  lastInboundAt: null,
  by: null,
};

const statements: Record<string, Statement | undefined> = {
  'takes what is to be sent': claimStatement(tenantId, [send.conversationId], []),
  'withholds what is not to be sent': withholdStatements(tenantId, [
    { id: send.id, conversation_id: send.conversationId, message_id: send.messageId },
  ])[0],
  'writes down what was sent': recordStatements(tenantId, [{ claim, status: 'sent' }])[0],
  'writes down what was not sent': recordStatements(tenantId, [{ claim, status: 'failed' }])[0],
  'notes a receipt': receiptStatement(tenantId, send.channelId, { messageId: 'x', status: 'read' }),
  'notes a failure': receiptStatement(tenantId, send.channelId, { messageId: 'x', status: 'failed' }),
  'writes what is to be sent': enqueueStatement([send], [send]),
};

describe('the plan, made once and without statistics, that', () => {
  it.each(Object.entries(statements))('%s reads no more of a tenant than it is asked for', async (_what, statement) => {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain (generic_plan) ${prepared(statement?.[0] ?? '').text}`,
    );
    const conditions = rows.map((row) => row['QUERY PLAN']).filter((line) => /Index Cond|Seq Scan/.test(line));
    expect(conditions.length).toBeGreaterThan(1);
    const loose = conditions.filter(
      (line) => !/Index Cond: .*\b(?:id|conversation_id|message_id|external_id)\b = /.test(line),
    );
    expect(loose).toEqual([]);
  });
});
