import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { permissionsOf, type Role } from '../../../src/auth/permissions.ts';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Membership, memberRoles, type MemberRole } from '../../../src/entities/membership.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let owner: Person;
let admin: Person;
let stranger: Person;

beforeAll(async () => {
  [shop, other] = await Promise.all([buildShop(world), buildShop(world)]);
  [owner, admin, stranger] = await Promise.all([
    hire(world, shop.tenantId, 'owner'),
    hire(world, shop.tenantId, 'admin'),
    hire(world, other.tenantId, 'owner'),
  ]);
});

const Team = z.object({
  items: z.array(z.object({ userId: z.string(), role: z.enum(memberRoles), status: z.string() })),
  next: z.string().nullable(),
});

const membershipOf = (tenantId: string, userId: string) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOne(Membership, { tenantId, userId }));
const roleOf = async ({ userId }: Person, { tenantId } = shop) => (await membershipOf(tenantId, userId))?.role;
const patch = (by: string, { userId }: Person, role: MemberRole, headers = {}) =>
  call(world, by, 'PATCH', `/team/${userId}`, { body: { role }, headers });

/** A shop whose only owner this is, besides the manager that every shop has. */
async function shopOfOne() {
  const own = await buildShop(world);
  return { shop: own, owner: await hire(world, own.tenantId, 'owner') };
}

describe('the people of a tenant', () => {
  it('are listed page by page, and none of another tenant', async () => {
    const seen: string[] = [];
    for (let path: string | null = '/team?limit=2'; path;) {
      const page = Team.parse((await call(world, owner.token, 'GET', path)).body);
      seen.push(...page.items.map(({ userId }) => userId));
      path = page.next && `/team?limit=2&cursor=${page.next}`;
    }
    expect(seen).toEqual([...new Set(seen)].toSorted());
    expect(seen).toEqual(expect.arrayContaining([owner.userId, admin.userId, shop.managerId]));
    expect(seen).not.toContain(stranger.userId);
    for (const query of ['limit=0', 'cursor=x', 'colour=red']) {
      expect((await call(world, owner.token, 'GET', `/team?${query}`)).status, query).toBe(422);
    }
  });

  it('are read and changed by those who may, in their own tenant only', async () => {
    const viewer = await hire(world, shop.tenantId, 'viewer');
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['team:read'] });
    for (const token of [viewer.token, key]) {
      expect((await call(world, token, 'GET', `/team/${admin.userId}`)).status).toBe(200);
      expect(await patch(token, admin, 'viewer')).toMatchObject({ status: 403 });
      for (const act of ['disable', 'enable']) {
        expect((await call(world, token, 'POST', `/team/${admin.userId}/${act}`)).status).toBe(403);
      }
      expect((await call(world, token, 'DELETE', `/team/${admin.userId}`)).status).toBe(403);
    }
    expect((await call(world, null, 'GET', '/team')).status).toBe(401);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { role: 'viewer' }],
      ['POST', '/disable', undefined],
      ['POST', '/enable', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      const reply = await call(world, owner.token, method, `/team/${stranger.userId}${path}`, { body });
      expect(reply, `${method} ${path}`).toMatchObject({ status: 404 });
    }
    expect(await membershipOf(other.tenantId, stranger.userId)).toMatchObject({ role: 'owner', status: 'active' });
  });

  it('take nothing but a role: no name, no status, no power over the service', async () => {
    const person = await hire(world, shop.tenantId, 'viewer');
    for (const body of [
      { role: 'king' },
      { role: 3 },
      {},
      { role: 'manager', name: 'Root' },
      { role: 'manager', status: 'active' },
      { role: 'manager', isSystemAdmin: true },
      { role: 'system_admin' },
    ]) {
      const reply = await call(world, owner.token, 'PATCH', `/team/${person.userId}`, { body });
      expect(reply, JSON.stringify(body)).toMatchObject({ status: 422, body: { code: 'unprocessable' } });
    }
    expect(await roleOf(person)).toBe('viewer');
  });

  it('are changed under the ETag that was read', async () => {
    const person = await hire(world, shop.tenantId, 'viewer');
    const read = await call(world, owner.token, 'GET', `/team/${person.userId}`);
    const etag = { 'if-match': read.headers.get('etag') ?? '' };
    expect((await patch(owner.token, person, 'manager', etag)).status).toBe(200);
    expect(await patch(owner.token, person, 'admin', etag)).toMatchObject({
      status: 412,
      body: { code: 'changed_meanwhile' },
    });
    expect(await roleOf(person)).toBe('manager');
  });

  it('have other rights from the next request on, and the log knows who gave them', async () => {
    const person = await hire(world, shop.tenantId, 'viewer');
    expect((await call(world, person.token, 'GET', '/api-keys')).status).toBe(403);
    await patch(owner.token, person, 'admin');
    expect((await call(world, person.token, 'GET', '/api-keys')).status).toBe(200);
    await call(world, owner.token, 'POST', `/team/${person.userId}/disable`);
    expect((await call(world, person.token, 'GET', '/api-keys')).status).toBe(404);
    await call(world, owner.token, 'POST', `/team/${person.userId}/enable`);
    expect((await call(world, person.token, 'GET', '/api-keys')).status).toBe(200);
    const log = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { tenantId: shop.tenantId, subject: person.userId }, { orderBy: { id: 'asc' } }),
    );
    expect(log.map(({ action, actor }) => [action, actor])).toEqual(
      ['team.role', 'team.disable', 'team.enable'].map((action) => [action, owner.userId]),
    );
  });
});

