import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadResult } from './load.ts';
import { start, type Running } from './processes.ts';
import { genericRequest, telegramRequest, whatsAppRequest } from './requests.ts';
import { fillDatabase, type BenchTenant, type Setting } from './setting.ts';

const CONNECTIONS = 32;
const TENANTS = 20;
const CHATS = 1_000;
const TEXT = 'Hello, what are your opening hours on Saturdays, please?';

export interface AcceptRow {
  what: string;
  result: LoadResult;
}

/** Webhooks per second: verified, committed and woken for, against a handler that only parses the same JSON. */
export async function benchAccept(setting: Setting, redisUrl: string | null, count: number): Promise<AcceptRow[]> {
  const rows: AcceptRow[] = [];
  const ownerUrl = await setting.database();
  const tenants = await fillDatabase(ownerUrl, setting.key, TENANTS);
  const measure = async (what: string, server: Running, make: Maker, rate?: number) => {
    await run(server, tenants, make, 10_000);
    const result = await run(server, tenants, make, rate ? Math.round(rate * 4) : count, rate);
    if (result.failed > 0) throw new Error(`${what}: ${result.failed} requests were refused`);
    rows.push({ what, result });
    return result;
  };

  const parse = await start('bench/references.ts', ['parse']);
  await measure('parse only', parse, telegram);
  await parse.stop();
  const plain = await start('bench/references.ts', ['plain', ownerUrl, redisUrl ?? '']);
  await measure('one INSERT and one queue.add each', plain, telegram);
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
  await measure('Frontdesk, WhatsApp HMAC', web, whatsapp);
  await measure('Frontdesk, Standard Webhooks', web, generic);
  await measure('Frontdesk, Telegram, at half that load', web, telegram, fastest.perSecond / 2);
  await web.stop();
  return rows;
}

type Maker = (tenant: BenchTenant, chat: number) => Buffer;
const host = 'bench.local';
const telegram: Maker = (tenant, chat) => telegramRequest({ host, ...tenant.telegram }, chat, TEXT);
const whatsapp: Maker = (tenant, chat) => whatsAppRequest({ host, ...tenant.whatsapp }, chat, TEXT);
const generic: Maker = (tenant, chat) => genericRequest({ host, ...tenant.webhook }, chat, TEXT);

/** The load comes from a process of its own, all its requests signed before the clock starts. */
async function run(server: Running, tenants: BenchTenant[], make: Maker, count: number, rate?: number) {
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
      child.send({ port: server.port, connections: CONNECTIONS, requests, ...(rate ? { rate } : {}) });
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill();
  }
}
