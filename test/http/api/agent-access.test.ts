import { MikroORM } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVisible, mayChange, visibleTo, type Viewer } from '../../../src/agents/visible.ts';
import { Agent } from '../../../src/entities/agent.ts';
import { entities } from '../../../src/entities/index.ts';
import { Tenant, type Feature } from '../../../src/entities/tenant.ts';
import { newId } from '../../../src/id.ts';
import { insertAgent } from '../../../src/tenancy/add-connected.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
const settings = { workflowUrl: 'https://n8n.example/webhook/x', secret: `whsec_${'A'.repeat(32)}` };

let shop: Shop;
let other: Shop;
let maker: Person;
let colleague: Person;
let stranger: Person;

const give = (shopOf: Shop, features: Feature[]) =>
  withTenant(world.deps.orm, shopOf.tenantId, (em) => em.nativeUpdate(Tenant, { id: shopOf.tenantId }, { features }));

beforeAll(async () => {
  shop = await buildShop(world);
  other = await buildShop(world);
  await give(shop, ['custom_agents', 'agent_sharing']);
  await give(other, ['custom_agents', 'agent_sharing']);
  [maker, colleague, stranger] = await Promise.all([
    hire(world, shop.tenantId, 'manager'),
    hire(world, shop.tenantId, 'manager'),
    hire(world, other.tenantId, 'manager'),
  ]);
});

const make = ({ tenantId }: Shop, given: Partial<Pick<Agent, 'ownerUserId' | 'isPublic' | 'isActive'>> = {}) =>
  withTenant(world.deps.orm, tenantId, async (em) => {
    const { isActive = true, ...agent } = given;
    const id = await insertAgent(em, world.deps.keys, tenantId, {
      name: 'Agent',
      kind: 'n8n',
      settings,
      channelId: null,
      ...agent,
    });
    if (!isActive) await em.nativeUpdate(Agent, { tenantId, id }, { isActive });
    return id;
  });

const rowOf = ({ tenantId }: Shop, id: string) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(Agent, { tenantId, id }));

const act = {
  view: (token: string, id: string) => call(world, token, 'GET', `/agents/${id}`),
  edit: (token: string, id: string) => call(world, token, 'PATCH', `/agents/${id}`, { body: { name: 'Changed' } }),
  delete: (token: string, id: string) => call(world, token, 'DELETE', `/agents/${id}`),
};
type Act = keyof typeof act;

/**
 * View, edit and delete, of an agent of the same tenant, another tenant, public here, public elsewhere: twelve cells. Those
 * of one's own tenant are asked twice, for its owner and for somebody else.
 */
const cells: [agent: string, isPublic: boolean, who: 'owner' | 'colleague' | 'stranger', ...statuses: number[]][] = [
  ['same tenant, its owner', false, 'owner', 200, 200, 200],
  ['same tenant, somebody else', false, 'colleague', 404, 404, 404],
  ['different tenant', false, 'stranger', 404, 404, 404],
  ['public, same tenant, its owner', true, 'owner', 200, 200, 200],
  ['public, same tenant, somebody else', true, 'colleague', 200, 403, 403],
  ['public, different tenant', true, 'stranger', 404, 404, 404],
];

