import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Tenant } from '../../src/entities/tenant.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { forge } from '../support/forge.ts';
import { asManager, buildShop, conversationOf, type Shop } from '../support/tenants.ts';
import { startWorld, until, type World } from '../support/world.ts';

const Session = z.object({ visitorId: z.string(), token: z.string(), siteName: z.string() });
const Said = z.object({ seq: z.number(), from: z.string(), text: z.string(), quickReplies: z.array(z.string()) });
const Messages = z.object({ messages: z.array(Said) });
type Visitor = z.infer<typeof Session>;

let world: World;
let shop: Shop;
let key: string;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  shop = await buildShop(world);
  key = await addChat(shop);
});

const [question, answer] = ['What are your opening hours?', 'We open 7am-9pm daily'];

async function addChat({ tenantId }: Shop): Promise<string> {
  const { orm, keys } = world.deps;
  const config = { siteName: 'Shop', allowedOrigins: ['https://shop.example'], visitorSecret: randomUUID() };
  return (await addChannel(orm, keys, tenantId, { kind: 'webchat', name: 'Chat', config })).key;
}

const begin = (origin?: string, url = world.url) =>
  fetch(`${url}/chat/${key}/session`, { method: 'POST', headers: origin ? { origin } : {} });
const visit = async (): Promise<Visitor> => Session.parse(await (await begin()).json());
const bearer = ({ token }: Visitor) => ({ authorization: `Bearer ${token}` });

const say = ({ visitorId }: Visitor, as: Visitor, text: string, id: string = randomUUID()) =>
  fetch(`${world.url}/webhooks/webchat/${key}`, {
    method: 'POST',
    headers: bearer(as),
    body: JSON.stringify({ visitorId, id, text }),
  });

/** Opens a stream of the visitor's; what it says goes into `texts`. */
async function follow({ url }: Pick<World, 'url'>, as: Visitor, texts: string[], after: number, signal: AbortSignal) {
  const headers = { ...bearer(as), 'last-event-id': String(after) };
  const response = await fetch(`${url}/chat/${key}/stream`, { headers, signal });
  const read = async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? [])
      for (const [, data = ''] of chunk.matchAll(/^data: (.*)$/gm)) texts.push(Said.parse(JSON.parse(data)).text);
  };
  void read().catch(() => undefined);
}
const seenBy = async (visitor: Visitor, after = 0) => {
  const response = await fetch(`${world.url}/chat/${key}/messages?after=${after}`, { headers: bearer(visitor) });
  return Messages.parse(await response.json()).messages.map(({ seq, from, text }) => [seq, from, text]);
};

describe('the web chat', () => {
  it('shows a visitor what both sides said, once, and nobody else', async () => {
    const [ana, ben] = [await visit(), await visit()];
    const id = randomUUID();
    for (let time = 0; time < 3; time++) expect((await say(ana, ana, question, id)).status).toBe(200);
    const both = [
      [1, 'visitor', question],
      [2, 'assistant', answer],
    ];
    await until(async () => expect(await seenBy(ana)).toEqual(both));
    expect(await seenBy(ana, 1)).toEqual(both.slice(1));
    expect(await seenBy(ben)).toEqual([]);
  });

  it('refuses a visitor who writes in the name of another, or without a token of this chat', async () => {
    const [ana, ben] = [await visit(), await visit()];
    expect((await say(ana, ben, 'I am Ana')).status).toBe(401);
    const forged = { ...ana, token: forge(ana.token) };
    expect((await say(ana, forged, 'x')).status).toBe(401);
    for (const path of ['messages', 'stream']) {
      const status = async (headers: Record<string, string>) =>
        (await fetch(`${world.url}/chat/${key}/${path}`, { headers })).status;
      expect([await status({}), await status(bearer(forged))]).toEqual([401, 401]);
    }
    const here = key;
    key = await addChat(await buildShop(world));
    expect((await say(ana, ana, 'x')).status, `a token of ${here}`).toBe(401);
    expect(await seenBy(await visit())).toEqual([]);
  });

  it('says what is wrong with a message, and stores nothing of it', async () => {
    const ana = await visit();
    expect((await say(ana, ana, '')).status).toBe(422);
    expect((await say(ana, ana, 'x'.repeat(20_000))).status).toBe(422);
    expect((await say(ana, ana, 'x', 'not-a-uuid')).status).toBe(422);
    expect(await seenBy(ana)).toEqual([]);
  });

  it('begins on the pages of the business only', async () => {
    expect((await begin()).status).toBe(200);
    expect((await begin('https://shop.example')).status).toBe(200);
    expect((await begin(world.url)).status).toBe(200);
    expect((await begin('https://elsewhere.example')).status).toBe(403);
    expect((await begin('null')).status).toBe(403);
  });

  it('streams answers as they come, a manager’s too, and goes on from where the browser was', async () => {
    const ana = await visit();
    const stop = new AbortController();
    const all: string[] = [];
    const later: string[] = [];
    await follow(world, ana, all, 0, stop.signal);
    await say(ana, ana, question);
    await until(() => expect(all).toEqual([question, answer]));
    await follow(world, ana, later, 1, stop.signal);
    const { id } = await conversationOf(world, shop, ana.visitorId);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Mia here.' });
    await until(() => expect(all.at(-1)).toBe('Mia here.'));
    await until(() => expect(later).toEqual([answer, 'Mia here.']));
    stop.abort();
  });

  it('streams from one process what another one has sent, without waiting for its own next look', async () => {
    const front = await startWorld({
      workers: false,
      database: { ...world.database, drop: () => Promise.resolve() },
    });
    const stop = new AbortController();
    try {
      const ana = Session.parse(await (await begin(undefined, front.url)).json());
      const texts: string[] = [];
      await follow(front, ana, texts, 0, stop.signal);
      // A stream looks by itself after 15 s.
      const says = (wanted: string[]) => vi.waitFor(() => expect(texts).toEqual(wanted), 10_000);
      await say(ana, ana, question);
      await says([question, answer]);
      const { id } = await conversationOf(world, shop, ana.visitorId);
      await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Mia here.' });
      await says([question, answer, 'Mia here.']);
    } finally {
      stop.abort();
      await front.close();
    }
  });

  it('is a page that gets every file it asks for', async () => {
    const page = await (await fetch(`${world.url}/chat/${key}`)).text();
    const wanted = [...page.matchAll(/(?:src|href)="(\/assets[^"]+)"/g)].map(([, path = '']) => path);
    expect(wanted).toContain('/assets/chat.js');
    for (const path of wanted) {
      const response = await fetch(new URL(path, world.url));
      expect(response.status, path).toBe(200);
      const imports = (await response.text()).matchAll(/^import .* from '\.(\/[^']+)'/gm);
      for (const [, file = ''] of imports) expect((await fetch(`${world.url}/assets${file}`)).status, file).toBe(200);
    }
  });

  it('is not there for a suspended tenant', async () => {
    const ana = await visit();
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(Tenant, { id: shop.tenantId }, { status: 'suspended' }),
    );
    await until(async () => expect((await say(ana, ana, 'x')).status).toBe(403));
    expect((await begin()).status).toBe(404);
    expect((await fetch(`${world.url}/chat/${key}`)).status).toBe(404);
  });
});
