import { beforeAll, describe, expect, it } from 'vitest';
import { asOwner } from '../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../support/people.ts';
import {
  buildShop,
  conversationOf,
  decisionsOf,
  handlerOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { answering, useWorkflows } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { buildN8nShop, callsOf, runsOf } = useWorkflows(world);
let admin: Person;

beforeAll(async () => {
  const { tenantId } = await buildShop(world);
  admin = await hireSystemAdmin(world, tenantId);
});

/** As the admin; until every part of the service has heard of it. */
async function move({ tenantId }: Shop, which: 'suspend' | 'activate' | 'restore' | 'delete'): Promise<void> {
  const [method, path] = which === 'delete' ? ['DELETE', ''] : ['POST', `/${which}`];
  for (let again = 0; again < 2; again++) {
    expect((await call(world, admin.token, method, `/tenants/${tenantId}${path}`)).status).toBe(200);
  }
  const isActive = which === 'activate' || which === 'restore';
  await until(async () => expect((await world.deps.settingsOf(tenantId)).isActive).toBe(isActive));
}

const sql = (text: string, values: unknown[]) => asOwner(world.database, (owner) => owner.query(text, values));

describe('a suspended tenant', () => {
  it('can be read and not changed, takes no messages, and is as before when it is active again', async () => {
    const shop = await buildShop(world);
    const owner = await hire(world, shop.tenantId, 'owner');
    const { key } = await cutKey(world, shop.tenantId);
    await move(shop, 'suspend');
    for (const token of [owner.token, key]) {
      expect(await call(world, token, 'GET', '/tenants/current')).toMatchObject({
        status: 200,
        body: { status: 'suspended' },
      });
      const put = { body: { name: 'New', timezone: 'UTC' } };
      expect(await call(world, token, 'PUT', '/tenants/current', put)).toMatchObject({
        status: 403,
        body: { code: 'tenant_suspended' },
      });
    }
    // Telegram would repeat a refusal for days.
    expect(await (await postTelegram(world, shop, telegramUpdate(1, 'Hello'))).json()).toEqual({ ok: true, stored: 0 });
    await move(shop, 'activate');
    await writes(world, shop, 1, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('1')).toEqual(['We open 7am-9pm daily']));
    expect((await call(world, key, 'PATCH', '/settings', { body: { language: 'en' } })).status).toBe(200);
  });

  it('has its open turns decided when it is active again', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 60_000, debounce_max_ms: 60_000 } });
    await writes(world, shop, 2, 'What are your opening hours?');
    await until(async () => expect((await conversationOf(world, shop, 2)).turnDueAt).not.toBeNull());
    await move(shop, 'suspend');
    // The burst is over, long enough ago for the sweep to look.
    const overdue = new Date(Date.now() - 10_000);
    await sql('update conversations set turn_due_at = $2 where tenant_id = $1', [shop.tenantId, overdue]);
    await until(async () =>
      expect((await conversationOf(world, shop, 2)).turnDueAt?.getTime()).toBeGreaterThan(Date.now()),
    );
    const { id } = await conversationOf(world, shop, 2);
    expect(await decisionsOf(world, shop, id)).toEqual([]);
    expect(await messagesOf(world, shop, id)).toHaveLength(1);
    await move(shop, 'activate');
    await until(() => expect(world.platform.textsTo('2')).toEqual(['We open 7am-9pm daily']));
  });

  it('has what has become too old meanwhile handed over when it is active again, and not before', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 60_000, debounce_max_ms: 60_000 } });
    await writes(world, shop, 6, 'What are your opening hours?');
    await until(async () => expect((await conversationOf(world, shop, 6)).turnDueAt).not.toBeNull());
    await move(shop, 'suspend');
    await sql(`update messages set sent_at = now() - interval '7 hours' where tenant_id = $1`, [shop.tenantId]);
    const overdue = new Date(Date.now() - 10_000);
    await sql('update conversations set turn_due_at = $2 where tenant_id = $1', [shop.tenantId, overdue]);
    await until(async () =>
      expect((await conversationOf(world, shop, 6)).turnDueAt?.getTime()).toBeGreaterThan(Date.now() + 60_000),
    );
    expect(await handlerOf(world, shop, 6)).toBe('bot');
    await move(shop, 'activate');
    await until(async () => expect(await handlerOf(world, shop, 6)).toBe('queued'));
    expect(world.platform.textsTo('6')).toEqual([]);
  });

  it('does not send what an agent answers meanwhile, and asks it again afterwards', async () => {
    const shops: Shop[] = [];
    const { shop } = await buildN8nShop({
      // Who repeats a question is offered a human; asked again, it is not repeated.
      thresholds: { escalation_threshold: 0.5 },
      workflow: (response, received) => {
        const answer = () => answering({ reply: `Answer ${callsOf(shop).length}` })(response, received);
        const first = shops.length === 0;
        shops.push(shop);
        if (first) void move(shop, 'suspend').then(answer);
        else answer();
      },
    });
    await writes(world, shop, 3, 'Is a table free tonight?');
    await until(async () => expect(await runsOf(shop)).toMatchObject([{ status: 'discarded' }]));
    const { id } = await conversationOf(world, shop, 3);
    expect(await decisionsOf(world, shop, id)).toMatchObject([
      { outcome: 'ask_agent', withheldReason: expect.stringContaining('suspended') },
    ]);
    await move(shop, 'activate');
    await until(() => expect(world.platform.textsTo('3')).toEqual(['Answer 2']));
  });

  it('lets no clock speak: who waits for a manager is told when it is active again', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate', thresholds: { queue_timeout: 3_600 } });
    await writes(world, shop, 4, 'I want to talk to a human');
    await until(async () => expect(await handlerOf(world, shop, 4)).toBe('queued'));
    await until(() => expect(world.platform.textsTo('4')).toHaveLength(1));
    await move(shop, 'suspend');
    const over = new Date(Date.now() - 10_000);
    const timeIsUp = () => sql('update handovers set timeout_at = $2 where tenant_id = $1', [shop.tenantId, over]);
    const timeouts = async () =>
      (await sql('select timeout_at from handovers where tenant_id = $1', [shop.tenantId])).rows;
    await timeIsUp();
    await until(async () =>
      expect(new Date(Object((await timeouts())[0]).timeout_at).getTime()).toBeGreaterThan(Date.now()),
    );
    expect(world.platform.textsTo('4')).toHaveLength(1);
    await move(shop, 'activate');
    await timeIsUp();
    await until(() => expect(world.platform.textsTo('4')).toHaveLength(2));
  });
});

