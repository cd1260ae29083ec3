import { at, now, startFlow, until, type Flow } from './flow.ts';
import { load } from './load.ts';
import type { Setting } from './setting.ts';

const FLOOD = 50_000;
const FLOOD_CHATS = 2_000;
const [FLOODED, QUIET] = [0, 1];
const PAUSE_MS = 100;
const ALONE = 100;

/** 95 of 100 messages of a quiet tenant are answered within so many milliseconds. */
export interface Flood {
  aloneP95Ms: number;
  besideP95Ms: number;
}

/** One tenant gets 50,000 messages as fast as they are taken; another one goes on asking ten times a second. */
export async function benchFlood(setting: Setting, redisUrl: string | null): Promise<Flood> {
  const flow = await startFlow(setting, { tenants: 2, redisUrl });
  try {
    await askQuietly(flow, (asked) => asked === 20);
    const alone = await askQuietly(flow, (asked) => asked === ALONE);

    const requests = Array.from({ length: FLOOD }, (_, n) => flow.ask(FLOODED, 50_000 + (n % FLOOD_CHATS), n % 50));
    const answered = () => flow.arrivals.filter(({ chat }) => Number(chat) >= 50_000).length;
    const flood = load({ port: flow.web.port, connections: 32, requests });
    const beside = await askQuietly(flow, () => answered() >= FLOOD);
    await flood;
    return { aloneP95Ms: at(alone, 0.95), besideP95Ms: at(beside, 0.95) };
  } finally {
    await flow.stop();
  }
}

/** The times of the answers, sorted. Each message from a chat of its own, so that none waits for the one before. */
async function askQuietly(flow: Flow, isOver: (asked: number) => boolean): Promise<number[]> {
  const asked = new Map<string, number>();
  for (; !isOver(asked.size); await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))) {
    chats += 1;
    asked.set(String(chats), now());
    await load({ port: flow.web.port, connections: 1, requests: [flow.ask(QUIET, chats, 1)] });
  }
  const answers = () => flow.arrivals.filter(({ chat }) => asked.has(chat));
  await until(() => answers().length >= asked.size);
  return answers()
    .map(({ chat, at: arrived }) => arrived - (asked.get(chat) ?? 0))
    .sort((a, b) => a - b);
}

let chats = 1_000;
