import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Agent } from '../../../src/entities/agent.ts';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Tenant, type Feature } from '../../../src/entities/tenant.ts';
import { newId } from '../../../src/id.ts';
import { addChannel } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, conversationOf, messagesOf, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
let shop: Shop;
let other: Shop;
let manager: Person;
let admin: Person;

const give = ({ tenantId }: Shop, features: Feature[]) =>
  withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Tenant, { id: tenantId }, { features }));

beforeAll(async () => {
  shop = await buildShop(world);
  other = await buildShop(world);
  for (const one of [shop, other]) await give(one, ['custom_agents', 'agent_sharing']);
  [manager, admin] = await Promise.all([hire(world, shop.tenantId, 'manager'), hire(world, shop.tenantId, 'admin')]);
});

const secret = `whsec_${'Canary'.repeat(8)}`;
const header = { name: 'x-key', value: 'canary-header-value' };
const newAgent = () => ({
  kind: 'n8n',
  name: 'Helper',
  systemPrompt: 'You are the shop’s own assistant.',
  settings: { workflowUrl: `${world.platform.url}/agent`, secret, header },
});

const Shown = z.looseObject({ id: z.string() });
const Page = z.object({ items: z.array(Shown), next: z.string().nullable() });

const post = (token: string | null, body: unknown) => call(world, token, 'POST', '/agents', { body });

async function make(more: Record<string, unknown> = {}, token = manager.token) {
  const { status, body } = await post(token, { ...newAgent(), ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return Shown.parse(body);
}

const rowOf = ({ tenantId }: Shop, id: string) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(Agent, { tenantId, id }));

describe('making an agent', () => {
  it('makes it its maker’s and the maker’s tenant’s, and shows no secret', async () => {
    const made = await make();
    expect(made).toMatchObject({
      ownerUserId: manager.userId,
      isOwn: true,
      isInUse: false,
      isPublic: false,
      status: 'active',
      agentType: 'customer_service',
      settings: { workflowUrl: expect.any(String), header: { name: 'x-key' } },
      secretsSet: ['secret', 'header.value'],
    });
    expect(await rowOf(shop, made.id)).toMatchObject({ tenantId: shop.tenantId, ownerUserId: manager.userId });
    const seen = [
      made,
      (await call(world, manager.token, 'GET', `/agents/${made.id}`)).body,
      (await call(world, manager.token, 'GET', '/agents')).body,
    ];
    expect(JSON.stringify(seen).toLowerCase()).not.toContain('canary');
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { tenantId: shop.tenantId, subject: made.id }),
    );
    expect(entries.map(({ action }) => action)).toEqual(['agent.create']);
    expect(JSON.stringify(entries).toLowerCase()).not.toContain('canary');
  });

  it('takes neither owner nor tenant from the caller, and names every wrong field', async () => {
    const agent = newAgent();
    const elsewhere = await addChannel(world.deps.orm, world.deps.keys, other.tenantId, {
      kind: 'n8n',
      name: 'Callback',
      config: {},
    });
    for (const [body, path] of [
      [{ ...agent, tenantId: other.tenantId }, 'body'],
      [{ ...agent, ownerUserId: admin.userId }, 'body'],
      [{ ...agent, kind: 'oracle' }, 'body.kind'],
      [{ ...agent, name: 'x'.repeat(101) }, 'body.name'],
      [{ ...agent, agentType: 'Customer Service' }, 'body.agentType'],
      [{ ...agent, systemPrompt: 'x'.repeat(20_001) }, 'body.systemPrompt'],
      [{ ...agent, status: 'broken' }, 'body.status'],
      [{ ...agent, isPublic: 'yes' }, 'body.isPublic'],
      [{ ...agent, settings: {} }, 'body.settings.workflowUrl'],
      [{ ...agent, settings: { ...agent.settings, colour: 1 } }, 'body.settings'],
      [{ ...agent, settings: { ...agent.settings, header: { ...header, colour: 1 } } }, 'body.settings.header'],
      [{ ...agent, channelId: elsewhere.channelId }, 'body.channelId'],
      [{ ...agent, channelId: shop.telegram.channelId }, 'body.channelId'],
    ] as const) {
      const { status, body: problem } = await post(manager.token, body);
      expect(status, path).toBe(422);
      expect(problem).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) });
    }
  });

  it('is for those who may, of tenants whose plan has it', async () => {
    const viewer = await hire(world, shop.tenantId, 'viewer');
    const reader = await cutKey(world, shop.tenantId, { scopes: ['agents:read'] });
    const writer = await cutKey(world, shop.tenantId, { scopes: ['agents:write'] });
    const tries = [null, viewer.token, reader.key, writer.key].map((token) => post(token, newAgent()));
    const replies = await Promise.all(tries);
    expect(replies.map(({ status }) => status)).toEqual([401, 403, 403, 201]);
    expect(replies.at(-1)?.body).toMatchObject({ ownerUserId: null });

    const plain = await buildShop(world);
    const { token } = await hire(world, plain.tenantId, 'owner');
    expect(await post(token, newAgent())).toMatchObject({ status: 403, body: { code: 'feature_off' } });
    await give(plain, ['custom_agents']);
    expect((await post(token, newAgent())).status).toBe(201);
    const shared = await post(token, { ...newAgent(), isPublic: true });
    expect(shared).toMatchObject({ status: 403, body: { code: 'feature_off' } });
    const list = Page.parse((await call(world, token, 'GET', '/agents')).body);
    expect(list.items).toHaveLength(1);
    const path = `/agents/${list.items[0]?.id}`;
    expect(await call(world, token, 'PATCH', path, { body: { isPublic: true } })).toMatchObject({ status: 403 });
    expect(await call(world, token, 'PATCH', path, { body: { isPublic: false } })).toMatchObject({ status: 200 });
  });

  it('stops where the plan ends', async () => {
    const small = await buildShop(world);
    await give(small, ['custom_agents']);
    await withTenant(world.deps.orm, small.tenantId, (em) =>
      em.nativeUpdate(Tenant, { id: small.tenantId }, { limits: { max_agents: 1 } }),
    );
    const { token } = await hire(world, small.tenantId, 'owner');
    const replies = await Promise.all([1, 2, 3].map(() => post(token, newAgent())));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });
});

