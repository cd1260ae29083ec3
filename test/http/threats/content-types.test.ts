import http from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { describedOperations, type Described } from '../../support/api-document.ts';
import { hire, hireSystemAdmin } from '../../support/people.ts';
import { requestFor, stateOf, tenantTables, walkedTenant, type Walked } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/** What is not JSON is not read as JSON, whatever it says that it is. */
const world = useWorld({ workers: false });
let operations: Described[];
let tables: string[];
let tenant: Walked;
let owner: string;
let admin: string;

beforeAll(async () => {
  operations = (await describedOperations(world)).filter(
    ({ method, mediaType }) => method !== 'GET' && mediaType === 'application/json',
  );
  tables = await tenantTables(world);
  tenant = await walkedTenant(world, 'types');
  owner = (await hire(world, tenant.tenantId, 'owner')).token;
  admin = (await hireSystemAdmin(world, tenant.tenantId)).token;
});

/** Sends the headers as they are given, each as often as it is given. */
function send(operation: Described, types: string[], body: string): Promise<number> {
  const { path } = requestFor(operation, tenant, 1);
  const token = operation.access === 'platform' ? admin : owner;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = [
    ['host', new URL(world.url).host],
    ['authorization', `Bearer ${token}`],
    ['content-length', String(Buffer.byteLength(body))],
    ...types.map((type) => ['content-type', type]),
  ].flat();
  const request = http.request(`${world.url}/api/v1${path}`, { method: operation.method, headers }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? 0));
  });
  request.once('error', reject).end(body);
  return promise;
}

const wrong: [string, string[]][] = [
  ['none', []],
  ['empty', ['']],
  ['text', ['text/plain']],
  ['a form', ['application/x-www-form-urlencoded']],
  ['a form with files', ['multipart/form-data; boundary=x']],
  ['JSON by its last letters only', ['text/json']],
  ['JSON by its first letters only', ['application/json5']],
  ['bytes', ['application/octet-stream']],
  ['two at once in one line', ['text/plain, application/json']],
  ['no type at all', ['json']],
  ['JSON, and then text', ['application/json', 'text/plain']],
  ['text, and then JSON', ['text/plain', 'application/json']],
  ['JSON twice', ['application/json', 'application/json']],
];

describe('a body whose Content-Type is', () => {
  it.each(wrong)('%s is refused by every operation', async (_name, types) => {
    const before = await stateOf(world, tenant.tenantId, tables);
    for (const operation of operations.filter(({ body }) => body)) {
      const { body } = requestFor(operation, tenant, 1);
      expect(await send(operation, types, JSON.stringify(body)), operation.id).toBe(415);
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });

  it('that of a form is refused where there is no body, too', async () => {
    const before = await stateOf(world, tenant.tenantId, tables);
    for (const operation of operations) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
        expect(await send(operation, [type], ''), operation.id).toBe(415);
      }
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });

  it.each(['application/json', 'APPLICATION/JSON; charset=utf-8', 'application/merge-patch+json'])(
    '%s is read',
    async (type) => {
      const labels = operations.find(({ id, body }) => id === 'patchSettings' && body);
      if (!labels) throw new Error('there is no PATCH /settings any more');
      expect(await send(labels, [type], '{"language":"en"}')).toBe(200);
    },
  );
});

describe('the log-in', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes nothing that is %s',
    async (type) => {
      const response = await fetch(`${world.url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { origin: world.url, 'content-type': type },
        body: JSON.stringify({ email: 'a@people.example', password: 'x' }),
      });
      expect(response.status).toBe(415);
    },
  );
});
