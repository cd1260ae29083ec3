import { beforeAll, describe, expect, it } from 'vitest';
import { addManager } from '../../../src/tenancy/provision.ts';
import { describedOperations, type Described } from '../../support/api-document.ts';
import { enrolled, openBrowser, type Browser } from '../../support/browser.ts';
import { asOwner } from '../../support/database.ts';
import { hire } from '../../support/people.ts';
import { requestFor, stateOf, tenantTables, walkedTenant, type Walked } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/** Pages of other sites can make a browser send requests with our cookies, and must get nothing by it. */
const world = useWorld({ workers: false });
let operations: Described[];
let tables: string[];
let tenant: Walked;
let browser: Browser;
let tenantHeader: Record<string, string>;
const EVIL = 'https://evil.example';

beforeAll(async () => {
  operations = await describedOperations(world);
  tables = await tenantTables(world);
  tenant = await walkedTenant(world, 'cross-site');
  tenantHeader = { 'x-frontdesk-tenant': tenant.slug };
  // Somebody who may do everything that there is to do.
  const person = await enrolled(world);
  await addManager(world.deps.orm, tenant.tenantId, { ...person, name: 'Olga', role: 'owner' });
  await asOwner(world.database, (owner) =>
    owner.query('update users set is_system_admin = true where id = $1', [person.userId]),
  );
  browser = openBrowser(world);
  expect((await browser.logIn(person.email)).status).toBe(200);
}, 60_000);

const changing = () => operations.filter(({ method }) => method !== 'GET');

/** What a page can make a browser send, with the cookies that it has. */
async function sendFrom(operation: Described, headers: Record<string, string>, cookies = browser.cookies) {
  const { path, body } = requestFor(operation, tenant, 1);
  const isUpload = operation.mediaType !== 'application/json';
  return fetch(`${world.url}/api/v1${path}`, {
    method: operation.method,
    headers: {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...tenantHeader,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(isUpload && { 'content-type': 'text/csv' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(isUpload && { body: 'question,answer\nWhy?,Because' }),
  });
}

/** Makes an API key, as a page that says no more than `headers`. */
const makeKeyFrom = (headers: Record<string, string>, body: unknown) => {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return fetch(`${world.url}/api/v1/api-keys`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', ...tenantHeader, ...headers },
    body: JSON.stringify(body),
  });
};

const from: [string, () => Record<string, string>][] = [
  ['of another site', () => ({ origin: EVIL, 'sec-fetch-site': 'cross-site' })],
  ['of a browser that tells its Origin only', () => ({ origin: EVIL })],
  ['in a frame that is nobody’s', () => ({ origin: 'null' })],
  ['that hides where it is', () => ({})],
  ['that hides its Origin', () => ({ 'sec-fetch-site': 'cross-site' })],
  ['of a neighbour of ours', () => ({ 'sec-fetch-site': 'same-site' })],
  ['that lies about its Origin', () => ({ origin: world.url, 'sec-fetch-site': 'cross-site' })],
  ['whose name begins like ours', () => ({ origin: `${world.url}.evil.example` })],
];

describe('a page', { timeout: 60_000 }, () => {
  it.each(from)('%s changes nothing by the session of whoever looks at it', async (_name, headers) => {
    const before = await stateOf(world, tenant.tenantId, tables);
    expect(changing().length).toBeGreaterThan(30);
    for (const operation of changing()) {
      const response = await sendFrom(operation, headers());
      expect([response.status, await response.text()], operation.id).toEqual([
        403,
        expect.stringMatching(/another site|which site/),
      ]);
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });

  it('of another site changes nothing by the link to a desk that was opened before', async () => {
    const before = await stateOf(world, tenant.tenantId, tables);
    const { token } = await hire(world, tenant.tenantId, 'owner');
    const other = openBrowser(world);
    await other.ask('GET', `/desk/${tenant.slug}/login?token=${token}`);
    const people = await stateOf(world, tenant.tenantId, tables);
    expect(people).not.toBe(before);
    for (const operation of changing().filter(({ access }) => access === 'tenant')) {
      for (const site of [EVIL, 'null']) {
        expect((await sendFrom(operation, { origin: site }, other.cookies)).status, operation.id).toBe(403);
      }
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(people);
  });

  it('of ours is let in, also where only the browser says whose it is', async () => {
    const ways = [
      ['origin', world.url],
      ['sec-fetch-site', 'same-origin'],
    ];
    for (const [name = '', value = ''] of ways) {
      const made = await makeKeyFrom({ [name]: value }, { name, scopes: ['faqs:read'] });
      expect(made.status).toBe(201);
    }
  });

  it('that is a form sends nothing that is taken, even from our own address', async () => {
    const before = await stateOf(world, tenant.tenantId, tables);
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
    for (const operation of changing().filter(({ mediaType }) => mediaType === 'application/json')) {
      for (const type of types) {
        const response = await sendFrom(operation, { origin: world.url, 'content-type': type });
        expect(response.status, `${operation.id} ${type} ${await response.text()}`).toBe(415);
      }
    }
    expect(await stateOf(world, tenant.tenantId, tables)).toBe(before);
  });

  it('of another site reads no answer: nobody is told that it may', async () => {
    const paths = [
      ...operations.map((operation) => [operation.method, `/api/v1${requestFor(operation, tenant, 1).path}`]),
      ...['/', '/login', '/join', '/docs', '/api/v1/openapi.json', '/healthz', '/readyz', '/chat/nobody/session'].map(
        (path) => ['GET', path],
      ),
      ['POST', '/api/auth/sign-in/email'],
      ['POST', '/chat/nobody/session'],
      ['POST', '/webhooks/telegram/nobody'],
    ];
    for (const [method = '', path = ''] of paths) {
      for (const asked of method === 'GET' ? ['GET', 'OPTIONS'] : ['OPTIONS']) {
        const { headers } = await fetch(world.url + path, {
          method: asked,
          headers: {
            origin: EVIL,
            cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...tenantHeader,
            'access-control-request-method': method,
            'access-control-request-headers': 'content-type, x-frontdesk-tenant',
          },
        });
        const told = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
        expect(told, `${asked} ${path}`).toEqual([]);
        // Nor does it run what it is sent as something else.
        expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      }
    }
  });
});

describe('a log-in', { timeout: 60_000 }, () => {
  it('is asked for by no other page, and neither is anything else of the login library', async () => {
    for (const path of [
      'sign-in/email',
      'sign-in/social',
      'sign-out',
      'revoke-other-sessions',
      'revoke-sessions',
      'request-password-reset',
      'change-password',
      'update-user',
      'two-factor/enable',
      'two-factor/disable',
    ]) {
      const body = {
        ...(/email|reset$/.test(path) && { email: 'a@people.example' }),
        ...(/sign-in\/email|enable|disable/.test(path) && { password: 'x' }),
        ...(path === 'change-password' && { currentPassword: 'x', newPassword: 'another password' }),
        ...(path === 'update-user' && { name: 'Eve' }),
      };
      const { status, body: said } = await browser.ask('POST', `/api/auth/${path}`, body, { origin: EVIL });
      expect([status, said], path).toEqual([403, expect.objectContaining({ code: 'invalid_origin' })]);
    }
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(200);
  });
});
