import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describedOperations, type Described } from './support/api-document.ts';
import { call, hire, hireSystemAdmin, type Reply } from './support/people.ts';
import {
  everybodyOf,
  requestFor,
  stateOf,
  tenantTables,
  walkedTenant,
  type Asked,
  type Caller,
  type Walked,
} from './support/walk.ts';
import { useWorld } from './support/world.ts';

/**
 * The proof of isolation. It walks the API's own document, so a new operation is tried from its first day: everybody of
 * one tenant asks for everything of another, with that one's ids in every place where an id belongs.
 */
const world = useWorld({ workers: false });
let operations: Described[];
let tables: string[];
let a: Walked;
let b: Walked;
let everybody: Caller[];
/** With which an operation reaches its own tenant's rows. */
const seeds = new Map<string, number>();
const seedOf = ({ id }: Described) => seeds.get(id.replace(/Chats/, 'Conversations')) ?? 1;

beforeAll(async () => {
  operations = await describedOperations(world);
  tables = await tenantTables(world);
  a = await walkedTenant(world, 'walk-a');
  b = await walkedTenant(world, 'walk-b');
  everybody = await everybodyOf(world, b);
}, 60_000);

/** Nothing that only its own tenant may know. What was sent may come back. */
function expectNothingOf(tenant: Walked, { body, headers }: Reply, asked: Asked): void {
  const said = JSON.stringify([body, [...headers]]);
  expect(said).not.toContain(`canary-${tenant.slug}`);
  for (const [table, id] of Object.entries(tenant.ids)) {
    if (!JSON.stringify(asked).includes(id)) expect(said, table).not.toContain(id);
  }
}

async function ownTenant(slug: string) {
  const own = await walkedTenant(world, slug);
  return { own, token: (await hire(world, own.tenantId, 'owner')).token };
}

const ask = (token: string, { method }: Described, { path, body }: Asked, headers: Record<string, string> = {}) =>
  call(world, token, method, path, { ...(body !== undefined && { body }), headers });

