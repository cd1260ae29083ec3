import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { Faq } from '../../../src/entities/faq.ts';
import { newId } from '../../../src/id.ts';
import { requireFeature } from '../../../src/tenancy/features.ts';
import { assertRoom, limitNames, type Countable } from '../../../src/tenancy/limits.ts';
import { addAgent, addManager } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { hold } from '../../support/hold.ts';
import { buildShop, conversationOf, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let admin: Person;
let shop: Shop;

beforeAll(async () => {
  shop = await buildShop(world);
  admin = await hireSystemAdmin(world, shop.tenantId);
});

const setLimits = async ({ tenantId }: Shop, limits: Record<string, number | null>) => {
  const reply = await call(world, admin.token, 'PATCH', `/tenants/${tenantId}`, { body: { limits } });
  expect(reply.status).toBe(200);
};

/** What it says of `n` more: null where there is room. */
const ask = ({ tenantId }: Shop, limit: Countable, n = 1, contactId?: string) =>
  withTenant(world.deps.orm, tenantId, (em) => assertRoom(em, tenantId, limit, n, contactId ? { contactId } : {})).then(
    () => null,
    (error: unknown) =>
      error instanceof AppError ? { status: error.status, code: error.code, message: error.message } : error,
  );

const addFaq = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) => {
    await assertRoom(em, tenantId, 'max_faqs');
    await em.insert(Faq, { tenantId, id: newId(), question: 'q', answer: 'a', keywords: [] });
  });

describe('a limit', () => {
  it('holds for what it counts, up to its last place, and says which it was and who can raise it', async () => {
    const one = await buildShop(world);
    const { orm, keys } = world.deps;
    await addAgent(orm, keys, one.tenantId, { name: 'a', kind: 'n8n', settings: {}, channelId: null });
    await addManager(orm, one.tenantId, { email: 'second@limits.example', name: 'Second' });
    await writes(world, one, 1, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('1')).toHaveLength(1));
    const { contactId } = await conversationOf(world, one, 1);
    // Two FAQs, a channel, two members, an agent, and an open conversation.
    const has: Record<Countable, number> = {
      max_faqs: 2,
      max_channels: 1,
      max_members: 2,
      max_agents: 1,
      max_conversations_per_tenant: 1,
      max_conversations_per_user: 1,
      max_attachment_mb: 0,
    };
    for (const limit of limitNames) {
      if (limit === 'requests_per_minute') continue;
      const used = has[limit];
      await setLimits(one, { [limit]: used + 1 });
      expect(await ask(one, limit, 1, contactId), limit).toBeNull();
      expect(await ask(one, limit, 2, contactId), limit).toEqual({
        status: 409,
        code: 'limit_reached',
        message: expect.stringMatching(new RegExp(`^${limit} is ${used + 1} .* has ${used}, .* 2; .*system admin`)),
      });
      await setLimits(one, { [limit]: used });
      expect(await ask(one, limit, 1, contactId), limit).toMatchObject({ code: 'limit_reached' });
      await setLimits(one, { [limit]: null });
      expect(await ask(one, limit, 1, contactId), limit).toBeNull();
    }
    // Of another tenant it counts nothing.
    await setLimits(shop, { max_conversations_per_tenant: 1 });
    expect(await ask(shop, 'max_conversations_per_tenant')).toBeNull();
  });

  it('cannot be passed by many who take the last place at once', async () => {
    const full = await buildShop(world);
    await setLimits(full, { max_faqs: 5 });
    const { tenantId } = full;
    // All of them have begun before anybody can add anything.
    const held = await hold(world.database.ownerUrl, 'lock table faqs in exclusive mode');
    const adding = Array.from({ length: 4 }, () => addFaq(full));
    const ended = Promise.allSettled(adding);
    await held.isWaitedFor(4);
    await held.release();
    expect((await ended).filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await withTenant(world.deps.orm, tenantId, (em) => em.count(Faq, { tenantId }))).toBe(5);
  });

  it('of conversations never holds back a customer: the message is answered, and the numbers show it', async () => {
    const busy = await buildShop(world);
    await setLimits(busy, { max_conversations_per_tenant: 1, max_conversations_per_user: 1 });
    for (const chat of [11, 12, 13]) await writes(world, busy, chat, 'What are your opening hours?');
    for (const chat of ['11', '12', '13']) {
      await until(() => expect(world.platform.textsTo(chat)).toEqual(['We open 7am-9pm daily']));
    }
    expect(await ask(busy, 'max_conversations_per_tenant')).toMatchObject({ code: 'limit_reached' });
    const owner = await hire(world, busy.tenantId, 'owner');
    expect((await call(world, owner.token, 'GET', `/tenants/${busy.tenantId}/stats`)).body).toMatchObject({
      limits: expect.arrayContaining([{ name: 'max_conversations_per_tenant', limit: 1, used: 3 }]),
    });
  });

  it('is in force in the settings of the service within a second', async () => {
    await setLimits(shop, { requests_per_minute: 7_000 });
    await until(async () =>
      expect((await world.deps.settingsOf(shop.tenantId)).limits).toMatchObject({ requests_per_minute: 7_000 }),
    );
  });
});

describe('a feature', () => {
  const need = (feature: 'priority_support' | 'custom_agents') =>
    withTenant(world.deps.orm, shop.tenantId, (em) => requireFeature(em, shop.tenantId, feature));

  it('is off until a system admin switches it on, and the refusal says so', async () => {
    await expect(need('priority_support')).rejects.toMatchObject({
      status: 403,
      code: 'feature_off',
      message: expect.stringMatching(/priority_support is off.*system admin.*PATCH/),
    });
    await call(world, admin.token, 'PATCH', `/tenants/${shop.tenantId}`, { body: { features: ['priority_support'] } });
    await expect(need('priority_support')).resolves.toBeUndefined();
    await expect(need('custom_agents')).rejects.toMatchObject({ code: 'feature_off' });
    await until(async () =>
      expect((await world.deps.settingsOf(shop.tenantId)).features).toEqual(['priority_support']),
    );
  });
});

describe('the operations of the API', () => {
  it('mind the limits of what they add', async () => {
    const one = await buildShop(world);
    const owner = await hire(world, one.tenantId, 'owner');
    await setLimits(one, { max_faqs: 3, max_members: 3 });
    const faq = (n: number) => ({ question: `Question ${n}?`, answer: 'An answer' });
    const invitation = (n: number) => ({ email: `new${n}@limits.example`, name: 'New', role: 'viewer' });
    const statuses = async (path: string, body: (n: number) => unknown) => [
      (await call(world, owner.token, 'POST', path, { body: body(1) })).status,
      await call(world, owner.token, 'POST', path, { body: body(2) }),
    ];
    // Two FAQs and two members are there already.
    const refusal = { status: 409, body: { code: 'limit_reached' } };
    expect(await statuses('/faqs', faq)).toMatchObject([201, refusal]);
    expect(await statuses('/team/invitations', invitation)).toMatchObject([201, refusal]);
  });
});
