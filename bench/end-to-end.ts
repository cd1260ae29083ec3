import { load } from './load.ts';
import { start } from './processes.ts';
import { telegramRequest } from './requests.ts';
import { fillDatabase, type Setting } from './setting.ts';

const TENANTS = 10;
const CHATS = 400;
const PER_CHAT = 25;
const IDLE_MESSAGES = 200;

export interface EndToEnd {
  perSecond: number;
  outOfOrder: number;
  idleP50Ms: number;
  idleP99Ms: number;
}

interface Arrival {
  chat: string;
  text: string;
  at: number;
}

/**
 * A webhook comes in, a FAQ answers, the answer arrives at a platform on this machine: messages per second with every
 * message answered, and the time of one message on an idle system.
 */
export async function benchEndToEnd(setting: Setting, redisUrl: string | null): Promise<EndToEnd> {
  const ownerUrl = await setting.database();
  const tenants = await fillDatabase(ownerUrl, setting.key, TENANTS);
  const platform = await start('bench/platform.ts');
  const arrivals: Arrival[] = [];
  platform.child.on('message', (lines) => {
    for (const line of lines as string[]) {
      const [chat = '', text = '', at = '0'] = line.split('\t');
      arrivals.push({ chat, text, at: Number(at) });
    }
  });
  const env = {
    DEMO: 'false',
    LOG_LEVEL: 'warn',
    DATABASE_URL: ownerUrl,
    FRONTDESK_KEY: setting.key,
    TELEGRAM_API_BASE: platform.url,
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
  };
  const web = await start('src/main.ts', [], { ...env, ROLE: 'web', PORT: '0' });
  const worker = await start('src/main.ts', [], {
    ...env,
    ROLE: 'worker',
    NODE_OPTIONS: process.env['WORKER_NODE_OPTIONS'] ?? '',
  });

  const request = (chat: number, product: number) => {
    const tenant = tenants[chat % tenants.length];
    if (!tenant) throw new Error('no tenants');
    return telegramRequest(
      { host: 'bench.local', ...tenant.telegram },
      1_000 + chat,
      `What does product${product} cost?`,
    );
  };
  try {
    // Warm: every conversation exists, every cache is filled.
    await load({
      port: web.port,
      connections: 16,
      requests: Array.from({ length: CHATS }, (_, chat) => request(chat, 0)),
    });
    await until(() => arrivals.length >= CHATS);

    const idle: number[] = [];
    for (let n = 0; n < IDLE_MESSAGES; n++) {
      const seen = arrivals.length;
      const sent = performance.timeOrigin + performance.now();
      await load({ port: web.port, connections: 1, requests: [request(n % CHATS, 1)] });
      await until(() => arrivals.length > seen);
      idle.push((arrivals.at(-1)?.at ?? 0) - sent);
    }
    idle.sort((a, b) => a - b);

    const before = arrivals.length;
    const requests = Array.from({ length: CHATS * PER_CHAT }, (_, n) => request(n % CHATS, 2 + Math.floor(n / CHATS)));
    const started = performance.timeOrigin + performance.now();
    await load({ port: web.port, connections: 32, requests });
    await until(() => new Set(arrivals.slice(before).map(last)).size >= CHATS && quiet(arrivals));
    const measured = arrivals.slice(before);
    const seconds = ((measured.at(-1)?.at ?? started) - started) / 1000;
    return {
      perSecond: requests.length / seconds,
      outOfOrder: countOutOfOrder(measured),
      idleP50Ms: idle[Math.floor(idle.length / 2)] ?? 0,
      idleP99Ms: idle[Math.floor(idle.length * 0.99)] ?? 0,
    };
  } finally {
    await web.stop();
    await worker.stop();
    await platform.stop();
  }
}

const last = ({ chat, text }: Arrival) => (text === `Product ${PER_CHAT + 1} costs ${PER_CHAT + 2} euro` ? chat : '');

const quiet = (arrivals: Arrival[]) => performance.timeOrigin + performance.now() - (arrivals.at(-1)?.at ?? 0) > 500;

/** Product numbers grow within a chat: an answer with a smaller one than the answer before came too late. */
function countOutOfOrder(arrivals: Arrival[]): number {
  const newest = new Map<string, number>();
  let wrong = 0;
  for (const { chat, text } of arrivals) {
    const product = Number(/\d+/.exec(text)?.[0]);
    if (product < (newest.get(chat) ?? -1)) wrong += 1;
    newest.set(chat, product);
  }
  return wrong;
}

async function until(check: () => boolean): Promise<void> {
  const limit = performance.now() + 120_000;
  while (!check()) {
    if (performance.now() > limit) throw new Error('the bench waited two minutes in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
