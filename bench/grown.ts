import pg from 'pg';

const [TENANTS, CONVERSATIONS, PER_CONVERSATION] = [10_000, 50_000, 20];

/**
 * Fills a database to 10,000 tenants and 1,000,000 messages, each with its event of the inbox: what a year may leave.
 * The first tenants, those of the bench, get their share.
 */
export async function fillGrown(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const statements = [
  `create temp table owners as
     select id as tenant_id, row_number() over () as n from tenants`,
  `with made as (
     insert into tenants (id, slug, name) select gen_random_uuid(), 'grown-' || n, 'Grown ' || n
     from generate_series(1, ${TENANTS} - (select count(*)::int from owners)) n returning id)
   insert into owners select id, row_number() over () + (select count(*) from owners) from made`,
  `insert into tenant_settings (tenant_id) select tenant_id from owners on conflict do nothing`,
  `insert into faqs (tenant_id, id, question, answer) select tenant_id, gen_random_uuid(), 'Question ' || k, 'Answer'
   from owners, generate_series(1, 5) k where n > 10`,
  `insert into channels (tenant_id, id, kind, name, config_sealed)
   select tenant_id, gen_random_uuid(), 'telegram', 'Bot', '' from owners
   where not exists (select from channels c where c.tenant_id = owners.tenant_id and c.kind = 'telegram')`,
  `create temp table threads as
     select o.tenant_id, gen_random_uuid() as id, gen_random_uuid() as contact_id, c.id as channel_id, 'old-' || k as thread
     from generate_series(1, ${CONVERSATIONS}) k
     join owners o on o.n = 1 + k % ${TENANTS}
     join channels c on c.tenant_id = o.tenant_id and c.kind = 'telegram'`,
  `insert into contacts (tenant_id, id) select tenant_id, contact_id from threads`,
  `insert into conversations (tenant_id, id, channel_id, contact_id, thread, last_seq, answered_seq)
   select tenant_id, id, channel_id, contact_id, thread, ${PER_CONVERSATION}, ${PER_CONVERSATION} from threads`,
  `insert into messages (tenant_id, id, conversation_id, channel_id, seq, sender_kind, direction, content, status, external_id)
   select tenant_id, gen_random_uuid(), id, channel_id, seq, 'contact', 'in', 'What are your opening hours?', 'received',
     thread || ':' || seq
   from threads, generate_series(1, ${PER_CONVERSATION}) seq`,
  `insert into inbound_events (tenant_id, id, channel_id, external_id, thread, payload, status)
   select tenant_id, gen_random_uuid(), channel_id, thread || ':' || seq, thread, '{}', 'handled'
   from threads, generate_series(1, ${PER_CONVERSATION}) seq`,
  'vacuum analyze',
  'checkpoint',
];
