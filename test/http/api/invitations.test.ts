import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { Membership } from '../../../src/entities/membership.ts';
import { issueJoinLink, markOf } from '../../../src/auth/join-link.ts';
import { addManager } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { openMailServer } from '../../handover/mail-server.ts';
import { forge } from '../../support/forge.ts';
import { enrolled, goodPassword, openBrowser } from '../../support/browser.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const mailServer = await openMailServer();
const world = useWorld({ workers: false, env: { SMTP_URL: mailServer.smtp.url } });
afterAll(() => mailServer.close());

let shop: Shop;
let other: Shop;
let owner: Person;
let admin: Person;
let count = 0;

beforeAll(async () => {
  [shop, other] = await Promise.all([buildShop(world), buildShop(world)]);
  [owner, admin] = await Promise.all([hire(world, shop.tenantId, 'owner'), hire(world, shop.tenantId, 'admin')]);
});

const Invited = z.object({
  member: z.object({ userId: z.string(), status: z.string(), name: z.string().nullable() }),
  isMailed: z.boolean(),
  link: z.string().nullable(),
});

const newAddress = () => `new${(count += 1)}-${process.pid}@people.example`;
const ask = (token: string, body: unknown) => call(world, token, 'POST', '/team/invitations', { body });
const tokenOf = (link: string | null | undefined) => link?.split('#')[1] ?? '';

async function invited(email = newAddress(), role = 'manager', by = owner.token) {
  const reply = await ask(by, { email, name: 'Nia', role });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  const { member, link, isMailed } = Invited.parse(reply.body);
  const mails = mailServer.mails.filter(({ to }) => to.includes(email));
  const mailed = /\/join#(\S+)/.exec(mails.at(-1)?.body ?? '')?.[1] ?? '';
  return { email, userId: member.userId, token: tokenOf(link), mailed, isMailed, member };
}

const look = (token: string) => call(world, null, 'GET', `/invitations/${token}`);
const accept = (token: string, body: unknown = { name: 'Nia', password: goodPassword }) =>
  call(world, null, 'POST', `/invitations/${token}/accept`, { body });
const membershipOf = (userId: string, { tenantId } = shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOne(Membership, { tenantId, userId }));

