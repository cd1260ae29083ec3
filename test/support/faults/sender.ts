import { setTimeout as sleep } from 'node:timers/promises';
import { insist, noteRefusal } from './insist.ts';
import type { Chance } from './random.ts';
import { MOST_QUESTIONS, messageText, postUpdate, updateOf, type FaultTenant } from './tenants.ts';

/** No kill keeps all of the load from being taken for so long. */
const LOAD_LIMIT_MS = 150_000;

/** A message that was answered 2xx. */
export interface Accepted {
  tenant: FaultTenant;
  chat: number;
  n: number;
  acceptedAt: number;
  tries: number;
}

export interface Sending {
  accepted: Accepted[];
  /** How often each update was said to be new, by `<tenant> <update>`: never more than once. */
  timesNew: Map<string, number>;
  /** Updates sent again although they had been accepted, or to both web processes at once. */
  duplicates: number;
  /** Answers that a sender cannot understand: neither 2xx nor "try again". */
  strange: string[];
  refused: number;
  unanswered: number;
  slowestMs: number;
  /** Answers that took longer than a second. */
  slow: { web: string; at: number; ms: number }[];
}

interface Order {
  tenants: FaultTenant[];
  chats: number;
  least: number;
  /** From one message of a chat to its next. */
  paceMs: number;
  webs: { url: string }[];
  /** Chats go on past `least` messages until this is true. */
  isOver: () => boolean;
  chance: Chance;
}

type Update = ReturnType<typeof updateOf>;

/** What the parts of one sending share. */
interface Desk {
  webs: { url: string }[];
  chance: Chance;
  sending: Sending;
  /** Repetitions that nobody waits for before the end. */
  extras: Promise<unknown>[];
}

/**
 * Writes as Telegram does: a chat's next update comes after the one before was accepted, and the same update comes
 * again until it is. Some come twice all the same, later or at the same moment.
 */
export async function sendAll({ tenants, chats, least, paceMs, webs, isOver, chance }: Order): Promise<Sending> {
  const counts = { duplicates: 0, refused: 0, unanswered: 0, slowestMs: 0 };
  const sending: Sending = { accepted: [], timesNew: new Map(), strange: [], slow: [], ...counts };
  const desk: Desk = { webs, chance, sending, extras: [] };

  async function converse(tenant: FaultTenant, chat: number): Promise<void> {
    const started = performance.now() + chance.between(0, paceMs);
    for (let n = 0; n < MOST_QUESTIONS && (n < least || !isOver()); n++) {
      if (performance.now() > started + LOAD_LIMIT_MS)
        sending.strange.push(`too slowly: chat ${chat} got to message ${n}`);
      if (sending.strange.length > 0) return;
      const waitMs = started + n * paceMs + chance.between(-200, 200) - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      if (!(await write(desk, tenant, chat, n))) return;
    }
  }

  // The same chat numbers with every tenant: only the channel tells them apart.
  const numbers = Array.from({ length: chats }, (_, index) => index + 1);
  await Promise.all(tenants.flatMap((tenant) => numbers.map((chat) => converse(tenant, chat))));
  await Promise.all(desk.extras);
  return sending;
}

/** One message of a chat, and now and then its doubles. False when nobody took it. */
async function write(desk: Desk, tenant: FaultTenant, chat: number, n: number): Promise<boolean> {
  const { chance, sending, extras } = desk;
  const update = updateOf(chat, n, messageText(tenant, chat, n));
  const bring = () => insist({ chance, strange: sending.strange }, () => knock(desk, tenant, update));
  const again = (delayMs: number) => {
    sending.duplicates += 1;
    extras.push(sleep(delayMs).then(bring));
  };
  if (chance.happens(0.02)) again(0);
  const tries = await bring();
  if (tries === null) return false;
  sending.accepted.push({ tenant, chat, n, acceptedAt: performance.now(), tries });
  if (chance.happens(0.04)) again(chance.between(0, 3_000));
  return true;
}

/** Knocks at one door or the other. True when it was accepted. */
async function knock({ webs, chance, sending }: Desk, tenant: FaultTenant, update: Update): Promise<boolean> {
  const web = chance.oneOf(webs);
  const started = performance.now();
  try {
    const response = await postUpdate(web.url, tenant, update);
    const text = await response.text();
    if (response.ok) {
      const key = `${tenant.slug} ${update.update_id}`;
      const { stored } = JSON.parse(text) as { stored: number };
      sending.timesNew.set(key, (sending.timesNew.get(key) ?? 0) + stored);
      return true;
    }
    sending.refused += 1;
    noteRefusal(sending.strange, response, text);
  } catch {
    sending.unanswered += 1;
  } finally {
    const ms = performance.now() - started;
    sending.slowestMs = Math.max(sending.slowestMs, ms);
    if (ms > 1_000) sending.slow.push({ web: web.url, at: started, ms });
  }
  return false;
}
