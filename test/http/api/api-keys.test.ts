import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { forge } from '../../support/forge.ts';
import { asOwner } from '../../support/database.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let owner: Person;
let manager: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  other = await buildShop(world);
  [owner, manager] = await Promise.all([hire(world, shop.tenantId, 'owner'), hire(world, shop.tenantId, 'manager')]);
});

const Made = z.object({ apiKey: z.object({ id: z.string(), scopes: z.array(z.string()) }), key: z.string() });
const Keys = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() });

const newKey = { name: 'Import', scopes: ['faqs:read', 'keys:read'] };

async function make(body: unknown = newKey) {
  const { status, body: made } = await call(world, owner.token, 'POST', '/api-keys', { body });
  expect(status).toBe(201);
  return Made.parse(made);
}

describe('an API key', () => {
  it('lets a program in with what its scopes allow, and its secret is shown once', async () => {
    const { apiKey, key } = await make();
    const listed = await call(world, key, 'GET', '/api-keys');
    expect(listed.status).toBe(200);
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(-43));
    expect(Keys.parse(listed.body).items.map(({ id }) => id)).toContain(apiKey.id);
    expect(await call(world, key, 'POST', '/api-keys', { body: newKey })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: expect.stringContaining('keys:write') },
    });
  });

  it('cannot be given more than its maker may do, nor an unknown scope, field or network', async () => {
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['keys:write'] });
    expect(await call(world, key, 'POST', '/api-keys', { body: newKey })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('faqs:read') },
    });
    for (const [body, path] of [
      [{ ...newKey, scopes: ['everything'] }, 'body.scopes.0'],
      [{ ...newKey, scopes: [] }, 'body.scopes'],
      [{ ...newKey, colour: 'red' }, 'body'],
      [{ ...newKey, allowedIps: ['300.1.1.1'] }, 'body.allowedIps.0'],
      [{ ...newKey, allowedIps: ['10.0.0.0/99'] }, 'body.allowedIps.0'],
      [{ ...newKey, name: '' }, 'body.name'],
      [{ ...newKey, expiresAt: 'soon' }, 'body.expiresAt'],
    ] as const) {
      expect(await call(world, owner.token, 'POST', '/api-keys', { body }), path).toMatchObject({
        status: 422,
        body: { code: 'unprocessable', errors: [{ path }] },
      });
    }
    expect(await call(world, manager.token, 'POST', '/api-keys', { body: newKey })).toMatchObject({ status: 403 });
    expect(await call(world, null, 'GET', '/api-keys')).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  });

  it('ends in every process when it is revoked, and when its time is over', async () => {
    const { apiKey, key } = await make();
    expect((await call(world, key, 'GET', '/api-keys')).status).toBe(200);
    for (let again = 0; again < 2; again++) {
      expect((await call(world, owner.token, 'DELETE', `/api-keys/${apiKey.id}`)).status).toBe(200);
    }
    await until(async () =>
      expect(await call(world, key, 'GET', '/api-keys')).toMatchObject({
        status: 401,
        body: { detail: expect.stringContaining('revoked') },
      }),
    );
    const over = await cutKey(world, shop.tenantId, { expiresAt: new Date(Date.now() - 1) });
    expect(await call(world, over.key, 'GET', '/api-keys')).toMatchObject({ status: 401 });
  });

  it('is refused from another address, and where it is forged', async () => {
    const { key, id } = await cutKey(world, shop.tenantId, { allowedIps: ['10.0.0.0/8'] });
    expect(await call(world, key, 'GET', '/api-keys')).toMatchObject({
      status: 401,
      body: { detail: expect.stringContaining('127.0.0.1') },
    });
    const forged = [forge(key), `fd_${id.replaceAll('-', '')}_`, 'fd_x'];
    for (const one of forged) expect((await call(world, one, 'GET', '/api-keys')).status, one).toBe(401);
  });

  it('is for its own tenant, whatever tenant is named beside it', async () => {
    const { key } = await cutKey(world, shop.tenantId);
    const theirs = await cutKey(world, other.tenantId);
    const { body } = await call(world, key, 'GET', '/api-keys');
    expect(JSON.stringify(body)).not.toContain(theirs.id);
    for (const name of [other.slug, other.tenantId, 'nobody']) {
      const headers = { 'x-frontdesk-tenant': name };
      expect(await call(world, key, 'GET', '/api-keys', { headers })).toMatchObject({ status: 404 });
    }
    expect(await call(world, key, 'DELETE', `/api-keys/${theirs.id}`)).toMatchObject({ status: 404 });
    expect((await call(world, theirs.key, 'GET', '/api-keys')).status).toBe(200);
  });

  it('is one of a list that is read page by page', async () => {
    const shopOfMany = await buildShop(world);
    const made = [];
    for (let n = 0; n < 5; n++) made.push((await cutKey(world, shopOfMany.tenantId)).id);
    const { token } = await hire(world, shopOfMany.tenantId, 'admin');
    const seen: string[] = [];
    for (let path: string | null = '/api-keys?limit=2'; path;) {
      const page = Keys.parse((await call(world, token, 'GET', path)).body);
      seen.push(...page.items.map(({ id }) => id));
      path = page.next && `/api-keys?limit=2&cursor=${page.next}`;
    }
    // Ids of one millisecond are in any order.
    expect(seen).toEqual(made.toSorted().toReversed());
    for (const query of ['cursor=nonsense', 'limit=0', 'limit=many', 'colour=red']) {
      expect((await call(world, token, 'GET', `/api-keys?${query}`)).status, query).toBe(422);
    }
  });
});