describe('an invitation', { timeout: 60_000 }, () => {
  it('lets a new person in once, by the link in the answer or in the mail', async () => {
    for (const way of ['token', 'mailed'] as const) {
      const one = await invited();
      expect(one).toMatchObject({ isMailed: true, member: { status: 'invited', name: null } });
      const token = one[way];
      expect(await look(token)).toMatchObject({
        status: 200,
        body: { tenant: { slug: shop.slug }, role: 'manager', email: one.email, needs: 'password' },
      });
      const browser = openBrowser(world);
      expect((await browser.logIn(one.email)).status).toBe(401);
      expect(await accept(token)).toMatchObject({ status: 200, body: { tenantSlug: shop.slug } });
      expect((await browser.logIn(one.email)).status).toBe(200);
      const headers = { 'x-frontdesk-tenant': shop.slug };
      expect((await browser.ask('GET', '/api/v1/team', undefined, headers)).status).toBe(200);
      for (const used of [one.token, one.mailed]) {
        expect((await look(used)).status).toBe(404);
        expect((await accept(used)).status).toBe(404);
      }
      expect(await call(world, owner.token, 'GET', `/team/${one.userId}`)).toMatchObject({
        body: { name: 'Nia', status: 'active', invitedBy: owner.userId },
      });
    }
  });

  it('is written down, with whoever accepted it', async () => {
    const { userId, token } = await invited();
    await accept(token);
    const { tenantId } = shop;
    const log = await withTenant(world.deps.orm, tenantId, (em) =>
      em.find(AuditEntry, { tenantId, subject: userId }, { orderBy: { id: 'asc' } }),
    );
    expect(log.map(({ action, actor }) => [action, actor])).toEqual([
      ['team.invite', owner.userId],
      ['team.join', userId],
    ]);
  });

  it('gives nothing until it is accepted', async () => {
    const person = await enrolled(world);
    const { token } = await invited(person.email);
    const browser = openBrowser(world);
    await browser.logIn(person.email);
    const headers = { 'x-frontdesk-tenant': shop.slug };
    expect((await browser.ask('GET', '/api/v1/team', undefined, headers)).status).toBe(404);
    expect(await look(token)).toMatchObject({ body: { needs: 'log-in' } });
  });

  it('to somebody who can log in is accepted by nobody else, and sets no password', async () => {
    const person = await enrolled(world);
    const thief = await enrolled(world);
    const { token, mailed } = await invited(person.email);
    for (const used of [token, mailed]) expect((await accept(used)).status).toBe(401);
    const theirs = openBrowser(world);
    await theirs.logIn(thief.email);
    const path = `/api/v1/invitations/${token}/accept`;
    expect((await theirs.ask('POST', path, { name: 'Me', password: 'another password' })).status).toBe(401);
    expect((await membershipOf(person.userId))?.status).toBe('invited');
    const own = openBrowser(world);
    expect((await own.logIn(person.email)).status).toBe(200);
    expect(await own.ask('POST', path, {})).toMatchObject({ status: 200 });
    expect((await membershipOf(person.userId))?.status).toBe('active');
    expect((await own.ask('POST', path, {})).status).toBe(404);
  });

  it('does not hand over somebody who works elsewhere, or runs the service, to whoever invites', async () => {
    const elsewhere = await hire(world, other.tenantId, 'owner');
    const root = await hireSystemAdmin(world, other.tenantId);
    for (const { userId } of [elsewhere, root]) {
      const email = await asOwner(world.database, async (client) => {
        const { rows } = await client.query<{ email: string }>('select email from users where id = $1', [userId]);
        return rows[0]?.email ?? '';
      });
      const { token, mailed } = await invited(email);
      expect(await accept(token)).toMatchObject({ status: 403, body: { detail: expect.stringContaining('mail') } });
      expect((await openBrowser(world).logIn(email)).status).toBe(401);
      expect((await accept(mailed)).status).toBe(200);
      expect((await openBrowser(world).logIn(email)).status).toBe(200);
    }
  });

  it('does not hand over somebody who is disabled elsewhere just now', async () => {
    const elsewhere = await hire(world, other.tenantId, 'owner');
    await asOwner(world.database, (client) =>
      client.query(`update memberships set status = 'disabled' where user_id = $1`, [elsewhere.userId]),
    );
    const { token } = await invited((await findEmail(elsewhere.userId)) ?? '');
    expect((await accept(token)).status).toBe(403);
  });

  it('lets nobody wait in the name of somebody whom another tenant takes in later', async () => {
    const { email, token } = await invited();
    expect((await accept(token)).status).toBe(200);
    const thief = openBrowser(world);
    expect((await thief.logIn(email)).status).toBe(200);
    await addManager(world.deps.orm, other.tenantId, { email, name: 'Nia' });
    const headers = { 'x-frontdesk-tenant': other.slug };
    expect((await thief.ask('GET', '/api/v1/team', undefined, headers)).status).toBe(401);
    expect((await thief.logIn(email)).status).toBe(401);
    // An address that was proven by a mail is that person's, wherever else the person is taken in.
    const own = await invited();
    await accept(own.mailed);
    await addManager(world.deps.orm, other.tenantId, { email: own.email, name: 'Nia' });
    const browser = openBrowser(world);
    expect((await browser.logIn(own.email)).status).toBe(200);
    expect((await browser.ask('GET', '/api/v1/team', undefined, headers)).status).toBe(200);
  });

  it('that is accepted many times at once sets one password', async () => {
    const { email, token } = await invited();
    const passwords = Array.from({ length: 8 }, (_, n) => `${goodPassword} ${n}`);
    const replies = await Promise.all(passwords.map((password) => accept(token, { name: 'Nia', password })));
    const won = passwords.filter((_, n) => replies[n]?.status === 200);
    expect(won).toHaveLength(1);
    expect((await openBrowser(world).logIn(email, won[0])).status).toBe(200);
  });

  it('is good for nothing when it is forged, over, taken back, or for something else', async () => {
    const { userId, token } = await invited();
    const membership = await membershipOf(userId);
    const mark = markOf(membership?.createdAt.toISOString() ?? '');
    const { keys } = world.deps;
    const signed = (key: Uint8Array, time: string, audience = 'frontdesk-join') =>
      new SignJWT({ tenant: shop.tenantId, by: 'mail', mark })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setAudience(audience)
        .setExpirationTime(time)
        .sign(key);
    const good = await signed(keys.derive('join link'), '1h');
    expect((await look(good)).status).toBe(200);
    const bad = [
      'x',
      forge(token),
      await signed(keys.derive('join link'), '-1s'),
      await signed(keys.derive('manager token'), '1h'),
      await signed(keys.derive('join link'), '1h', 'frontdesk-desk'),
      await issueJoinLink(keys, { userId, tenantId: other.tenantId, by: 'mail', mark }),
      await issueJoinLink(keys, { userId, tenantId: shop.tenantId, by: 'mail', mark: 'x' }),
      await issueJoinLink(keys, { userId, tenantId: null, by: 'mail', mark }),
      await issueJoinLink(keys, { userId, tenantId: null, by: 'operator', mark }),
      await issueJoinLink(keys, { userId, tenantId: null, by: 'first', mark }),
      admin.token,
    ];
    for (const one of bad) {
      expect((await look(one)).status, one).toBe(404);
      expect((await accept(one)).status, one).toBe(404);
    }
    await call(world, owner.token, 'DELETE', `/team/${userId}`);
    expect((await accept(token)).status).toBe(404);
    const again = await invited((await findEmail(userId)) ?? '');
    expect((await accept(token)).status).toBe(404);
    expect((await accept(again.token)).status).toBe(200);
  });

  it('can be sent again while it waits, with another role, and not to whoever belongs to the tenant', async () => {
    const { email, userId } = await invited();
    const again = await invited(email, 'viewer');
    expect(again.userId).toBe(userId);
    expect((await membershipOf(userId))?.role).toBe('viewer');
    await accept(again.mailed);
    expect(await ask(owner.token, { email, name: 'Nia', role: 'admin' })).toMatchObject({ status: 409 });
    await call(world, owner.token, 'POST', `/team/${userId}/disable`);
    expect(await ask(owner.token, { email, name: 'Nia', role: 'admin' })).toMatchObject({ status: 409 });
    expect(await membershipOf(userId)).toMatchObject({ role: 'viewer', status: 'disabled' });
  });

  it('to be an owner is made by an owner only, and takes nothing that it does not know', async () => {
    const email = newAddress();
    expect(await ask(admin.token, { email, name: 'Nia', role: 'owner' })).toMatchObject({ status: 403 });
    expect((await ask(owner.token, { email, name: 'Nia', role: 'owner' })).status).toBe(201);
    expect(await ask(admin.token, { email, name: 'Nia', role: 'viewer' })).toMatchObject({ status: 403 });
    for (const [body, path] of [
      [{ email: 'nia', name: 'Nia', role: 'viewer' }, 'body.email'],
      [{ email, name: '', role: 'viewer' }, 'body.name'],
      [{ email, name: 'n'.repeat(101), role: 'viewer' }, 'body.name'],
      [{ email, name: 'Nia', role: 'system_admin' }, 'body.role'],
      [{ email, name: 'Nia', role: 'viewer', isSystemAdmin: true }, 'body'],
      [{ email, name: 'Nia', role: 'viewer', status: 'active' }, 'body'],
    ] as const) {
      expect(await ask(owner.token, body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    const manager = await hire(world, shop.tenantId, 'manager');
    expect((await ask(manager.token, { email, name: 'Nia', role: 'viewer' })).status).toBe(403);
    expect((await call(world, null, 'POST', '/team/invitations', { body: {} })).status).toBe(401);
  });

  it('shows its link to people, and to no program', async () => {
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['team:write'] });
    const reply = await ask(key, { email: newAddress(), name: 'Nia', role: 'viewer' });
    expect(reply).toMatchObject({ status: 201, body: { link: null, isMailed: true } });
  });

  it('is accepted with a password that is long enough, and nothing else', async () => {
    const { token } = await invited();
    for (const body of [
      { name: 'Nia', password: 'short' },
      { name: 'Nia', password: 'x'.repeat(129) },
      { name: 'Nia', password: goodPassword, role: 'owner' },
      { name: 'Nia', password: goodPassword, isSystemAdmin: true },
    ]) {
      expect((await accept(token, body)).status, JSON.stringify(body)).toBe(422);
    }
    expect((await accept(token, { name: 'Nia' })).status).toBe(403);
    expect((await accept(token)).status).toBe(200);
  });
});

async function findEmail(userId: string): Promise<string | undefined> {
  return asOwner(world.database, async (client) => {
    const { rows } = await client.query<{ email: string }>('select email from users where id = $1', [userId]);
    return rows[0]?.email;
  });
}
