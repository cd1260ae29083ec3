import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Faq } from '../../../src/entities/faq.ts';
import { OutboundMessage } from '../../../src/entities/outbound-message.ts';
import { addChannel, addTarget } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { ask } from '../../support/faq-requests.ts';
import { call, cutKey, hire } from '../../support/people.ts';
import { buildShop, conversationOf, handlerOf, messagesOf, writes, type Shop } from '../../support/tenants.ts';
import { answering, useWorkflows } from '../../support/workflows.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
const { buildN8nShop, callsOf } = useWorkflows(world);
const secret = 'canary: she is my sister in law';

const note = (shop: Shop, id: string, body: unknown = { text: secret }, token = shop.managerToken) =>
  call(world, token, 'POST', `/conversations/${id}/notes`, { body });

/** A conversation that the assistant has answered. */
async function begun(shop: Shop, chat: number): Promise<string> {
  await writes(world, shop, chat, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
  return (await conversationOf(world, shop, chat)).id;
}

describe('a note', () => {
  it('is read by managers in its place, and changes nothing of who answers', async () => {
    const shop = await buildShop(world);
    const id = await begun(shop, 601);
    const before = await conversationOf(world, shop, 601);
    const reply = await note(shop, id);
    expect(reply).toMatchObject({ status: 201, body: { messageId: expect.any(String) } });
    const { body } = await call(world, shop.managerToken, 'GET', `/conversations/${id}/messages`);
    expect(body).toMatchObject({
      items: [
        { seq: 1, isInternal: false },
        { seq: 2, isInternal: false },
        { seq: 3, from: 'user', userId: shop.managerId, isInternal: true, text: secret },
      ],
    });
    const { handler, epoch, lastActivityAt, answeredSeq } = await conversationOf(world, shop, 601);
    expect([handler, epoch, lastActivityAt, answeredSeq]).toEqual([
      before.handler,
      before.epoch,
      before.lastActivityAt,
      before.answeredSeq,
    ]);
    const list = await call(world, shop.managerToken, 'GET', '/conversations?include=lastMessage');
    expect(list.body).toMatchObject({ items: [{ id, lastMessage: { seq: 2 } }] });
    await writes(world, shop, 601, 'Do you have vegan options?');
    await until(() => expect(world.platform.textsTo('601')).toHaveLength(2));
  });

  it('is never sent to the contact, whatever is written around it', async () => {
    const shop = await buildShop(world);
    const id = await begun(shop, 602);
    await note(shop, id);
    await call(world, shop.managerToken, 'POST', `/conversations/${id}/replies`, { body: { text: 'Mia here.' } });
    await until(() => expect(world.platform.textsTo('602').at(-1)).toBe('Mia here.'));
    await until(async () => {
      const sends = await withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.find(OutboundMessage, { tenantId: shop.tenantId }),
      );
      expect(sends.map(({ status }) => status)).toEqual(['sent', 'sent']);
    });
    expect(JSON.stringify(world.platform.calls)).not.toContain('canary');
  });

  it('is not shown to the visitor of a web chat, neither in the list nor in the stream', async () => {
    const shop = await buildShop(world);
    const config = { siteName: 'Shop', allowedOrigins: [], visitorSecret: randomUUID() };
    const { orm, keys } = world.deps;
    const { key } = await addChannel(orm, keys, shop.tenantId, { kind: 'webchat', name: 'Chat', config });
    const chat = `${world.url}/chat/${key}`;
    const session: { visitorId: string; token: string } = JSON.parse(
      await (await fetch(`${chat}/session`, { method: 'POST' })).text(),
    );
    const { visitorId, token } = session;
    const headers = { authorization: `Bearer ${token}` };
    const stop = new AbortController();
    const stream = await fetch(`${chat}/stream`, { headers, signal: stop.signal });
    let streamed = '';
    const read = async () => {
      for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) streamed += chunk;
    };
    void read().catch(() => undefined);
    const body = JSON.stringify({ visitorId, id: randomUUID(), text: 'What are your opening hours?' });
    await fetch(`${world.url}/webhooks/webchat/${key}`, { method: 'POST', headers, body });
    await until(() => expect(streamed).toContain('7am-9pm'));
    const { id } = await conversationOf(world, shop, visitorId);
    await note(shop, id);
    await call(world, shop.managerToken, 'POST', `/conversations/${id}/replies`, { body: { text: 'Mia here.' } });
    await until(() => expect(streamed).toContain('Mia here.'));
    stop.abort();
    const list = await (await fetch(`${chat}/messages`, { headers })).text();
    expect(list).toContain('Mia here.');
    expect(streamed + list).not.toContain('canary');
  });

  it('is not given to an agent, and takes no place from what was said', async () => {
    const { shop } = await buildN8nShop({ workflow: answering({ reply: 'At 8.', confidence: 0.9 }) });
    const id = await begun(shop, 603);
    for (let n = 0; n < 60; n++) await note(shop, id);
    await writes(world, shop, 603, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('603').at(-1)).toBe('At 8.'));
    const [turn] = callsOf(shop);
    expect(turn?.body).toMatchObject({ history: [{ role: 'contact' }, { role: 'agent' }] });
    expect(JSON.stringify(turn?.body)).not.toContain('canary');
  });

  it('is not told to the chat of another platform in which managers are told', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    const id = await begun(shop, 604);
    await note(shop, id);
    const { orm, keys } = world.deps;
    const config = { url: `${world.platform.url}/told`, secret: `whsec_${Buffer.alloc(32, 3).toString('base64')}` };
    await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: 'Team', config });
    await writes(world, shop, 604, 'I want to talk to a human');
    await until(async () => expect(await handlerOf(world, shop, 604)).toBe('queued'));
    await until(() => expect(world.platform.calls.some(({ path }) => path === '/told')).toBe(true));
    expect(JSON.stringify(world.platform.calls)).not.toContain('canary');
  });

  it('is no answer from which keywords are learnt, and parts no question', async () => {
    const shop = await buildShop(world);
    const { id: faqId } = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.findOneOrFail(Faq, { question: { $like: 'What are%' } }),
    );
    const learnt = async () => (await ask(world, shop, 'GET', `/${faqId}/keyword-suggestions`)).body;
    for (const chat of [605, 606]) {
      const id = await begun(shop, chat);
      const reply = (text: string) =>
        call(world, shop.managerToken, 'POST', `/conversations/${id}/replies`, { body: { text } });
      await reply('One moment');
      await writes(world, shop, chat, 'zebra');
      await until(async () => expect(await messagesOf(world, shop, id)).toHaveLength(4));
      await note(shop, id, { text: 'We open 7am-9pm daily' });
      await writes(world, shop, chat, 'closed');
      await until(async () => expect(await messagesOf(world, shop, id)).toHaveLength(6));
      if (chat === 605) expect(await learnt()).toMatchObject({ messages: 0 });
      await reply('We open 7am-9pm daily');
    }
    expect(await learnt()).toMatchObject({
      messages: 2,
      keywords: expect.arrayContaining([expect.objectContaining({ keyword: 'zebra' })]),
    });
  });

  it('can be written to what is closed; by a program too; and is found by its words', async () => {
    const shop = await buildShop(world);
    const id = await begun(shop, 608);
    await call(world, shop.managerToken, 'POST', `/conversations/${id}/close`);
    const { key } = await cutKey(world, shop.tenantId);
    expect((await note(shop, id, { text: secret }, key)).status).toBe(201);
    expect((await messagesOf(world, shop, id)).at(-1)).toMatchObject({ senderKind: 'user', userId: null });
    const found = await call(world, shop.managerToken, 'GET', '/conversations?q=canary');
    expect(found.body).toMatchObject({ items: [{ id, handler: 'closed' }] });
  });

  it('is refused without words, with too many, with more than words, and to those who only read', async () => {
    const shop = await buildShop(world);
    const id = await begun(shop, 607);
    for (const body of [
      { text: ' ' },
      {},
      { text: 'x'.repeat(20_001) },
      { text: 1 },
      { text: 'x', isInternal: false },
    ]) {
      expect((await note(shop, id, body)).status).toBe(422);
    }
    const viewer = await hire(world, shop.tenantId, 'viewer');
    expect((await note(shop, id, { text: 'x' }, viewer.token)).status).toBe(403);
    expect((await call(world, null, 'POST', `/conversations/${id}/notes`, { body: { text: 'x' } })).status).toBe(401);
    expect(await messagesOf(world, shop, id)).toHaveLength(2);
    const headers = { 'idempotency-key': 'note-1' };
    const twice = await Promise.all(
      [1, 2].map(() =>
        call(world, shop.managerToken, 'POST', `/conversations/${id}/notes`, { body: { text: 'x' }, headers }),
      ),
    );
    expect(twice.some(({ status }) => status === 201)).toBe(true);
    expect(await messagesOf(world, shop, id)).toHaveLength(3);
  });
});