describe('a request', () => {
  it('that is sent again with its Idempotency-Key is done once', async () => {
    const headers = { 'idempotency-key': 'import-1' };
    const send = (body: unknown = newKey) => call(world, owner.token, 'POST', '/api-keys', { body, headers });
    const [first, second] = [await send(), await send()];
    expect(second).toMatchObject({ status: 201, body: first.body });
    // The key is shown once, and again to whoever asks the same; it lies nowhere as it is.
    const secret = z.object({ key: z.string() }).parse(first.body).key.slice(-43);
    const rows = await asOwner(
      world.database,
      async (owner_) => (await owner_.query('select t::text from idempotency_keys t')).rows,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret).toString('hex'));
    expect([first, second].map((reply) => reply.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(await send({ ...newKey, name: 'Other' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    // Somebody else's key of the same name is another key.
    const stranger = await hire(world, other.tenantId, 'owner');
    const theirs = await call(world, stranger.token, 'POST', '/api-keys', { body: newKey, headers });
    expect(Made.parse(theirs.body).apiKey.id).not.toBe(Made.parse(first.body).apiKey.id);
  });

  it('that comes many times at once with one Idempotency-Key is done once', async () => {
    const headers = { 'idempotency-key': 'at-once' };
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => call(world, owner.token, 'POST', '/api-keys', { body: newKey, headers })),
    );
    const made = replies.filter(({ status }) => status === 201).map(({ body }) => Made.parse(body).apiKey.id);
    expect(new Set(made).size).toBe(1);
    expect(new Set(replies.map(({ status }) => status)).difference(new Set([201, 409])).size).toBe(0);
  });

  it('is named in its answer, by the caller or by us', async () => {
    const given = await call(world, owner.token, 'GET', '/me', { headers: { 'x-request-id': 'abc-1' } });
    expect(given.headers.get('x-request-id')).toBe('abc-1');
    const refused = await call(world, null, 'GET', '/me', { headers: { 'x-request-id': 'a\tb' } });
    expect(refused.body).toMatchObject({ status: 401, requestId: refused.headers.get('x-request-id') });
    expect(refused.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
  });

  it('of a system admin sets a tenant up, and reads nothing of what its customers said', async () => {
    const admin = await hireSystemAdmin(world, shop.tenantId);
    expect((await call(world, admin.token, 'GET', '/api-keys')).status).toBe(200);
    const { body } = await call(world, admin.token, 'GET', '/me/permissions');
    expect(JSON.stringify(body)).not.toContain('conversations:');
  });

  it('finds the document of the API, and a page that needs nothing from elsewhere', async () => {
    const document = await (await fetch(`${world.url}/api/v1/openapi.json`)).json();
    expect(document).toMatchObject({
      openapi: '3.1.1',
      paths: { '/api-keys': { get: { operationId: 'getApiKeys' } } },
    });
    const page = await (await fetch(`${world.url}/docs`)).text();
    for (const [, file = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(file).toMatch(/^\//);
      expect((await fetch(world.url + file)).status, file).toBe(200);
    }
  });
});
