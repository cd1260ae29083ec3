import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describedOperations, type Described, type Schema } from '../../support/api-document.ts';
import { call, hire, hireSystemAdmin } from '../../support/people.ts';
import { requestFor, stateOf, tenantTables, walkedTenant, type Walked } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/** Nobody gives himself a tenant, a role or an id by writing it into a body. */
const world = useWorld({ workers: false });
let operations: Described[];
let tables: string[];
let tenant: Walked;
let other: Walked;
let owner: string;
let admin: string;

beforeAll(async () => {
  operations = await describedOperations(world);
  tables = await tenantTables(world);
  [tenant, other] = [await walkedTenant(world, 'forging'), await walkedTenant(world, 'forged')];
  owner = (await hire(world, tenant.tenantId, 'owner')).token;
  admin = (await hireSystemAdmin(world, tenant.tenantId)).token;
}, 60_000);

const withBody = () => operations.filter(({ body, mediaType }) => body && mediaType === 'application/json');
const tokenFor = ({ access }: Described) => (access === 'platform' ? admin : owner);

/** What somebody might want to be, or to write about. */
const wishes: [string, () => unknown][] = [
  ['tenantId', () => other.tenantId],
  ['tenant_id', () => other.tenantId],
  ['isSystemAdmin', () => true],
  ['is_system_admin', () => true],
  ['createdBy', () => other.ids['memberships']],
  ['role', () => 'owner'],
  ['status', () => 'active'],
  ['permissions', () => ['team:write']],
  ['id', () => other.ids['faqs']],
  ['userId', () => other.ids['memberships']],
  ['conversationId', () => other.ids['conversations']],
  ['epoch', () => 1],
  ['constructor', () => ({ prototype: { isSystemAdmin: true } })],
];

/** Every object that a schema has in it, at whatever depth, with where it is. */
function objectsIn(schema: Schema, at: string): { at: string; schema: Schema }[] {
  const items = typeof schema.items === 'object' ? schema.items : {};
  const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const inside = [
    ...Object.entries(schema.properties ?? {}).map(([name, one]): [string, Schema] => [`${at}.${name}`, one]),
    ...[schema.anyOf, schema.oneOf, schema.allOf, schema.prefixItems]
      .flatMap((list) => list ?? [])
      .map((one): [string, Schema] => [at, one]),
    ...[items].map((one): [string, Schema] => [`${at}[]`, one]),
    ...[values].map((one): [string, Schema] => [`${at}{}`, one]),
  ];
  // One of several is one of them.
  const isOne = !schema.anyOf && !schema.oneOf && !schema.allOf;
  const own = schema.properties || (isOne && [schema.type].flat().includes('object')) ? [{ at, schema }] : [];
  return [...own, ...inside.flatMap(([place, one]) => (Object.keys(one).length > 0 ? objectsIn(one, place) : []))];
}

const Fields = z.record(z.string(), z.unknown());

describe('a body', { timeout: 60_000 }, () => {
  it('has no object in it that takes just anything, at whatever depth', () => {
    const open = withBody().flatMap(({ id, body }) =>
      objectsIn(body ?? {}, id)
        // Either its fields are named, or it is a list of values by names that are the tenant's own.
        .filter(
          ({ schema }) => schema.additionalProperties !== false && typeof schema.additionalProperties !== 'object',
        )
        .map(({ at }) => at),
    );
    expect(open).toEqual([]);
  });

  it.each(wishes)('that says %s, where nobody asked, is refused and told so', async (name, wish) => {
    const before = [await stateOf(world, tenant.tenantId, tables), await stateOf(world, other.tenantId, tables)];
    for (const operation of withBody()) {
      if (Object.hasOwn(operation.body?.properties ?? {}, name)) continue;
      const { path, body } = requestFor(operation, tenant, 1);
      const fields = Fields.safeParse(body);
      if (!fields.success || Array.isArray(body)) continue;
      const forged = { ...fields.data, [name]: wish() };
      const reply = await call(world, tokenFor(operation), operation.method, path, { body: forged });
      expect(reply, operation.id).toMatchObject({ status: 422, body: { code: 'unprocessable' } });
      expect(JSON.stringify(reply.body), operation.id).toContain(name);
    }
    const after = [await stateOf(world, tenant.tenantId, tables), await stateOf(world, other.tenantId, tables)];
    expect(after).toEqual(before);
  });

  it('named for another tenant by header, query or body is still its own sender’s', async () => {
    const made = await call(world, owner, 'POST', '/faqs', {
      body: { question: 'Whose is this?', answer: 'Ours.' },
      headers: {
        'x-tenant-id': other.tenantId,
        'x-organization-id': other.tenantId,
        'x-user-id': other.ids['memberships'] ?? '',
        'x-forwarded-user': 'admin',
        'x-original-url': `/api/v1/tenants/${other.tenantId}`,
        'x-http-method-override': 'DELETE',
      },
    });
    expect(made).toMatchObject({ status: 201, body: { question: 'Whose is this?' } });
    const theirs = await call(world, (await hire(world, other.tenantId, 'owner')).token, 'GET', '/faqs?q=whose');
    expect(theirs).toMatchObject({ status: 200, body: { items: [] } });
  });
});