describe('a deleted tenant', () => {
  it('is as if it were not there, and comes back with everything it had', async () => {
    const shop = await buildShop(world);
    const owner = await hire(world, shop.tenantId, 'owner');
    const { key } = await cutKey(world, shop.tenantId);
    await writes(world, shop, 5, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('5')).toHaveLength(1));
    await move(shop, 'suspend');
    await move(shop, 'delete');
    expect((await call(world, owner.token, 'GET', '/tenants/current')).status).toBe(404);
    await until(async () => expect((await call(world, key, 'GET', '/tenants/current')).status).toBe(401));
    await until(async () => expect((await postTelegram(world, shop, telegramUpdate(5, 'Hello'))).status).toBe(404));
    const { tenantId } = shop;
    for (const which of ['suspend', 'activate']) {
      expect(await call(world, admin.token, 'POST', `/tenants/${tenantId}/${which}`)).toMatchObject({ status: 409 });
    }
    expect(await call(world, admin.token, 'GET', `/tenants/${tenantId}`)).toMatchObject({
      body: { status: 'deleted', deletedAt: expect.any(String) },
    });

    // It was suspended before it was deleted.
    expect(await call(world, admin.token, 'POST', `/tenants/${tenantId}/restore`)).toMatchObject({
      body: { status: 'suspended', deletedAt: null },
    });
    await move(shop, 'activate');
    expect((await call(world, owner.token, 'GET', '/tenants/current')).status).toBe(200);
    await until(async () => expect((await call(world, key, 'GET', '/tenants/current')).status).toBe(200));
    await until(() => writes(world, shop, 5, 'Do you have vegan options?'));
    await until(() => expect(world.platform.textsTo('5')).toHaveLength(2));
    const { id, lastSeq } = await conversationOf(world, shop, 5);
    expect(lastSeq).toBe(4);
    expect(await messagesOf(world, shop, id)).toHaveLength(4);
  });

  it('says in its log who did what, once for each change', async () => {
    const shop = await buildShop(world);
    for (const which of ['suspend', 'activate', 'delete', 'restore'] as const) await move(shop, which);
    const { rows } = await sql('select action, actor from audit_log where tenant_id = $1 order by id', [shop.tenantId]);
    expect(rows).toEqual(
      ['suspend', 'activate', 'delete', 'restore'].map((which) => ({ action: `tenant.${which}`, actor: admin.userId })),
    );
  });
});