describe('the agents of a tenant', () => {
  it('say what kinds there are', async () => {
    expect(await call(world, manager.token, 'GET', '/agent-kinds')).toMatchObject({
      status: 200,
      body: { items: [{ kind: 'n8n', settings: { properties: { secret: { secret: true, writeOnly: true } } } }] },
    });
  });

  it('are read page by page: all that one sees, one’s own, or those that are shared', async () => {
    const big = await buildShop(world);
    await give(big, ['custom_agents', 'agent_sharing']);
    const [one, two] = await Promise.all([hire(world, big.tenantId, 'manager'), hire(world, big.tenantId, 'manager')]);
    const own = [await make({}, one.token), await make({ isPublic: true }, one.token)].map(({ id }) => id);
    const [, shared] = [await make({}, two.token), (await make({ isPublic: true }, two.token)).id];
    const idsOf = async (path: string) => {
      const seen: string[] = [];
      for (let next: string | null = ''; next !== null;) {
        const url = `${path}limit=1${next && `&cursor=${next}`}`;
        const page = Page.parse((await call(world, one.token, 'GET', url)).body);
        seen.push(...page.items.map(({ id }) => id));
        next = page.next;
      }
      return seen;
    };
    expect(await idsOf('/agents?')).toEqual([shared, own[1], own[0]]);
    expect(await idsOf('/agents?owner=me&')).toEqual([own[1], own[0]]);
    expect(await idsOf('/agents/public?')).toEqual([shared, own[1]]);
    for (const query of ['owner=you', 'limit=0', 'cursor=x', 'colour=red']) {
      expect((await call(world, one.token, 'GET', `/agents?${query}`)).status, query).toBe(422);
    }
    // Of somebody else's agent one sees what it is, and not where it is.
    const theirs = await call(world, one.token, 'GET', `/agents/${shared}`);
    expect(theirs.body).toMatchObject({ isOwn: false, settings: null, secretsSet: ['secret', 'header.value'] });
  });
});

