import { beforeAll, describe, expect, it } from 'vitest';
import { addTarget } from '../../src/tenancy/provision.ts';
import { describedOperations } from '../support/api-document.ts';
import { call, hire } from '../support/people.ts';
import {
  asManager,
  conversationOf,
  handlerOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { answering, useWorkflows } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const lines: string[] = [];
const world = useWorld({ onLog: (line) => lines.push(line) });
const { buildN8nShop } = useWorkflows(world);

/** Everything that a tenant, its customers and its workflow say has the tenant's canary in it. */
const shops: { canary: string; shop: Shop; chats: number[] }[] = [];

beforeAll(async () => {
  for (const [n, canary] of ['canaryofone', 'canaryoftwo'].entries()) {
    const { shop } = await buildN8nShop({
      slug: `shop-${canary}`,
      name: `Shop ${canary}`,
      systemMessage: `You are ${canary}.`,
      handoverMessage: `Wait, ${canary}.`,
      handoverMode: 'immediate',
      faqs: [{ question: 'What are your opening hours?', answer: `${canary} opens at 7.`, keywords: 'hours, opening' }],
      workflow: answering({ reply: `An answer of ${canary}.`, confidence: 0.9 }),
    });
    const config = {
      url: `${world.platform.url}/desk/${canary}`,
      secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
    };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, {
      kind: 'webhook',
      name: `Desk ${canary}`,
      config,
    });
    shops.push({ canary, shop, chats: [801 + n * 10, 802 + n * 10] });
  }
  // Both at the same time, each with a FAQ, a workflow's answer, a handover, a manager's answer and a hand back.
  await Promise.all(shops.map(talk));
}, 60_000);

async function talk({ canary, shop, chats }: (typeof shops)[number]): Promise<void> {
  for (const chat of chats) {
    const said = () => world.platform.textsTo(String(chat));
    await writes(world, shop, chat, 'What are your opening hours?');
    await until(() => expect(said()).toContain(`${canary} opens at 7.`));
    await writes(world, shop, chat, `Is a table free tonight, asks ${canary}?`);
    await until(() => expect(said()).toContain(`An answer of ${canary}.`));
    await writes(world, shop, chat, `I want to talk to a human, says ${canary}`);
    await until(async () => expect(await handlerOf(world, shop, chat)).toBe('queued'));
    const { id } = await conversationOf(world, shop, chat);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: `A manager of ${canary}.` });
    await until(() => expect(said()).toContain(`A manager of ${canary}.`));
    await asManager(world, shop, `/conversations/${id}/hand-back`, {});
  }
  await until(() => expect(world.platform.calls.map(({ path }) => path)).toContain(`/desk/${canary}`));
}

const otherThan = (canary: string) => shops.map((one) => one.canary).filter((one) => one !== canary);

describe('what one tenant and its customers say', () => {
  it('reaches its own platform, workflow and desk only', () => {
    let seen = 0;
    for (const { canary, shop, chats } of shops) {
      const own = world.platform.calls.filter(
        ({ path, body }) =>
          [shop.telegram.botToken, shop.slug, `/desk/${canary}`].some((name) => path.includes(name)) ||
          chats.includes(Number(body['chat_id'])),
      );
      seen += own.length;
      expect(own.length).toBeGreaterThan(8);
      for (const other of otherThan(canary)) expect(JSON.stringify(own)).not.toContain(other);
    }
    // Nothing went where nobody looked.
    expect(seen).toBe(world.platform.calls.length);
  });

  it('is in no line of the log, nor is any secret', async () => {
    for (const { canary, shop } of shops) {
      expect((await postTelegram(world, shop, telegramUpdate(1, canary), `wrong-${canary}`)).status).toBe(401);
      expect((await postTelegram(world, shop, { text: canary })).status).toBe(200);
      const { id } = await conversationOf(world, shop, shops.find((one) => one.shop === shop)?.chats[0] ?? 0);
      expect((await asManager(world, shop, `/conversations/${id}/replies`, { words: canary })).status).toBe(422);
    }
    expect(lines.length).toBeGreaterThan(6);
    const all = lines.join('\n');
    for (const { canary, shop } of shops) {
      for (const secret of [canary, shop.telegram.botToken, shop.telegram.secretToken, shop.managerToken]) {
        expect(all).not.toContain(secret);
      }
    }
  });

  it('is in no answer of the API to another tenant', async () => {
    const reads = (await describedOperations(world)).filter(
      ({ method, access, path }) => method === 'GET' && access === 'tenant' && !path.includes('{'),
    );
    expect(reads.length).toBeGreaterThan(1);
    for (const { canary, shop } of shops) {
      const { token } = await hire(world, shop.tenantId, 'owner');
      for (const { path } of reads) {
        const { body } = await call(world, token, 'GET', path);
        for (const other of otherThan(canary)) expect(JSON.stringify(body), path).not.toContain(other);
      }
      for (const chat of shops.flatMap(({ chats }) => chats)) {
        const owner = shops.find(({ chats }) => chats.includes(chat));
        if (!owner) continue;
        const { id } = await conversationOf(world, owner.shop, chat);
        const reply = await call(world, token, 'GET', `/conversations/${id}`);
        expect(reply.status).toBe(owner.shop === shop ? 200 : 404);
      }
    }
  });
});
