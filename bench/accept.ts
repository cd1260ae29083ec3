import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadResult } from './load.ts';
import { start, type Running } from './processes.ts';
import { genericRequest, telegramRequest, whatsAppRequest } from './requests.ts';
import { fillDatabase, type BenchTenant, type Setting } from './setting.ts';

const CONNECTIONS = 32;
const TENANTS = 20;
/** A service runs for days: what the first seconds cost the compiler is not what a webhook costs. */
const WARM_UP = 20_000;
/** Long enough that one pause of the disk or of the garbage collector is no hundredth of it. */
const PACED_SECONDS = 12;
const CHATS = 1_000;
const TEXT = 'Hello, what are your opening hours on Saturdays, please?';

export interface AcceptRow {
  what: string;
  result: LoadResult;
  /** What it is compared with: the handler that only parses the same requests. Absent for that handler itself. */
  reference?: LoadResult;
}

/** Webhooks per second: verified, committed and woken for, against a handler that only parses the same JSON. */
export async function benchAccept(setting: Setting, redisUrl: string | null, count: number): Promise<AcceptRow[]> {
  const ownerUrl = await setting.database();
  const tenants = await fillDatabase(ownerUrl, setting.key, TENANTS);
  const measure = async (what: string, server: Running, make: Maker, { warmUp = WARM_UP, rate = 0 } = {}) => {
    if (warmUp > 0) await run(server, tenants, make, warmUp);
    const result = await run(server, tenants, make, rate > 0 ? Math.round(rate * PACED_SECONDS) : count, rate);
    if (result.failed > 0) throw new Error(`${what}: ${result.failed} requests were refused`);
    return result;
  };

  const parse = await start('bench/references.ts', ['parse']);
  const web = await start('src/main.ts', [], {
    NODE_OPTIONS: process.env['WEB_NODE_OPTIONS'] ?? '',
    ROLE: 'web',
    PORT: '0',
    DEMO: 'false',
    LOG_LEVEL: 'warn',
    DATABASE_URL: ownerUrl,
    FRONTDESK_KEY: setting.key,
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
  });
  const rows: AcceptRow[] = [];
  // The machine may change its speed meanwhile, so the reference is measured right before and right after.
  for (const [kind, make] of Object.entries(kinds)) {
    const before = await measure('parse only', parse, make);
    const result = await measure(kind, web, make);
    const reference = between(before, await measure('parse only', parse, make, { warmUp: 0 }));
    rows.push({ what: `${kind}, parse only`, result: reference }, { what: `${kind}, Frontdesk`, result, reference });
  }
  const [reference, fastest] = rows.map(({ result }) => result);
  if (!reference || !fastest) throw new Error('nothing was measured');
  const rate = fastest.perSecond / 2;
  const half = await measure('half the load', web, telegram, { warmUp: 0, rate });
  rows.push({ what: 'Telegram, Frontdesk at half that load', result: half, reference });
  await web.stop();
  await parse.stop();

  const plain = await start('bench/references.ts', ['plain', ownerUrl, redisUrl ?? '']);
  const result = await measure('plain', plain, telegram, { warmUp: 10_000 });
  rows.push({ what: 'Telegram, one INSERT and one queue.add each', result, reference });
  await plain.stop();
  return rows;
}

function between(one: LoadResult, other: LoadResult): LoadResult {
  const mean = (of: (result: LoadResult) => number) => (of(one) + of(other)) / 2;
  return {
    perSecond: mean(({ perSecond }) => perSecond),
    failed: 0,
    p50Ms: mean(({ p50Ms }) => p50Ms),
    p99Ms: mean(({ p99Ms }) => p99Ms),
  };
}

type Maker = (tenant: BenchTenant, chat: number) => Buffer;
const host = 'bench.local';
const telegram: Maker = (tenant, chat) => telegramRequest({ host, ...tenant.telegram }, chat, TEXT);
const whatsapp: Maker = (tenant, chat) => whatsAppRequest({ host, ...tenant.whatsapp }, chat, TEXT);
const generic: Maker = (tenant, chat) => genericRequest({ host, ...tenant.webhook }, chat, TEXT);
const kinds = { Telegram: telegram, WhatsApp: whatsapp, 'Standard Webhooks': generic };

/** The load comes from a process of its own, all its requests signed before the clock starts. */
async function run(server: Running, tenants: BenchTenant[], make: Maker, count: number, rate = 0) {
  const requests = Array.from({ length: count }, (_, n) => {
    const tenant = tenants[n % tenants.length];
    if (!tenant) throw new Error('no tenants');
    return make(tenant, 1_000_000 + (n % CHATS)).toString('latin1');
  });
  const child = fork(join(import.meta.dirname, 'load-process.ts'));
  try {
    return await new Promise<LoadResult>((resolve, reject) => {
      child.once('message', (result) => resolve(result as LoadResult));
      child.once('exit', () => reject(new Error('the load generator ended')));
      child.send({ port: server.port, connections: CONNECTIONS, requests, ...(rate > 0 ? { rate } : {}) });
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill();
  }
}
