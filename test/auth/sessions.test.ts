import { beforeAll, describe, expect, it } from 'vitest';
import { addManager } from '../../src/tenancy/provision.ts';
import { enrolled, goodPassword, openBrowser, type Browser } from '../support/browser.ts';
import { asOwner } from '../support/database.ts';
import { call, hire, hireSystemAdmin } from '../support/people.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

/** When a session begins, lives on and ends. */
const world = useWorld({ workers: false });
let shop: Shop;
beforeAll(async () => {
  shop = await buildShop(world);
});

const COOKIE = 'frontdesk.session_token';

/** A manager of the shop, logged in in two browsers. */
async function loggedIn() {
  const person = await enrolled(world);
  await addManager(world.deps.orm, shop.tenantId, { ...person, name: 'Sam', role: 'manager' });
  const [here, elsewhere] = [openBrowser(world), openBrowser(world)];
  await here.logIn(person.email);
  await elsewhere.logIn(person.email);
  return { ...person, here, elsewhere };
}

const status = async (browser: Browser) => (await browser.ask('GET', '/api/v1/me')).status;
/** A browser that somebody has put these cookies into. */
function thiefOf(browser: Browser): Browser {
  const thief = openBrowser(world);
  for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
  return thief;
}

/** As if the sessions of this person had begun so many days before. */
const age = (userId: string, days: number) =>
  asOwner(world.database, async (owner) => {
    await owner.query('alter table auth_sessions disable trigger bound_session');
    await owner.query(
      `update auth_sessions set created_at = created_at - make_interval(days => $2),
         expires_at = expires_at - make_interval(days => $2), updated_at = updated_at - make_interval(days => $2)
       where user_id = $1`,
      [userId, days],
    );
    await owner.query('alter table auth_sessions enable trigger bound_session');
  });

const daysLeft = async (userId: string) => {
  const { rows } = await world.deps.logInPool.query<{ days: number }>(
    `select extract(epoch from expires_at - now())::float / 86400 as days from auth_sessions where user_id = $1`,
    [userId],
  );
  return rows.map(({ days }) => Math.round(days));
};