describe('every operation of the API', () => {
  it('can be called by this walk: it reaches its own tenant’s rows', async () => {
    const unreached: string[] = [];
    const untouched = await ownTenant('own');
    // An alias is the same operation.
    const all = operations.filter(({ access, path }) => access === 'tenant' && !path.startsWith('/chats'));
    for (const operation of all) {
      const { own, token } =
        operation.method === 'GET' ? untouched : await ownTenant(`own-${operation.id.toLowerCase()}`);
      let reply: Reply | undefined;
      // Not everything that a schema allows goes together.
      for (let seed = 1; seed <= 20 && !(reply && REACHED.has(reply.status)); seed++) {
        reply = await ask(token, operation, requestFor(operation, own, seed));
        seeds.set(operation.id, seed);
      }
      if (!reply || !REACHED.has(reply.status)) unreached.push(`${operation.id} ${JSON.stringify(reply?.body)}`);
    }
    expect(unreached).toEqual([]);
  }, 120_000);

  it('gives, changes and tells nobody anything of another tenant', async () => {
    const before = await stateOf(world, a.tenantId, tables);
    for (const operation of operations.filter(({ access }) => access === 'tenant')) {
      for (const { who, token } of everybody) {
        const asked = requestFor(operation, a, seedOf(operation));
        const reply = await ask(token, operation, asked, {
          'if-match': '*',
          'idempotency-key': `walk-${operation.id}`,
        });
        const what = `${who}: ${operation.id} ${reply.status} ${JSON.stringify(reply.body)}`;
        expectNothingOf(a, reply, asked);
        expect(reply.status, what).toBeLessThan(500);
        if (operation.path.includes('{')) expect([403, 404], what).toContain(reply.status);
      }
    }
    expect(await stateOf(world, a.tenantId, tables)).toBe(before);
  }, 120_000);

  it('does not take a tenant’s name for a right', async () => {
    const before = await stateOf(world, a.tenantId, tables);
    for (const operation of operations.filter(({ access }) => access === 'tenant')) {
      for (const { who, token } of everybody.filter(({ who: one }) => ['owner', 'API key'].includes(one))) {
        for (const name of [a.slug, a.tenantId]) {
          const asked = requestFor(operation, a, seedOf(operation));
          const reply = await ask(token, operation, asked, { 'x-frontdesk-tenant': name });
          expectNothingOf(a, reply, asked);
          // A person's link is for one tenant whatever is named; a key that names another is refused.
          if (who === 'API key') expect(reply.status, operation.id).toBe(404);
          if (operation.path.includes('{')) expect([403, 404], `${who} ${operation.id}`).toContain(reply.status);
        }
      }
    }
    expect(await stateOf(world, a.tenantId, tables)).toBe(before);
  }, 120_000);

  it('takes another tenant’s cursor, ETag and Idempotency-Key for nothing', async () => {
    const { token: ownerOfA } = await hire(world, a.tenantId, 'owner');
    await hire(world, a.tenantId, 'manager');
    const [ownerOfB] = everybody;
    if (!ownerOfB) throw new Error('nobody to ask as');
    const cursors: string[] = [];
    for (const operation of operations.filter(({ access, method }) => access === 'tenant' && method === 'GET')) {
      if (operation.path.includes('{') || !operation.parameters.some(({ name }) => name === 'cursor')) continue;
      const { body } = await call(world, ownerOfA, 'GET', `${operation.path}?limit=1`);
      const { next } = Listed.parse(body);
      if (!next) continue;
      cursors.push(operation.id);
      const asked: Asked = { path: `${operation.path}?limit=5&cursor=${next}`, body: undefined, hasIds: false };
      expectNothingOf(a, await ask(ownerOfB.token, operation, asked), asked);
    }
    expect(cursors).toContain('getTeam');

    const headers = { 'idempotency-key': 'same-name' };
    const body = { name: `canary-${a.slug}`, scopes: ['faqs:read'] };
    const made = await call(world, ownerOfA, 'POST', '/api-keys', { body, headers });
    expect(made.status).toBe(201);
    const again = await call(world, ownerOfB.token, 'POST', '/api-keys', { body: { ...body, name: 'mine' }, headers });
    expect(again).toMatchObject({ status: 201, body: { apiKey: { name: 'mine' } } });

    const settings = await call(world, ownerOfA, 'GET', '/settings');
    const etag = settings.headers.get('etag') ?? '';
    const changed = await call(world, ownerOfB.token, 'PATCH', '/settings', {
      body: { language: 'de' },
      headers: { 'if-match': etag },
    });
    const own = await call(world, ownerOfB.token, 'GET', '/settings', { headers: { 'if-none-match': etag } });
    // An ETag names what something looks like: it is another's, unless the two look the same.
    expect([changed.status, own.status]).toEqual(own.headers.get('etag') === etag ? [200, 304] : [412, 200]);
  });

  it('asks who it is: without a credential nothing is answered', async () => {
    for (const operation of operations.filter(({ access }) => access !== 'everyone')) {
      const reply = await call(world, null, operation.method, requestFor(operation, a, 1).path);
      expect(reply, operation.id).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    }
  });

  it('of those who run the service is for nobody else', async () => {
    for (const operation of operations.filter(({ access }) => access === 'platform')) {
      for (const { who, token } of everybody) {
        const asked = requestFor(operation, a, seedOf(operation));
        const reply = await ask(token, operation, asked);
        expectNothingOf(a, reply, asked);
        expect(reply.status, `${who} ${operation.id}`).toBe(403);
      }
    }
  });

  it('shows a system admin nothing of what customers said', async () => {
    const admin = await hireSystemAdmin(world, b.tenantId);
    for (const operation of operations.filter(({ permission }) =>
      /^(conversations|handovers|failures):/.test(permission ?? ''),
    )) {
      const reply = await ask(admin.token, operation, requestFor(operation, b, 1));
      expect(reply.status, operation.id).toBe(403);
    }
  });
});

const Listed = z.object({ next: z.string().nullable() });

/** The operation did it, or knew the row and had a reason not to. */
const REACHED = new Set([200, 201, 202, 204, 409]);
