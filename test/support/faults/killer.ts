import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './random.ts';
import type { Service } from './services.ts';
import type { CrashablePostgres, CrashableRedis } from './stores.ts';

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

export interface Targets {
  webs: Service[];
  workers: Service[];
  postgres: CrashablePostgres;
  redis: CrashableRedis | null;
}

/** When something is killed. */
export interface KillPlan {
  /** Every kind is killed once in each, in an order of chance. */
  rounds: number;
  /** Between two kills, in milliseconds. */
  pauseMs: { least: number; most: number };
  /** No process is killed while there is no other of its kind: something goes on all the time. */
  spares: boolean;
}

export interface Killing {
  /** Grows while it runs. */
  kills: Kill[];
  /** Resolves when all has been killed and is starting again. */
  done: Promise<void>;
}

/** Kills with SIGKILL, and starts again what was killed 0.3 to 1 s later. */
export function startKilling(targets: Targets, chance: Chance, { rounds, pauseMs, spares }: KillPlan): Killing {
  const kills: Kill[] = [];
  const restarts = new Map<string, Promise<void>>();
  const kinds: Victim[] = ['web', 'worker', 'postgres', ...(targets.redis ? (['redis'] as const) : [])];
  const plan = Array.from({ length: rounds }, () => chance.shuffled(kinds)).flat();

  async function killNext(victim: Victim): Promise<void> {
    const chosen = target(targets, victim, chance);
    const { name } = chosen;
    // A store is killed again only after it was back; a process may be killed while it starts.
    if (victim === 'postgres' || victim === 'redis') await restarts.get(name);
    if (spares) await Promise.all(chosen.others.map((service) => service.ready()));
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
        await sleep(chance.between(pauseMs.least, pauseMs.most));
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
  /** Of its kind. */
  others: Service[];
  kill(): Promise<void>;
  restart(): Promise<void> | void;
}

function target({ webs, workers, postgres, redis }: Targets, victim: Victim, chance: Chance): Target {
  if (victim === 'postgres')
    return { name: victim, others: [], kill: () => postgres.crash(), restart: () => postgres.restart() };
  if (victim === 'redis') {
    if (!redis) throw new Error('there is no Redis to kill');
    return { name: victim, others: [], kill: () => redis.kill(), restart: () => redis.start() };
  }
  const kind = victim === 'web' ? webs : workers;
  const service = chance.oneOf(kind);
  const others = kind.filter((other) => other !== service);
  return { name: service.name, others, kill: () => service.kill(), restart: () => service.start() };
}