describe('a session', { timeout: 60_000 }, () => {
  it('that is used every day ends 30 days after the log-in', async () => {
    const { email, userId } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    const left: number[] = [];
    for (let day = 1; day <= 29; day++) {
      await age(userId, 1);
      expect(await status(browser), `day ${day}`).toBe(200);
      left.push(...(await daysLeft(userId)));
    }
    expect(left.slice(0, 3)).toEqual([7, 7, 7]);
    expect(left.slice(-3)).toEqual([3, 2, 1]);
    await age(userId, 1);
    expect(await status(browser)).toBe(401);
  });

  it('is not kept alive longer by whoever writes its row', async () => {
    const { email, userId } = await enrolled(world);
    await openBrowser(world).logIn(email);
    const { logInPool } = world.deps;
    await logInPool.query(
      `update auth_sessions set expires_at = now() + interval '1 year', created_at = now() + interval '1 year'
       where user_id = $1`,
      [userId],
    );
    expect(await daysLeft(userId)).toEqual([30]);
  });

  it('that is not used for 7 days is over', async () => {
    const { email, userId } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    await age(userId, 6);
    expect(await status(browser)).toBe(200);
    await age(userId, 7);
    expect(await status(browser)).toBe(401);
  });

  it('is a new one with each log-in: a cookie that was planted before opens nothing', async () => {
    const { email } = await enrolled(world);
    const victim = openBrowser(world);
    const attacker = openBrowser(world);
    await attacker.logIn((await enrolled(world)).email);
    const planted = attacker.cookies.get(COOKIE) ?? '';
    for (const cookie of [planted, 'of-my-own-making.c2lnbmF0dXJl']) {
      victim.cookies.set(COOKIE, cookie);
      await victim.logIn(email);
      expect(victim.cookies.get(COOKIE)).not.toBe(cookie);
    }
    const before = victim.cookies.get(COOKIE);
    await victim.logIn(email);
    expect(victim.cookies.get(COOKIE)).not.toBe(before);
    const thief = openBrowser(world);
    thief.cookies.set(COOKIE, 'of-my-own-making.c2lnbmF0dXJl');
    expect(await status(thief)).toBe(401);
  });

  it('is nobody’s after the log-out, and lives on elsewhere', async () => {
    const { here, elsewhere } = await loggedIn();
    const thief = thiefOf(here);
    expect(await status(thief)).toBe(200);
    expect((await here.ask('POST', '/api/auth/sign-out', {})).status).toBe(200);
    expect([await status(here), await status(thief), await status(elsewhere)]).toEqual([401, 401, 200]);
  });

  it('ends everywhere, or everywhere else, when that is asked for', async () => {
    const one = await loggedIn();
    expect((await one.here.ask('POST', '/api/auth/revoke-other-sessions', {})).status).toBe(200);
    expect([await status(one.here), await status(one.elsewhere)]).toEqual([200, 401]);
    const other = await loggedIn();
    const thief = thiefOf(other.here);
    expect((await other.here.ask('POST', '/api/auth/revoke-sessions', {})).status).toBe(200);
    expect([await status(other.here), await status(other.elsewhere), await status(thief)]).toEqual([401, 401, 401]);
  });

  it('is a new one after a new password, and no other is left', async () => {
    const { here, elsewhere } = await loggedIn();
    const thief = thiefOf(here);
    const change = { currentPassword: goodPassword, newPassword: 'another password' };
    expect((await here.ask('POST', '/api/auth/change-password', change)).status).toBe(200);
    expect([await status(here), await status(elsewhere), await status(thief)]).toEqual([200, 401, 401]);
  });

  it('ends when the person gets another role, or runs the service from now on', async () => {
    const { userId, email, here, elsewhere } = await loggedIn();
    const { token } = await hire(world, shop.tenantId, 'owner');
    const change = (role: string) => call(world, token, 'PATCH', `/team/${userId}`, { body: { role } });
    expect((await change('manager')).status).toBe(200);
    expect(await status(here)).toBe(200);
    expect((await change('admin')).status).toBe(200);
    expect([await status(here), await status(elsewhere)]).toEqual([401, 401]);
    await here.logIn(email);
    expect(await status(here)).toBe(200);
    await asOwner(world.database, (owner) =>
      owner.query('update users set is_system_admin = true where id = $1', [userId]),
    );
    expect(await status(here)).toBe(401);
  });

  it('does not end when somebody is invited again elsewhere', async () => {
    const { here, email } = await loggedIn();
    const other = await buildShop(world);
    const { token } = await hire(world, other.tenantId, 'owner');
    for (const role of ['viewer', 'admin']) {
      const body = { email, name: 'Sam', role };
      expect((await call(world, token, 'POST', '/team/invitations', { body })).status).toBe(201);
    }
    expect(await status(here)).toBe(200);
  });

  it('is of use for no tenant that the person has left, from the next request on', async () => {
    const { userId, here } = await loggedIn();
    const { token } = await hire(world, shop.tenantId, 'owner');
    const tenant = { 'x-frontdesk-tenant': shop.slug };
    const reads = async () => (await here.ask('GET', '/api/v1/conversations', undefined, tenant)).status;
    expect(await reads()).toBe(200);
    expect((await call(world, token, 'POST', `/team/${userId}/disable`)).status).toBe(200);
    expect(await reads()).toBe(404);
    expect((await call(world, token, 'POST', `/team/${userId}/enable`)).status).toBe(200);
    expect(await reads()).toBe(200);
    expect((await call(world, token, 'DELETE', `/team/${userId}`)).status).toBe(200);
    expect(await reads()).toBe(404);
  });

  it('of a system admin opens no tenant any more when that is taken away', async () => {
    const admin = await hireSystemAdmin(world, shop.tenantId);
    expect((await call(world, admin.token, 'GET', '/tenants')).status).toBe(200);
    await asOwner(world.database, (owner) =>
      owner.query('update users set is_system_admin = false where id = $1', [admin.userId]),
    );
    expect([403, 404]).toContain((await call(world, admin.token, 'GET', '/tenants')).status);
  });
});

describe('a log-out', { timeout: 60_000 }, () => {
  it.each(['sign-out', 'revoke-sessions'])('by %s also forgets links to desks that were opened here', async (path) => {
    const { here } = await loggedIn();
    await here.ask('GET', `/desk/${shop.slug}/login?token=${shop.managerToken}`);
    expect(here.cookies.has(`frontdesk_desk_${shop.slug}`)).toBe(true);
    const tenant = { 'x-frontdesk-tenant': shop.slug };
    expect((await here.ask('GET', '/api/v1/conversations', undefined, tenant)).status).toBe(200);
    await here.ask('POST', `/api/auth/${path}`, {});
    expect([...here.cookies.keys()]).toEqual([]);
    expect((await here.ask('GET', '/api/v1/conversations', undefined, tenant)).status).toBe(401);
  });
});
