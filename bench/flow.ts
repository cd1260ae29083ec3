import { start, type Running } from './processes.ts';
import { telegramRequest } from './requests.ts';
import { fillDatabase, type Setting } from './setting.ts';

export interface Arrival {
  chat: string;
  text: string;
  /** Milliseconds since 1970 by this machine's finest clock. */
  at: number;
}

/** Frontdesk with web and worker as processes of their own, and a platform that notes what arrives. */
export interface Flow {
  web: Running;
  arrivals: Arrival[];
  /** A signed webhook in which `chat` of the tenant with this number asks for the price of a product. */
  ask(tenant: number, chat: number, product: number): Buffer;
  stop(): Promise<void>;
}

interface FlowOptions {
  tenants: number;
  redisUrl: string | null;
  /** Called with the owner's URL once the tenants are there. */
  fill?: (ownerUrl: string) => Promise<void>;
}

export async function startFlow(setting: Setting, { tenants: count, redisUrl, fill }: FlowOptions): Promise<Flow> {
  const ownerUrl = await setting.database();
  const tenants = await fillDatabase(ownerUrl, setting.key, count);
  await fill?.(ownerUrl);
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
  return {
    web,
    arrivals,
    ask(index, chat, product) {
      const tenant = tenants[index];
      if (!tenant) throw new Error(`there is no tenant ${index}`);
      return telegramRequest({ host: 'bench.local', ...tenant.telegram }, chat, `What does product${product} cost?`);
    },
    async stop() {
      await web.stop();
      await worker.stop();
      await platform.stop();
      await setting.drop(ownerUrl);
    },
  };
}

export const now = () => performance.timeOrigin + performance.now();

export async function until(check: () => boolean): Promise<void> {
  const limit = performance.now() + 240_000;
  while (!check()) {
    if (performance.now() > limit) throw new Error('the bench waited four minutes in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The value below which this share of the sorted values lies. */
export const at = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
