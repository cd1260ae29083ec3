import { createServer, request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import Koa from 'koa';
import { z } from 'zod';
import { mount } from '../../../src/http/api/mount.ts';
import { operationsOf } from '../../../src/http/api/operations.ts';
import { createAuthenticate } from '../../../src/http/authenticate.ts';
import { errorHandler } from '../../../src/http/error-handler.ts';
import { listen } from '../../../src/listen.ts';
import { addManager } from '../../../src/tenancy/provision.ts';
import { call, cutKey, hire, hireSystemAdmin } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

/** Whatever is left on the one connection, the next request gets. */
const world = useWorld({ workers: false, env: { DATABASE_POOL: '1' } });

const REQUESTS = 1_000;
const AT_ONCE = 40;

describe('requests of many tenants over one connection', () => {
  it('never mix, reading or writing, by key or by link, also where some of them fail', async () => {
    const callers = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const limits = { requests_per_minute: 1_000_000 };
        const shop = await buildShop(world, { name: `Name ${n}`, limits, systemMessage: `message of ${n}` });
        const { key } = await cutKey(world, shop.tenantId);
        return { shop, n, tokens: [key, (await hire(world, shop.tenantId, 'owner')).token] };
      }),
    );
    const wrong: unknown[] = [];
    const ask = async (turn: number) => {
      const caller = callers[(turn * 5) % callers.length];
      if (!caller) return;
      const { shop, n, tokens } = caller;
      const token = tokens[turn % 2] ?? null;
      const other = callers[(turn + 1) % callers.length]?.shop;
      const expectReply = async (method: string, path: string, body: unknown, status: number, wanted: object) => {
        const reply = await call(world, token, method, path, { ...(body !== undefined && { body }) });
        const shown = z.record(z.string(), z.unknown()).parse(reply.body);
        const differs = Object.entries(wanted).some(([name, value]) => shown[name] !== value);
        if (reply.status !== status || differs) wrong.push({ turn, path, wanted, reply });
      };
      const message = `message of ${n}`;
      switch (turn % 5) {
        case 0:
          return expectReply('GET', '/tenants/current', undefined, 200, { id: shop.tenantId, slug: shop.slug });
        case 1:
          return expectReply('GET', '/settings', undefined, 200, { systemMessage: message });
        case 2:
          return expectReply('PATCH', '/settings', { systemMessage: message, defaultCapacity: turn }, 200, {
            systemMessage: message,
          });
        case 3:
          return expectReply('GET', `/tenants/${shop.tenantId}/stats`, undefined, 200, { tenantId: shop.tenantId });
        default:
          return other && other !== shop
            ? expectReply('GET', `/tenants/${other.tenantId}/stats`, undefined, 404, { code: 'not_found' })
            : undefined;
      }
    };
    let next = 0;
    const loop = async () => {
      while (next < REQUESTS) await ask(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, loop));
    expect(wrong).toEqual([]);
    for (const { shop, n, tokens } of callers) {
      expect((await call(world, tokens[0] ?? null, 'GET', '/settings')).body).toMatchObject({
        systemMessage: `message of ${n}`,
      });
      expect((await call(world, tokens[1] ?? null, 'GET', '/tenants/current')).body).toMatchObject({
        id: shop.tenantId,
        name: `Name ${n}`,
      });
    }
  }, 240_000);
});

describe('the tenant of a person with a session', () => {
  let first: Shop;
  let second: Shop;
  let strange: Shop;
  let port: number;
  let userId: string;

  beforeAll(async () => {
    [first, second, strange] = [await buildShop(world), await buildShop(world), await buildShop(world)];
    const admin = await hireSystemAdmin(world, first.tenantId);
    for (const [shop, domain] of [
      [first, 'desk.first.example'],
      [second, 'desk.second.example'],
      [strange, 'desk.strange.example'],
    ] as const) {
      const reply = await call(world, admin.token, 'PATCH', `/tenants/${shop.tenantId}`, { body: { domain } });
      expect(reply.status).toBe(200);
    }
    const both = { email: 'both@context.example', name: 'Both' };
    userId = await addManager(world.deps.orm, first.tenantId, both);
    await addManager(world.deps.orm, second.tenantId, both);
    // The real door and operations, with everybody logged in as this person.
    const { deps } = world;
    const authenticate = createAuthenticate({ ...deps, sessionOf: () => Promise.resolve(userId) });
    const app = new Koa();
    app.use(errorHandler(deps.log));
    const limit = () => Promise.resolve();
    app.use(mount(operationsOf(deps), { deps, authenticate, limit, checkResponses: true }).routes());
    const answer = app.callback();
    const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
    port = await listen(server, 0, '127.0.0.1');
    return () => void server.close();
  });

  const get = (headers: Record<string, string>, path = '/tenants/current') =>
    new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path: `/api/v1${path}`, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
      });
      sent.on('error', reject).end();
    });

  it('is the one whose host it is, in whatever case and on whatever port', async () => {
    for (const [host, shop] of [
      ['desk.first.example', first],
      ['DESK.Second.example:8080', second],
    ] as const) {
      expect(await get({ host })).toMatchObject({ status: 200, body: { id: shop.tenantId } });
    }
  });

  it('is the one that the header names, before the host', async () => {
    for (const name of [second.slug, second.tenantId]) {
      const headers = { host: 'desk.first.example', 'x-frontdesk-tenant': name };
      expect(await get(headers)).toMatchObject({ status: 200, body: { id: second.tenantId } });
    }
  });

  it('is the one that the path names, before both', async () => {
    const headers = { host: 'desk.first.example', 'x-frontdesk-tenant': first.slug };
    expect(await get(headers, `/tenants/${second.tenantId}/stats`)).toMatchObject({
      status: 200,
      body: { tenantId: second.tenantId },
    });
    expect(await get(headers, `/tenants/${strange.tenantId}/stats`)).toMatchObject({ status: 404 });
  });

  it('is asked for where nothing tells, and not guessed', async () => {
    expect(await get({ host: 'elsewhere.example' })).toMatchObject({ status: 400, body: { code: 'tenant_missing' } });
    // Nobody stands before us, so nobody may say by which host he was reached.
    const forwarded = { host: 'elsewhere.example', 'x-forwarded-host': 'desk.first.example' };
    expect(await get(forwarded)).toMatchObject({ status: 400, body: { code: 'tenant_missing' } });
  });

  it('is none of which the person is no member, by host, header or path', async () => {
    const requests: Record<string, string>[] = [
      { host: 'desk.strange.example' },
      { host: 'desk.first.example', 'x-frontdesk-tenant': strange.slug },
      { host: 'elsewhere.example', 'x-frontdesk-tenant': strange.tenantId },
      { host: 'elsewhere.example', 'x-frontdesk-tenant': 'nobody' },
    ];
    for (const headers of requests) {
      expect(await get(headers)).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining('no such tenant') },
      });
    }
  });
});

describe('an API key', () => {
  it('is for its tenant, whatever host it is used at', async () => {
    const [own, other] = [await buildShop(world), await buildShop(world)];
    const { key } = await cutKey(world, own.tenantId);
    const { body } = await call(world, key, 'GET', '/tenants/current');
    expect(body).toMatchObject({ id: own.tenantId });
    const headers = { 'x-frontdesk-tenant': other.slug };
    expect((await call(world, key, 'GET', '/tenants/current', { headers })).status).toBe(404);
    expect((await call(world, key, 'GET', `/tenants/${other.tenantId}/stats`)).status).toBe(404);
  });
});
