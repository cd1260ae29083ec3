import { beforeAll, describe, expect, it } from 'vitest';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, conversationOf, messagesOf, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let viewer: Person;
let chat = 700;

beforeAll(async () => {
  shop = await buildShop(world);
  viewer = await hire(world, shop.tenantId, 'viewer');
});

const post = (id: string, act: string, body: unknown = {}, token: string | null = shop.managerToken, headers = {}) =>
  call(world, token, 'POST', `/conversations/${id}/${act}`, { body, headers });

async function begun(): Promise<{ id: string; to: string }> {
  chat += 1;
  await writes(world, shop, chat, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
  return { id: (await conversationOf(world, shop, chat)).id, to: String(chat) };
}

describe('a reply', () => {
  it('reaches the contact, takes the conversation over, and is written down without its words', async () => {
    const { id, to } = await begun();
    const { status, body } = await post(id, 'replies', { text: 'canary-words: dogs are welcome' });
    expect([status, body]).toEqual([201, { messageId: expect.any(String) }]);
    await until(() => expect(world.platform.textsTo(to).at(-1)).toBe('canary-words: dogs are welcome'));
    expect(await conversationOf(world, shop, to)).toMatchObject({ handler: 'human', assigneeUserId: shop.managerId });
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) => em.find(AuditEntry, { subject: id }));
    expect(entries).toMatchObject([{ action: 'conversation.reply', actorKind: 'user', actor: shop.managerId }]);
    expect(JSON.stringify(entries)).not.toContain('canary-words');
  });

  it('is sent once, however often it comes with the same key', async () => {
    const { id, to } = await begun();
    const send = () => post(id, 'replies', { text: 'Once.' }, shop.managerToken, { 'idempotency-key': `reply-${id}` });
    const [first, second] = [await send(), await send()];
    expect(second).toMatchObject({ status: 201, body: first.body });
    await until(() => expect(world.platform.textsTo(to)).toHaveLength(2));
    expect(await messagesOf(world, shop, id)).toHaveLength(3);
  });

  it('of a program comes from nobody in particular, and leaves the conversation to people', async () => {
    const { id, to } = await begun();
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['handovers:work'] });
    expect((await post(id, 'replies', { text: 'From the shop system' }, key)).status).toBe(201);
    await until(() => expect(world.platform.textsTo(to).at(-1)).toBe('From the shop system'));
    expect(await conversationOf(world, shop, to)).toMatchObject({ handler: 'human', assigneeUserId: null });
  });

  it('is refused to those who may not answer, and when it is none', async () => {
    const { id, to } = await begun();
    expect((await post(id, 'replies', { text: 'x' }, viewer.token)).status).toBe(403);
    expect((await post(id, 'replies', { text: 'x' }, null)).status).toBe(401);
    for (const [body, path] of [
      [{ text: '' }, 'body.text'],
      [{ text: 5 }, 'body.text'],
      [{ text: 'x'.repeat(20_001) }, 'body.text'],
      [{}, 'body.text'],
      [{ text: 'x', to: '1' }, 'body'],
    ] as const) {
      expect(await post(id, 'replies', body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    await post(id, 'close');
    expect((await post(id, 'replies', { text: 'x' })).status).toBe(409);
    expect(world.platform.textsTo(to)).toHaveLength(1);
  });
});

describe('taking, handing back and closing', () => {
  it('do what they say, are written down, and are refused to those who only read', async () => {
    const { id, to } = await begun();
    for (const [act, handler] of [
      ['take', 'human'],
      ['hand-back', 'bot'],
      ['close', 'closed'],
    ] as const) {
      expect((await post(id, act, {}, viewer.token)).status).toBe(403);
      expect((await post(id, act, { force: true })).status).toBe(422);
      expect(await post(id, act)).toMatchObject({ status: 200, body: { ok: true } });
      expect((await conversationOf(world, shop, to)).handler).toBe(handler);
    }
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { subject: id }, { orderBy: { id: 'asc' } }),
    );
    expect(entries.map(({ action }) => action)).toEqual([
      'conversation.take',
      'conversation.hand_back',
      'conversation.close',
    ]);
    for (const act of ['take', 'hand-back', 'close']) expect((await post(id, act)).status, act).toBe(409);
  });
});
