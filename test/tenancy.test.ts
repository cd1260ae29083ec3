import { beforeAll, describe, expect, it } from 'vitest';
import { describedOperations, type Described } from './support/api-document.ts';
import { asOwner } from './support/database.ts';
import { call, hire, hireSystemAdmin, type Reply } from './support/people.ts';
import {
  everybodyOf,
  requestFor,
  stateOf,
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
  tables = await asOwner(world.database, async (owner) => {
    const { rows } = await owner.query<{ name: string }>(
      `select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_schema = 'public' and table_type = 'BASE TABLE' and column_name = 'tenant_id'
         and table_name not in ('idempotency_keys') order by 1`,
    );
    return ['tenants', ...rows.map(({ name }) => name)];
  });
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

/** The operation did it, or knew the row and had a reason not to. */
const REACHED = new Set([200, 201, 202, 204, 409]);
