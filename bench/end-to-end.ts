import { at, now, startFlow, until, type Arrival, type Flow } from './flow.ts';
import { load, resultOf } from './load.ts';
import { start } from './processes.ts';
import type { Setting } from './setting.ts';

const TENANTS = 10;
const CHATS = 400;
const PER_CHAT = 25;
const IDLE_MESSAGES = 200;

export interface EndToEnd {
  perSecond: number;
  /** What a handler that only parses them does on the same machine, right before and after. */
  parsedPerSecond: number;
  outOfOrder: number;
  idleP50Ms: number;
  idleP99Ms: number;
}

/**
 * A webhook comes in, a FAQ answers, the answer arrives at a platform on this machine: messages per second with every
 * message answered, and the time of one message on an idle system. `fill` puts more into the database before.
 */
export async function benchEndToEnd(
  setting: Setting,
  redisUrl: string | null,
  fill?: (ownerUrl: string) => Promise<void>,
): Promise<EndToEnd> {
  const flow = await startFlow(setting, { tenants: TENANTS, redisUrl, ...(fill ? { fill } : {}) });
  const parse = await start('bench/references.ts', ['parse']);
  const ask = (chat: number, product: number) => flow.ask(chat % TENANTS, 1_000 + chat, product);
  const parseAll = () => load({ port: parse.port, connections: 32, requests: everybodyAsks(ask) });
  try {
    // Warm: every conversation exists, every cache is filled.
    const first = Array.from({ length: CHATS }, (_, chat) => ask(chat, 0));
    await load({ port: flow.web.port, connections: 16, requests: first });
    await until(() => flow.arrivals.length >= CHATS);
    const idle = await timeAlone(flow, ask);

    // A service runs for days: what the first seconds cost the compiler is not what a message costs.
    await timeAll(flow, ask);
    await parseAll();
    const before = await parseAll();
    const { perSecond, outOfOrder } = await timeAll(flow, ask);
    const after = await parseAll();
    return {
      perSecond,
      parsedPerSecond: resultOf([before, after]).perSecond,
      outOfOrder,
      idleP50Ms: at(idle, 0.5),
      idleP99Ms: at(idle, 0.99),
    };
  } finally {
    await parse.stop();
    await flow.stop();
  }
}

type Ask = (chat: number, product: number) => Buffer;

const everybodyAsks = (ask: Ask): Buffer[] =>
  Array.from({ length: CHATS * PER_CHAT }, (_, n) => ask(n % CHATS, 2 + Math.floor(n / CHATS)));

/** All chats ask as fast as they are taken, until all is answered. */
async function timeAll(flow: Flow, ask: Ask) {
  const before = flow.arrivals.length;
  const requests = everybodyAsks(ask);
  const started = now();
  await load({ port: flow.web.port, connections: 32, requests });
  await until(() => flow.arrivals.length - before >= requests.length);
  const measured = flow.arrivals.slice(before);
  const seconds = ((measured.at(-1)?.at ?? started) - started) / 1000;
  return { perSecond: requests.length / seconds, outOfOrder: countOutOfOrder(measured) };
}

/** Milliseconds from sending a webhook to the arrival of its answer, one after the other, sorted. */
async function timeAlone({ web, arrivals }: Flow, ask: Ask): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < IDLE_MESSAGES; n++) {
    const seen = arrivals.length;
    const sent = now();
    await load({ port: web.port, connections: 1, requests: [ask(n % CHATS, 1)] });
    await until(() => arrivals.length > seen);
    times.push((arrivals.at(-1)?.at ?? 0) - sent);
  }
  return times.sort((a, b) => a - b);
}

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
