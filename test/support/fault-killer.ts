import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './fault-random.ts';
import type { Service } from './fault-services.ts';
import type { CrashablePostgres, CrashableRedis } from './fault-stores.ts';

export type Victim = 'web' | 'worker' | 'postgres' | 'redis';

export interface Kill {
  victim: Victim;
  name: string;
  /** Just before the signal, and when the process was seen to be gone. */
  from: number;
  to: number;
  /** When the store or the process was there again; a process only says that it was started. */
  backAt: number;
}

interface Targets {
  webs: Service[];
  workers: Service[];
  postgres: CrashablePostgres;
  redis: CrashableRedis | null;
}

/** Every kind this often, in an order of chance. */
const ROUNDS = 4;

export interface Killing {
  /** Grows while it runs. */
  kills: Kill[];
  /** Resolves when all has been killed and is starting again. */
  done: Promise<void>;
}

/** Kills something with SIGKILL every 1.5 to 2.5 s, and starts it again 0.3 to 1 s later. */
export function startKilling(targets: Targets, chance: Chance): Killing {
  const kills: Kill[] = [];
  const restarts = new Map<string, Promise<void>>();
  const kinds: Victim[] = ['web', 'worker', 'postgres', ...(targets.redis ? (['redis'] as const) : [])];
  const plan = Array.from({ length: ROUNDS }, () => chance.shuffled(kinds)).flat();

  async function killNext(victim: Victim): Promise<void> {
    const chosen = target(targets, victim, chance);
    const { name } = chosen;
    // A store is killed again only after it was back; a process may be killed while it starts.
    if (victim === 'postgres' || victim === 'redis') await restarts.get(name);
    const from = performance.now();
    await chosen.kill();
    const record: Kill = { victim, name, from, to: performance.now(), backAt: Infinity };
    kills.push(record);
    const pause = chance.between(300, 1_000);
    const restarting = sleep(pause)
      .then(() => chosen.restart())
      .then(() => void (record.backAt = performance.now()));
    // Awaited at the end; until then a failure must not end the process.
    restarting.catch(() => undefined);
    restarts.set(name, restarting);
  }

  async function run(): Promise<void> {
    try {
      for (const victim of plan) {
        await sleep(chance.between(1_500, 2_500));
        await killNext(victim);
      }
    } finally {
      await Promise.all(restarts.values());
    }
  }

  return { kills, done: run() };
}

interface Target {
  name: string;
  kill(): Promise<void>;
  restart(): Promise<void> | void;
}

function target({ webs, workers, postgres, redis }: Targets, victim: Victim, chance: Chance): Target {
  if (victim === 'postgres') return { name: victim, kill: () => postgres.crash(), restart: () => postgres.restart() };
  if (victim === 'redis') {
    if (!redis) throw new Error('there is no Redis to kill');
    return { name: victim, kill: () => redis.kill(), restart: () => redis.start() };
  }
  const service = chance.oneOf(victim === 'web' ? webs : workers);
  return { name: service.name, kill: () => service.kill(), restart: () => service.start() };
}