describe('changing an agent', () => {
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    call(world, manager.token, 'PATCH', `/agents/${id}`, { body, headers });

  it('changes what is named, and leaves secrets that are not', async () => {
    const { id } = await make();
    const settings = { workflowUrl: 'https://n8n.example/webhook/new', header: { name: 'x-other' } };
    expect(await patch(id, { name: 'New', agentType: 'sales', settings })).toMatchObject({
      status: 200,
      body: { name: 'New', agentType: 'sales', settings, secretsSet: ['secret', 'header.value'] },
    });
    expect(await patch(id, { settings: { header: null } })).toMatchObject({ body: { secretsSet: ['secret'] } });
    for (const [body, path] of [
      [{ ownerUserId: admin.userId }, 'body'],
      [{ tenantId: other.tenantId }, 'body'],
      [{ kind: 'n8n' }, 'body'],
      [{ settings: { secret: 'short' } }, 'body.settings.secret'],
      [{ name: ' ' }, 'body.name'],
    ] as const) {
      expect(await patch(id, body), path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
  });

  it('is refused where somebody else has changed it since', async () => {
    const { id } = await make();
    const etag = (await call(world, manager.token, 'GET', `/agents/${id}`)).headers.get('etag') ?? '';
    expect((await patch(id, { settings: { secret: `whsec_${'B'.repeat(32)}` } }, { 'if-match': etag })).status).toBe(
      200,
    );
    expect((await patch(id, { name: 'Late' }, { 'if-match': etag })).status).toBe(412);
    const headers = { 'if-match': etag };
    expect((await call(world, manager.token, 'DELETE', `/agents/${id}`, { headers })).status).toBe(412);
  });

  it('of another tenant is 404 by every operation, and changes nothing', async () => {
    const stranger = await hire(world, other.tenantId, 'owner');
    const { id } = await make({ isPublic: true });
    const before = await rowOf(shop, id);
    for (const one of [id, newId(), 'nonsense']) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'Taken' }],
        ['DELETE', '', undefined],
        ['POST', '/use', undefined],
      ] as const) {
        const reply = await call(world, stranger.token, method, `/agents/${one}${path}`, { body });
        expect(reply.status, `${method} ${path}`).toBe(404);
        expect((await call(world, null, method, `/agents/${one}${path}`, { body })).status).toBe(401);
      }
    }
    expect(await rowOf(shop, id)).toEqual(before);
  });
});

describe('the agent that a tenant uses', () => {
  const use = (token: string, id: string) => call(world, token, 'POST', `/agents/${id}/use`);
  const askedWith = () =>
    world.platform.calls.filter(({ path }) => path === '/agent').map(({ body }) => body['systemMessage']);

  it('answers what no FAQ does, by its own prompt, until it is paused or deleted', async () => {
    world.platform.answer = ({ path }, response) => {
      if (path !== '/agent') return undefined;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ reply: 'From the agent' }));
      return true;
    };
    const { id } = await make();
    expect((await use(manager.token, id)).status).toBe(403);
    for (let again = 0; again < 2; again++) expect((await use(admin.token, id)).status).toBe(200);
    expect((await call(world, admin.token, 'GET', `/agents/${id}`)).body).toMatchObject({ isInUse: true });
    const ask = async (chat: number) => {
      await writes(world, shop, chat, 'Please recommend me a novel about gardening');
      await until(async () => {
        const said = await messagesOf(world, shop, (await conversationOf(world, shop, chat)).id);
        expect(said.some(({ direction }) => direction === 'out')).toBe(true);
      });
    };
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).agentId).toBe(id));
    await ask(901);
    expect(askedWith()).toEqual(['You are the shop’s own assistant.']);

    await call(world, manager.token, 'PATCH', `/agents/${id}`, { body: { status: 'paused' } });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).agentId).toBeNull());
    await ask(902);
    expect(askedWith()).toHaveLength(1);
    expect(await use(admin.token, id)).toMatchObject({ status: 409 });

    await call(world, manager.token, 'PATCH', `/agents/${id}`, { body: { status: 'active' } });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).agentId).toBe(id));
    expect((await call(world, manager.token, 'DELETE', `/agents/${id}`)).status).toBe(200);
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).agentId).toBeNull());
    await ask(903);
    expect(askedWith()).toHaveLength(1);
    // The row stays, for what it said; nobody sees it.
    expect(await rowOf(shop, id)).toMatchObject({ isActive: false });
    expect((await call(world, admin.token, 'DELETE', `/agents/${id}`)).status).toBe(404);
    expect((await use(admin.token, id)).status).toBe(404);
  });
});
