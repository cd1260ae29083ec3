import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './fault-random.ts';
import { MOST_QUESTIONS, postUpdate, updateOf, type FaultTenant } from './fault-tenants.ts';

const PACE_MS = 900;

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
  webs: { url: string }[];
  /** Chats go on past `least` messages until this is true. */
  isOver: () => boolean;
  chance: Chance;
}

/**
 * Writes as Telegram does: a chat's next update comes after the one before was accepted, and the same update comes
 * again until it is. Some come twice all the same, later or at once at both doors.
 */
export async function sendAll({ tenants, chats, least, webs, isOver, chance }: Order): Promise<Sending> {
  const sending: Sending = {
    accepted: [],
    timesNew: new Map(),
    duplicates: 0,
    strange: [],
    refused: 0,
    unanswered: 0,
    slowestMs: 0,
    slow: [],
  };
  const extras: Promise<unknown>[] = [];

  /** True when it was accepted. */
  async function knock(
    web: { url: string },
    tenant: FaultTenant,
    update: ReturnType<typeof updateOf>,
  ): Promise<boolean> {
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
      const isClear = response.status === 503 && response.headers.has('retry-after');
      if (!isClear) sending.strange.push(`${response.status} ${text.slice(0, 200)}`);
    } catch {
      sending.unanswered += 1;
    } finally {
      const ms = performance.now() - started;
      sending.slowestMs = Math.max(sending.slowestMs, ms);
      if (ms > 1_000) sending.slow.push({ web: web.url, at: started, ms });
    }
    return false;
  }

  async function sendUntilAccepted(tenant: FaultTenant, chat: number, n: number): Promise<void> {
    const update = updateOf(chat, n);
    for (let tries = 1; ; tries++) {
      const isDouble = tries === 1 && chance.happens(0.02);
      if (isDouble) sending.duplicates += 1;
      const doors = isDouble ? webs : [chance.oneOf(webs)];
      const answers = await Promise.all(doors.map((web) => knock(web, tenant, update)));
      if (answers.includes(true)) {
        sending.accepted.push({ tenant, chat, n, acceptedAt: performance.now(), tries });
        if (chance.happens(0.04)) extras.push(sendAgainLater(tenant, update));
        return;
      }
      await sleep(chance.between(100, 300));
    }
  }

  async function sendAgainLater(tenant: FaultTenant, update: ReturnType<typeof updateOf>): Promise<void> {
    sending.duplicates += 1;
    await sleep(chance.between(0, 3_000));
    await knock(chance.oneOf(webs), tenant, update);
  }

  async function converse(tenant: FaultTenant, chat: number): Promise<void> {
    const started = performance.now() + chance.between(0, PACE_MS);
    for (let n = 0; n < MOST_QUESTIONS && (n < least || !isOver()); n++) {
      const waitMs = started + n * PACE_MS + chance.between(-200, 200) - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      await sendUntilAccepted(tenant, chat, n);
    }
  }

  // The same chat numbers with every tenant: only the channel tells them apart.
  const numbers = Array.from({ length: chats }, (_, index) => index + 1);
  await Promise.all(tenants.flatMap((tenant) => numbers.map((chat) => converse(tenant, chat))));
  await Promise.all(extras);
  return sending;
}
