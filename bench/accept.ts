import { fork } from 'node:child_process';
import { join } from 'node:path';
import { resultOf, type LoadResult, type Stretch } from './load.ts';
import { start, type Running } from './processes.ts';
import { genericRequest, telegramRequest, whatsAppRequest } from './requests.ts';
import { fillDatabase, type BenchTenant, type Setting } from './setting.ts';

const CONNECTIONS = 32;
const TENANTS = 20;
/** A service runs for days: what the first seconds cost the compiler is not what a webhook costs. */
const WARM_UP = 20_000;
/** Long enough that one pause of the disk or of the garbage collector is no hundredth of it. */
const PACED_SECONDS = 16;
/** The machine may change its speed within seconds, so that what is compared takes turns. */
const TURNS = 8;
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
  const load = startLoad();
  const stretch = async ({ port }: Running, make: Maker, requests: number, rate = 0) => {
    const seen = await load.ask({ port, requests: requestsFrom(tenants, make, requests), rate });
    if (seen.failed > 0) throw new Error(`${seen.failed} requests were refused`);
    return seen;
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
  const inTurns = async (make: Maker, requests: number, rate = 0) => {
    const seen = { parse: [] as Stretch[], web: [] as Stretch[] };
    for (let turn = 0; turn < TURNS; turn++) {
      const order = turn % 2 === 0 ? (['parse', 'web'] as const) : (['web', 'parse'] as const);
      for (const name of order) seen[name].push(await stretch({ parse, web }[name], make, requests / TURNS, rate));
    }
    return { reference: resultOf(seen.parse), result: resultOf(seen.web) };
  };
  const rows: AcceptRow[] = [];
  for (const [kind, make] of Object.entries(kinds)) {
    for (const server of [parse, web]) await stretch(server, make, WARM_UP);
    const { reference, result } = await inTurns(make, count);
    rows.push({ what: `${kind}, parse only`, result: reference }, { what: `${kind}, Frontdesk`, result, reference });
  }
  const [reference, fastest] = rows.map(({ result }) => result);
  if (!reference || !fastest) throw new Error('nothing was measured');
  const rate = fastest.perSecond / 2;
  // A machine that stands still for a moment does so for both: what the difference is, is ours.
  const half = await inTurns(telegram, Math.round(rate * PACED_SECONDS), rate);
  rows.push({ what: 'Telegram, parse only at half of that load', result: half.reference });
  rows.push({ what: 'Telegram, Frontdesk at half of that load', result: half.result });
  await web.stop();
  await parse.stop();

  const plain = await start('bench/references.ts', ['plain', ownerUrl, redisUrl ?? '']);
  await stretch(plain, telegram, 10_000);
  const result = resultOf([await stretch(plain, telegram, count)]);
  rows.push({ what: 'Telegram, one INSERT and one queue.add each', result, reference });
  await plain.stop();
  load.stop();
  return rows;
}

type Maker = (tenant: BenchTenant, chat: number) => Buffer;
const host = 'bench.local';
const telegram: Maker = (tenant, chat) => telegramRequest({ host, ...tenant.telegram }, chat, TEXT);
const whatsapp: Maker = (tenant, chat) => whatsAppRequest({ host, ...tenant.whatsapp }, chat, TEXT);
const generic: Maker = (tenant, chat) => genericRequest({ host, ...tenant.webhook }, chat, TEXT);
const kinds = { Telegram: telegram, WhatsApp: whatsapp, 'Standard Webhooks': generic };

type Ask = { port: number; requests: string[]; rate: number };

/** The load comes from a process of its own, which is as warm as the servers, its requests signed before the clock starts. */
function startLoad() {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { execArgv: ['--expose-gc'] });
  return {
    ask: ({ rate, ...rest }: Ask) =>
      new Promise<Stretch>((resolve, reject) => {
        const broken = () => reject(new Error('the load generator ended'));
        child.once('exit', broken);
        child.once('message', (seen) => {
          child.off('exit', broken);
          resolve(seen as Stretch);
        });
        child.send({ ...rest, connections: CONNECTIONS, ...(rate > 0 ? { rate } : {}) });
      }),
    stop: () => child.kill(),
  };
}

function requestsFrom(tenants: BenchTenant[], make: Maker, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const tenant = tenants[n % tenants.length];
    if (!tenant) throw new Error('no tenants');
    return make(tenant, 1_000_000 + (n % CHATS)).toString('latin1');
  });
}