describe('who may do what with an agent', () => {
  const acts: Act[] = ['view', 'edit', 'delete'];
  const table = cells.flatMap(([agent, isPublic, who, ...statuses]) =>
    acts.map((what, n) => ({ agent, isPublic, who, what, status: statuses[n] ?? 0 })),
  );

  it.each(table)('$what, $agent: $status', async ({ isPublic, who, what, status }) => {
    const id = await make(shop, { ownerUserId: maker.userId, isPublic });
    const { token } = { owner: maker, colleague, stranger }[who];
    const before = await rowOf(shop, id);
    expect((await act[what](token, id)).status).toBe(status);
    const after = await rowOf(shop, id);
    const isDone = status === 200;
    expect(after.name).toBe(isDone && what === 'edit' ? 'Changed' : before.name);
    expect(after.isActive).toBe(!(isDone && what === 'delete'));
    const list = await call(world, token, 'GET', '/agents?limit=200');
    expect(JSON.stringify(list.body).includes(id)).toBe(after.isActive && (await act.view(token, id)).status === 200);
  });

  it.each(['owner', 'admin'] as const)(
    'the %s of a tenant looks after all of its agents, and of no other’s',
    async (role) => {
      const { token } = await hire(world, shop.tenantId, role);
      const own = await make(shop, { ownerUserId: maker.userId });
      const theirs = await make(other, { ownerUserId: stranger.userId, isPublic: true });
      for (const what of acts) {
        expect((await act[what](token, own)).status, what).toBe(200);
        expect((await act[what](token, theirs)).status, what).toBe(404);
      }
      expect(await rowOf(other, theirs)).toMatchObject({ name: 'Agent', isActive: true });
    },
  );

  it('what nobody owns is seen by managers, and changed by admins', async () => {
    const id = await make(shop);
    const admin = await hire(world, shop.tenantId, 'admin');
    const viewer = await hire(world, shop.tenantId, 'viewer');
    const statuses = async (token: string) => [(await act.view(token, id)).status, (await act.edit(token, id)).status];
    expect(await statuses(maker.token)).toEqual([200, 403]);
    expect(await statuses(viewer.token)).toEqual([404, 403]);
    expect(await statuses(stranger.token)).toEqual([404, 404]);
    expect(await statuses(admin.token)).toEqual([200, 200]);
  });

  it('a key with agents:write looks after all, one with agents:read sees what is shared; a system admin sets up', async () => {
    const [writer, reader] = await Promise.all([
      cutKey(world, shop.tenantId, { scopes: ['agents:read', 'agents:write'] }),
      cutKey(world, shop.tenantId, { scopes: ['agents:read'] }),
    ]);
    const [own, shared] = [
      await make(shop, { ownerUserId: maker.userId }),
      await make(shop, { ownerUserId: maker.userId, isPublic: true }),
    ];
    expect((await act.edit(writer.key, own)).status).toBe(200);
    expect((await act.view(reader.key, own)).status).toBe(404);
    expect((await act.view(reader.key, shared)).status).toBe(200);
    expect((await act.edit(reader.key, shared)).status).toBe(403);
    const system = await hireSystemAdmin(world, shop.tenantId);
    expect((await act.edit(system.token, own)).status).toBe(200);
  });

  it('is shared no more when the tenant’s feature is switched off, but for one’s own', async () => {
    const small = await buildShop(world);
    const [one, two] = await Promise.all([
      hire(world, small.tenantId, 'manager'),
      hire(world, small.tenantId, 'manager'),
    ]);
    const id = await make(small, { ownerUserId: one.userId, isPublic: true });
    expect((await act.view(two.token, id)).status).toBe(404);
    expect((await act.view(one.token, id)).status).toBe(200);
    const { body } = await call(world, two.token, 'GET', '/agents/public');
    expect(body).toEqual({ items: [], next: null });
    await give(small, ['agent_sharing']);
    expect((await act.view(two.token, id)).status).toBe(200);
  });
});

describe('the rule who sees an agent', () => {
  let unwalled: MikroORM;
  let agents: Agent[];

  beforeAll(async () => {
    // As the owner of the tables, for whom no wall stands: the rule alone decides.
    unwalled = await MikroORM.init({ entities, clientUrl: world.database.ownerUrl, ensureDatabase: false });
    const [one, two] = [await buildShop(world), await buildShop(world)];
    for (const owner of [one, two]) {
      const people = [await hire(world, owner.tenantId, 'manager'), await hire(world, owner.tenantId, 'manager')];
      for (const ownerUserId of [null, ...people.map(({ userId }) => userId)])
        for (const isPublic of [true, false])
          for (const isActive of [true, false]) await make(owner, { ownerUserId, isPublic, isActive });
    }
    const tenantId = { $in: [one.tenantId, two.tenantId] };
    agents = await unwalled.em.fork().find(Agent, { tenantId }, { filters: false });
  });

  afterAll(() => unwalled.close());

  const viewers = () =>
    fc.record({
      tenantId: fc.constantFrom(...new Set(agents.map(({ tenantId }) => tenantId)), newId()),
      userId: fc.constantFrom(...new Set(agents.map(({ ownerUserId }) => ownerUserId ?? null)), newId()),
      isSharing: fc.boolean(),
      managesAll: fc.boolean(),
      answers: fc.boolean(),
    }) satisfies fc.Arbitrary<Viewer>;

  it('is the same in the program and in the database, for everybody and every agent', async () => {
    expect(agents).toHaveLength(24);
    await fc.assert(
      fc.asyncProperty(viewers(), async (viewer) => {
        const ids = agents.map(({ id }) => id);
        const where = { $and: [visibleTo(viewer), { id: { $in: ids } }] };
        const found = await unwalled.em.fork().find(Agent, where, { filters: false, orderBy: { id: 'asc' } });
        const seen = agents.filter((agent) => isVisible(agent, viewer)).map(({ id }) => id);
        expect(found.map(({ id }) => id)).toEqual(seen.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
      { numRuns: 200 },
    );
  });

  it('never shows another tenant’s or a deleted one, always one’s own, and lets nobody change what he does not see', () => {
    fc.assert(
      fc.property(viewers(), fc.nat(23), (viewer, n) => {
        const agent = agents[n];
        if (!agent) throw new Error('there is no such agent');
        const sees = isVisible(agent, viewer);
        if (agent.tenantId !== viewer.tenantId || !agent.isActive) expect(sees).toBe(false);
        else if (viewer.userId !== null && agent.ownerUserId === viewer.userId) expect(sees).toBe(true);
        if (!sees) expect(mayChange(agent, viewer)).toBe(false);
        const isPlain = !viewer.managesAll && !viewer.answers;
        if (isPlain && sees && agent.ownerUserId !== viewer.userId)
          expect(agent.isPublic && viewer.isSharing).toBe(true);
      }),
    );
  });
});
