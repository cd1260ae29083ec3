import type { MikroORM } from '@mikro-orm/postgresql';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pg from 'pg';
import { readTenantFaqs } from '../../src/faqs/matcher-of.ts';
import { loadDataSet } from '../faq/data.ts';
import { speedSet } from '../faq/speed-set.ts';

const FAQS = 20_000;
const ROUNDS = 5;
/** How often the loop is looked at: what is measured is longer than it is by so much at most. */
const RESOLUTION_MS = 1;

/** How long others in the process wait while an index of 20,000 FAQs is read and built, as the service does it. */
export async function benchStandstill(orm: MikroORM, ownerUrl: string, tenantId: string) {
  await addFaqs(ownerUrl, tenantId);
  // What is compiled and loaded once is no tenant's index.
  await readTenantFaqs(orm, tenantId, 'en');
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    const start = performance.now();
    delay.enable();
    await readTenantFaqs(orm, tenantId, 'en');
    delay.disable();
    rounds.push({
      round,
      'built in ms': Math.round(performance.now() - start),
      'p99 standstill ms': (delay.percentile(99) / 1e6 - RESOLUTION_MS).toFixed(1),
      'longest standstill ms': (delay.max / 1e6 - RESOLUTION_MS).toFixed(1),
    });
  }
  return rounds;
}

async function addFaqs(ownerUrl: string, tenantId: string): Promise<void> {
  const { faqs } = speedSet(loadDataSet(join(import.meta.dirname, '../faq/dev.json')), FAQS);
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query(
    `insert into faqs (tenant_id, id, question, answer, keywords, priority)
     select $1, gen_random_uuid(), f.question, f.answer, string_to_array(f.keywords, ', '), f.priority
     from json_to_recordset($2) as f (question text, answer text, keywords text, priority int)`,
    [tenantId, JSON.stringify(faqs)],
  );
  await client.end();
}
