import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentTenant } from './agent-tenants.ts';
import { insist, noteRefusal } from './insist.ts';
import type { Chance } from './random.ts';

/** What a manager did in a conversation that waited: answered once, and gave it back. */
export interface HandBack {
  slug: string;
  conversationId: string;
  text: string;
  /** When the API was asked first to give it back; infinity while it was not. */
  askedAt: number;
  isDone: boolean;
}

export interface Managers {
  handBacks: HandBack[];
  /** What the API answered that nobody can understand. */
  strange: string[];
  /** Begins nothing any more; resolves when all that was begun is done. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 400;
/** A request whose web died over it is taken for abandoned after a minute. */
const GIVE_UP_MS = 100_000;

/**
 * Managers at work over the API, at one web or the other: they answer who waits in the queue and give the conversation
 * back to automation, and leave some alone. Each request has an `Idempotency-Key`, and is sent until it is taken.
 */
export function startManagers(tenants: AgentTenant[], webs: { url: string }[], chance: Chance): Managers {
  const handBacks: HandBack[] = [];
  const strange: string[] = [];
  const works: Promise<void>[] = [];
  const atWork = new Set<string>();
  const isLeftAlone = new Map<string, boolean>();
  let isOver = false;

  async function ask(tenant: AgentTenant, path: string, key?: string, body?: unknown): Promise<string | null> {
    try {
      const response = await fetch(`${chance.oneOf(webs).url}/api/v1${path}`, {
        method: key === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${tenant.managerToken}`,
          'content-type': 'application/json',
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      if (response.ok) return text;
      const isBusy = response.status === 409 && text.includes('is being worked on');
      if (!isBusy) noteRefusal(strange, response, `${path} ${text}`);
    } catch {
      // The next try goes to one that is there.
    }
    return null;
  }

  async function work(tenant: AgentTenant, conversationId: string): Promise<void> {
    const { slug } = tenant;
    const number = handBacks.length + 1;
    const text = `${slug} manager ${number}`;
    const handBack: HandBack = { slug, conversationId, text, askedAt: Infinity, isDone: false };
    handBacks.push(handBack);
    const path = `/conversations/${conversationId}`;
    const until = (knock: () => Promise<string | null>) =>
      insist({ chance, strange }, async () => (await knock()) !== null, GIVE_UP_MS);
    await sleep(chance.between(100, 1_000));
    const replied = await until(() => ask(tenant, `${path}/replies`, `reply-${number}`, { text }));
    await sleep(chance.between(0, 500));
    handBack.askedAt = performance.now();
    const returned = await until(() => ask(tenant, `${path}/hand-back`, `hand-back-${number}`, {}));
    handBack.isDone = replied !== null && returned !== null;
    atWork.delete(conversationId);
  }

  async function watch(tenant: AgentTenant): Promise<void> {
    while (!isOver) {
      await sleep(LOOK_EVERY_MS);
      // What the page says of these may be old by now.
      const busy = new Set(atWork);
      const page = await ask(tenant, '/conversations?handler=queued&limit=100');
      const { items } = JSON.parse(page ?? '{"items":[]}') as { items: { id: string }[] };
      for (const { id } of items) {
        if (!isLeftAlone.has(id)) isLeftAlone.set(id, chance.happens(0.2));
        if (busy.has(id) || isLeftAlone.get(id)) continue;
        atWork.add(id);
        works.push(work(tenant, id));
      }
    }
  }

  const watching = tenants.map(watch);
  return {
    handBacks,
    strange,
    async stop() {
      isOver = true;
      await Promise.all(watching);
      await Promise.all(works);
    },
  };
}