describe('roles', () => {
  const givers: (MemberRole | 'system_admin' | 'key')[] = ['owner', 'admin', 'system_admin', 'key'];
  const cases = givers.flatMap((by) => memberRoles.flatMap((from) => memberRoles.map((to) => ({ by, from, to }))));

  it.each(cases.filter(({ from, to }) => from !== to))('$by changes $from to $to', async ({ by, from, to }) => {
    const person = await hire(world, shop.tenantId, from);
    const headers = { 'x-frontdesk-tenant': shop.slug };
    const giver =
      by === 'key'
        ? (await cutKey(world, shop.tenantId, { scopes: ['team:write'] })).key
        : by === 'system_admin'
          ? (await hireSystemAdmin(world, shop.tenantId)).token
          : { owner, admin }[by === 'owner' ? 'owner' : 'admin'].token;
    const mayDo = ['owner', 'system_admin'].includes(by) || (from !== 'owner' && to !== 'owner');
    expect((await patch(giver, person, to, headers)).status).toBe(mayDo ? 200 : 403);
    expect(await roleOf(person)).toBe(mayDo ? to : from);
    if (from !== 'owner' || mayDo) return;
    for (const [method, path] of [
      ['POST', '/disable'],
      ['DELETE', ''],
    ] as const) {
      expect((await call(world, giver, method, `/team/${person.userId}${path}`, { headers })).status).toBe(403);
    }
  });

  it('may do what the table says', () => {
    const roles: Role[] = ['system_admin', ...memberRoles];
    const who = (permission: 'team:write' | 'team:read' | 'keys:write' | 'conversations:read' | 'faqs:write') =>
      roles.filter((role) => permissionsOf(role).includes(permission));
    expect(who('team:read')).toEqual(roles);
    expect(who('team:write')).toEqual(['system_admin', 'owner', 'admin']);
    expect(who('keys:write')).toEqual(['system_admin', 'owner', 'admin']);
    expect(who('faqs:write')).toEqual(['system_admin', 'owner', 'admin', 'manager']);
    expect(who('conversations:read')).toEqual(['owner', 'admin', 'manager', 'viewer']);
  });

  it.each(['owner', 'admin'] as const)('are not changed by an %s for himself', async (role) => {
    const person = await hire(world, shop.tenantId, role);
    for (const [method, path, body] of [
      ['PATCH', '', { role: 'viewer' }],
      ['PATCH', '', { role: 'owner' }],
      ['POST', '/disable', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      expect((await call(world, person.token, method, `/team/${person.userId}${path}`, { body })).status).toBe(403);
    }
    expect(await membershipOf(shop.tenantId, person.userId)).toMatchObject({ role, status: 'active' });
  });
});

describe('the last active owner', () => {
  it('cannot be demoted, disabled or removed, also where other owners are disabled', async () => {
    const one = await shopOfOne();
    const root = await hireSystemAdmin(world, one.shop.tenantId);
    const headers = { 'x-frontdesk-tenant': one.shop.slug };
    const [gone, invited, outside] = await Promise.all(
      [1, 2, 3].map(() => hire(world, one.shop.tenantId, 'owner' as const)),
    );
    await asOwner(world.database, async (client) => {
      const set = (status: string, who: Person | undefined) =>
        client.query('update memberships set status = $1 where user_id = $2', [status, who?.userId]);
      await set('disabled', gone);
      await set('invited', invited);
      await client.query('update users set disabled_at = now() where id = $1', [outside?.userId]);
    });
    const tries = [
      ['PATCH', '', { role: 'admin' }],
      ['POST', '/disable', undefined],
      ['DELETE', '', undefined],
    ] as const;
    for (const [method, path, body] of tries) {
      const reply = await call(world, root.token, method, `/team/${one.owner.userId}${path}`, { body, headers });
      expect(reply, method + path).toMatchObject({ status: 409, body: { detail: expect.stringContaining('last') } });
    }
    expect(await membershipOf(one.shop.tenantId, one.owner.userId)).toMatchObject({ role: 'owner', status: 'active' });
  });

  it.each(['PATCH', 'POST', 'DELETE'])('stays when two owners remove each other at once: %s', async (method) => {
    for (let round = 0; round < 5; round++) {
      const one = await shopOfOne();
      const two = await hire(world, one.shop.tenantId, 'owner');
      const remove = (by: Person, whom: Person) =>
        call(world, by.token, method, `/team/${whom.userId}${method === 'POST' ? '/disable' : ''}`, {
          ...(method === 'PATCH' && { body: { role: 'viewer' } }),
        });
      const replies = await Promise.all([remove(one.owner, two), remove(two, one.owner)]);
      const left = await withTenant(world.deps.orm, one.shop.tenantId, (em) =>
        em.count(Membership, { tenantId: one.shop.tenantId, role: 'owner', status: 'active' }),
      );
      expect(left, JSON.stringify(replies.map(({ body }) => body))).toBe(1);
    }
  });
});

describe('somebody who leaves', () => {
  it('is removed once and for all, and whom that person invited stays', async () => {
    const inviter = await hire(world, shop.tenantId, 'admin');
    const invited = await hire(world, shop.tenantId, 'viewer');
    await asOwner(world.database, (client) =>
      client.query('update memberships set invited_by = $1 where user_id = $2', [inviter.userId, invited.userId]),
    );
    expect((await call(world, owner.token, 'DELETE', `/team/${inviter.userId}`)).status).toBe(200);
    expect((await call(world, owner.token, 'DELETE', `/team/${inviter.userId}`)).status).toBe(404);
    expect(await roleOf(invited)).toBe('viewer');
    expect((await call(world, inviter.token, 'GET', '/team')).status).toBe(404);
  });

  it('is disabled rather than removed where something of that person is kept', async () => {
    const person = await hire(world, shop.tenantId, 'admin');
    const made = await call(world, person.token, 'POST', '/api-keys', {
      body: { name: 'Import', scopes: ['faqs:read'] },
    });
    expect(made.status).toBe(201);
    expect(await call(world, owner.token, 'DELETE', `/team/${person.userId}`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('disable') },
    });
    expect((await call(world, owner.token, 'POST', `/team/${person.userId}/disable`)).status).toBe(200);
    expect((await call(world, owner.token, 'POST', `/team/${person.userId}/disable`)).status).toBe(200);
  });
});
