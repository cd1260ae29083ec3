import { createServer } from 'node:http';
import pg from 'pg';
import { createApp } from '../../src/app.ts';
import { makeKey } from '../../src/auth/api-key.ts';
import { readConfig } from '../../src/config.ts';
import { appUrl } from '../../src/database/migrate.ts';
import { createDeps } from '../../src/deps.ts';
import { newId } from '../../src/id.ts';
import { listen } from '../../src/listen.ts';
import { createLogger } from '../../src/logger.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';
import type { Setting } from '../setting.ts';

const TENANTS = 10_000;
/** Messages of the tenants that are asked about: most have some hundred, and a few are large. */
const LARGE = [10_000, 100_000];
const ASKED = 200;

export interface StatsResult {
  what: string;
  p50Ms: number;
  p95Ms: number;
}

/**
 * GET /tenants/{id}/stats over HTTP, with an API key, one request at a time: for tenants among 10,000 with 1,000,000
 * messages of the last sixty days, and for large ones among them.
 */
export async function benchStats(setting: Setting): Promise<StatsResult[]> {
  const ownerUrl = await setting.database();
  const keys = createKeyRing(setting.key);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  for (const [sql, values] of statements) await owner.query(sql, values);
  const databaseUrl = appUrl(ownerUrl, keys.derive('database app role').toString('hex'));
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const deps = await createDeps({
    config,
    log: createLogger('silent'),
    keys,
    databaseUrl,
    publicUrl: 'http://localhost',
  });
  const answer = createApp(deps).callback();
  const server = createServer((request, response) => void answer(request, response));
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;

  const measure = async (what: string, tenants: string[]): Promise<StatsResult> => {
    const keyOf = new Map<string, string>();
    for (const tenantId of new Set(tenants)) keyOf.set(tenantId, await cutKey(owner, tenantId));
    const times: number[] = [];
    for (const tenantId of tenants) {
      const began = performance.now();
      const headers = { authorization: `Bearer ${keyOf.get(tenantId)}` };
      const response = await fetch(`${url}/api/v1/tenants/${tenantId}/stats`, { headers });
      const body = await response.text();
      if (!response.ok) throw new Error(body);
      times.push(performance.now() - began);
    }
    times.sort((one, other) => one - other);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
    return { what, p50Ms: at(0.5), p95Ms: at(0.95) };
  };

  const { rows } = await owner.query<{ id: string; n: number }>('select tenant_id as id, n from owners order by n');
  const small = rows.filter(({ n }) => n > LARGE.length).map(({ id }) => id);
  const results = [await measure('one of 10,000 tenants', small.slice(0, ASKED))];
  for (const [at, size] of LARGE.entries()) {
    const id = rows[at]?.id ?? '';
    results.push(
      await measure(
        `a tenant with ${size.toLocaleString('en')} messages`,
        Array.from({ length: 50 }, () => id),
      ),
    );
  }
  server.close();
  server.closeAllConnections();
  await deps.close();
  await owner.end();
  await setting.drop(ownerUrl);
  return results;
}

async function cutKey(owner: pg.Client, tenantId: string): Promise<string> {
  const { id, key, secretHash } = makeKey(newId());
  await owner.query(`insert into api_keys (tenant_id, id, name, secret_hash, scopes) values ($1, $2, 'b', $3, $4)`, [
    tenantId,
    id,
    secretHash,
    ['tenant:read'],
  ]);
  return key;
}

const PER_CONVERSATION = 20;
/** An id of some moment of the last sixty days, and the moment of an id. */
const someId = `uuidv7(random() * interval '-60 days')`;

const statements: [sql: string, values?: unknown[]][] = [
  [
    `with made as (
       insert into tenants (id, slug, name) select uuidv7(), 'tenant-' || n, 'Tenant ' || n
       from generate_series(1, $1::int) n returning id)
     select count(*) from made`,
    [TENANTS],
  ],
  [`create temp table owners as select id as tenant_id, row_number() over (order by id)::int as n from tenants`],
  ['insert into tenant_settings (tenant_id) select tenant_id from owners'],
  [
    `insert into faqs (tenant_id, id, question, answer) select tenant_id, uuidv7(), 'Question ' || k, 'Answer'
     from owners, generate_series(1, 50) k`,
  ],
  [
    `insert into channels (tenant_id, id, kind, name, config_sealed)
     select tenant_id, uuidv7(), 'telegram', 'Bot', '' from owners`,
  ],
  [
    `create temp table threads as
       select o.tenant_id, ${someId} as id, uuidv7() as contact_id, c.id as channel_id, 'old-' || k as thread
       from owners o join channels c using (tenant_id), lateral generate_series(1, case n
         when 1 then ${(LARGE[0] ?? 0) / PER_CONVERSATION} when 2 then ${(LARGE[1] ?? 0) / PER_CONVERSATION} else 5 end) k`,
  ],
  ['insert into contacts (tenant_id, id) select tenant_id, contact_id from threads'],
  [
    `insert into conversations (tenant_id, id, channel_id, contact_id, thread, handler, created_at, first_response_at)
     select tenant_id, id, channel_id, contact_id, thread, case when random() < 0.9 then 'closed' else 'bot' end,
       uuid_extract_timestamp(id), uuid_extract_timestamp(id) + random() * interval '5 minutes' from threads`,
  ],
  [
    `insert into messages (tenant_id, id, conversation_id, channel_id, seq, sender_kind, direction, content, status, created_at)
     select tenant_id, uuidv7(uuid_extract_timestamp(id) - clock_timestamp()), id, channel_id, seq,
       case seq % 2 when 0 then 'agent' else 'contact' end, case seq % 2 when 0 then 'out' else 'in' end,
       'What are your opening hours on Sunday, and do you have parking?', 'received', uuid_extract_timestamp(id)
     from threads, generate_series(1, ${PER_CONVERSATION}) seq`,
  ],
  [
    `insert into decisions (tenant_id, id, conversation_id, epoch, first_seq, last_seq, path, outcome, reason, language,
       settings_version, handler_before, handler_after, created_at)
     select tenant_id, uuidv7(uuid_extract_timestamp(id) - clock_timestamp()), id, 0, seq, seq,
       case when random() < 0.6 then 'faq' else 'miss' end, 'answer', 'a FAQ matches with confidence 0.92', 'en', 1,
       'bot', 'bot', uuid_extract_timestamp(id)
     from threads, generate_series(1, ${PER_CONVERSATION}, 2) seq`,
  ],
  [
    `insert into handovers (tenant_id, id, conversation_id, reason_category, reason_text, mode, queued_at, created_at)
     select tenant_id, uuidv7(uuid_extract_timestamp(id) - clock_timestamp()), id, 'low_confidence', 'r', 'immediate',
       uuid_extract_timestamp(id), uuid_extract_timestamp(id)
     from threads where random() < 0.2`,
  ],
  ['vacuum analyze'],
  ['checkpoint'],
];
