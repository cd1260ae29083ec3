import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/id.ts';
import { describedOperations, type Described } from '../../support/api-document.ts';
import { call, hire, hireSystemAdmin } from '../../support/people.ts';
import { requestFor, stateOf, tenantTables, walkedTenant, type Walked } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/** Strange words in paths and queries reach neither files nor the database as they are. */
const world = useWorld({ workers: false });
let operations: Described[];
let tables: string[];
let tenant: Walked;
let owner: string;
let admin: string;

beforeAll(async () => {
  operations = await describedOperations(world);
  tables = await tenantTables(world);
  tenant = await walkedTenant(world, 'paths');
  owner = (await hire(world, tenant.tenantId, 'owner')).token;
  admin = (await hireSystemAdmin(world, tenant.tenantId)).token;
}, 60_000);

const tokenFor = ({ access }: Described) => (access === 'platform' ? admin : owner);

const strange = [
  '%00',
  'a%00b',
  '%2F',
  '..%2F..%2F..%2Fetc%2Fpasswd',
  '..%5C..%5Cpackage.json',
  '%2e%2e%2fpackage.json',
  '%0d%0aSet-Cookie:%20a=b',
  '%E0%A4%A',
  '%ff%fe',
  "';select%201--",
  '__proto__',
  'constructor',
  'x'.repeat(10_000),
];

describe('a word of a path', { timeout: 180_000 }, () => {
  it('that is no id belongs to nothing, in every operation and for every method', async () => {
    const before = await stateOf(world, tenant.tenantId, tables);
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      for (const name of strange) {
        const path = operation.path.replaceAll(/\{\w+\}/g, name);
        const { status, headers } = await call(world, tokenFor(operation), operation.method, path);
        expect([400, 404, 414, 431], `${operation.id} ${name.slice(0, 30)}`).toContain(status);
        expect(headers.get('set-cookie')).toBeNull();
      }
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });

  it.each([
    ['GET', '/assets/'],
    ['GET', '/docs/'],
    ['GET', '/chat/'],
    ['POST', '/webhooks/telegram/'],
    ['GET', '/webhooks/whatsapp/'],
    ['POST', '/webhooks/'],
    ['GET', '/api/v1/'],
    ['GET', '/'],
  ])('behind %s %s finds no file and no fault of ours', async (method, path) => {
    for (const name of strange) {
      const response = await fetch(world.url + path + name, { method });
      const said = await response.text();
      expect([400, 401, 403, 404, 431], `${path}${name.slice(0, 30)} ${said.slice(0, 200)}`).toContain(response.status);
      expect(said).not.toMatch(/root:|"dependencies"/);
    }
  });

  it('that names a desk opens a page that knows nothing, and no session', async () => {
    for (const name of strange) {
      const page = await fetch(`${world.url}/desk/${name}`);
      expect([200, 400, 404, 431]).toContain(page.status);
      expect(await page.text()).not.toContain('root:');
      const logIn = await fetch(`${world.url}/desk/${name}/login?token=${name}`, { redirect: 'manual' });
      expect([400, 401, 404, 431], name.slice(0, 30)).toContain(logIn.status);
      expect(logIn.headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('a parameter of a query', { timeout: 180_000 }, () => {
  const queried = () =>
    operations.flatMap((operation) =>
      operation.parameters.filter((one) => one.in === 'query').map((one) => ({ operation, name: one.name })),
    );

  it('may be anything, and is a mistake of the caller at worst', async () => {
    const before = await stateOf(world, tenant.tenantId, tables);
    expect(queried().length).toBeGreaterThan(30);
    for (const { operation, name } of queried().filter(({ operation: { method } }) => method === 'GET')) {
      const path = requestFor(operation, tenant, 1).path.split('?')[0];
      for (const value of [
        ...strange,
        '',
        '%25',
        '_',
        '-1',
        '1e9',
        '99999999999999999999',
        '2026-13-99',
        'NaN',
        '[]',
      ]) {
        const { status, body } = await call(world, tokenFor(operation), 'GET', `${path}?${name}=${value}`);
        const what = `${operation.id} ${name}=${value.slice(0, 30)} ${JSON.stringify(body).slice(0, 200)}`;
        expect([200, 304, 400, 403, 404, 409, 414, 422, 431], what).toContain(status);
      }
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });

  it('that is a forged cursor is refused, or shows nothing that is not ours', async () => {
    const words = ['\u0000', 'infinity', '2026-01-01T00:00:00.000Z', "' or 1=1 --", '9'.repeat(400), newId()];
    const values = [...words, 0, -1, 1.5, 2 ** 31, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e300, null, true, [], {}];
    const places = [
      'x',
      null,
      [],
      ...values.flatMap((one) => [[one], [one, newId()], [one, one], [one, 1, newId()], [1, one, newId()]]),
    ];
    const lists = queried().filter(({ name }) => name === 'cursor');
    expect(lists.length).toBeGreaterThan(8);
    for (const { operation } of lists) {
      const path = requestFor(operation, tenant, 1).path.split('?')[0];
      for (const place of places) {
        const cursor = Buffer.from(JSON.stringify(place)).toString('base64url');
        const { status, body } = await call(world, tokenFor(operation), 'GET', `${path}?cursor=${cursor}`);
        expect([200, 404, 422], `${operation.id} ${JSON.stringify([place, body]).slice(0, 300)}`).toContain(status);
      }
    }
  });

  it('that is given twice is refused', async () => {
    for (const { operation, name } of queried()) {
      const path = requestFor(operation, tenant, 1).path.split('?')[0];
      const { status } = await call(world, tokenFor(operation), operation.method, `${path}?${name}=1&${name}=2`);
      expect(status, `${operation.id} ${name}`).toBe(422);
    }
  });

  it('that nobody knows is refused by its name, whatever the method', async () => {
    const before = await stateOf(world, tenant.tenantId, tables);
    for (const operation of operations.filter(({ access }) => access !== 'everyone')) {
      const path = requestFor(operation, tenant, 1).path.split('?')[0];
      for (const name of ['tenantId', 'role', 'sql', 'order']) {
        if (operation.parameters.some((one) => one.name === name)) continue;
        const reply = await call(world, tokenFor(operation), operation.method, `${path}?${name}=x`);
        expect(reply, operation.id).toMatchObject({ status: 422, body: { detail: expect.stringContaining(name) } });
      }
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });
});
