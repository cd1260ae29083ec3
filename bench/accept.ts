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
const CHATS = 1_000;
const TEXT = 'Hello, what are your opening hours on Saturdays, please?';

export interface AcceptRow {
  what: string;
  result: LoadResult;
}

/** Webhooks per second: verified, committed and woken for, against a handler that only parses the same JSON. */
export async function benchAccept(setting: Setting, redisUrl: string | null, count: number): Promise<AcceptRow[]> {
  const ownerUrl = await setting.database();
  const tenants = await fillDatabase(ownerUrl, setting.key, TENANTS);
  const measure = async (what: string, server: Running, make: Maker, { warmUp = WARM_UP, rate = 0 } = {}) => {
    if (warmUp > 0) await run(server, tenants, make, warmUp);
    const result = await run(server, tenants, make, rate > 0 ? Math.round(rate * 4) : count, rate);
    if (result.failed > 0) throw new Error(`${what}: ${result.failed} requests were refused`);
    return { what, result };
  };

  const parse = await start('bench/references.ts', ['parse']);
  const before = await measure('parse only', parse, telegram);
  const plain = await start('bench/references.ts', ['plain', ownerUrl, redisUrl ?? '']);
  const rows = [await measure('one INSERT and one queue.add each', plain, telegram, { warmUp: 10_000 })];
  await plain.stop();

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
  const fastest = await measure('Frontdesk, Telegram secret', web, telegram);
  rows.push(
    fastest,
    await measure('Frontdesk, WhatsApp HMAC', web, whatsapp),
    await measure('Frontdesk, Standard Webhooks', web, generic),
    await measure('Frontdesk, Telegram, at half that load', web, telegram, {
      warmUp: 0,
      rate: fastest.result.perSecond / 2,
    }),
  );
  await web.stop();
  const after = await measure('parse only', parse, telegram);
  await parse.stop();
  return [between(before, after), ...rows];
}

/** The machine may change its speed meanwhile, so the reference is measured before and after all others. */
function between({ what, result: one }: AcceptRow, { result: other }: AcceptRow): AcceptRow {
  const mean = (of: (result: LoadResult) => number) => (of(one) + of(other)) / 2;
  return {
    what,
    result: {
      perSecond: mean(({ perSecond }) => perSecond),
      failed: 0,
      p50Ms: mean(({ p50Ms }) => p50Ms),
      p99Ms: mean(({ p99Ms }) => p99Ms),
    },
  };
}

type Maker = (tenant: BenchTenant, chat: number) => Buffer;
const host = 'bench.local';
const telegram: Maker = (tenant, chat) => telegramRequest({ host, ...tenant.telegram }, chat, TEXT);
const whatsapp: Maker = (tenant, chat) => whatsAppRequest({ host, ...tenant.whatsapp }, chat, TEXT);
const generic: Maker = (tenant, chat) => genericRequest({ host, ...tenant.webhook }, chat, TEXT);

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
