import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogIn } from '../../src/auth/log-in.ts';
import { addManager } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { openMailServer } from '../handover/mail-server.ts';
import { forge } from '../support/forge.ts';
import { enrolled, goodPassword, openBrowser } from '../support/browser.ts';
import { asOwner } from '../support/database.ts';
import { hire } from '../support/people.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const mailServer = await openMailServer();
const world = useWorld({ workers: false, env: { SMTP_URL: mailServer.smtp.url } });
afterAll(() => mailServer.close());
let shop: Shop;
beforeAll(async () => {
  shop = await buildShop(world);
});

/** An owner of the shop who has a password, in a browser. */
async function owner() {
  const person = await enrolled(world);
  await addManager(world.deps.orm, shop.tenantId, { ...person, name: 'Olga', role: 'owner' });
  return { ...person, browser: openBrowser(world) };
}

describe('a person', { timeout: 60_000 }, () => {
  it('logs in with address and password, is known by a cookie that no script reads, and logs out', async () => {
    const { email, userId, browser } = await owner();
    expect(await browser.ask('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await browser.logIn(email.toUpperCase())).toMatchObject({ status: 200, body: { ok: true } });
    const [cookie = ''] = browser.setCookies;
    expect(cookie).toMatch(/^frontdesk\.session_token=/);
    for (const flag of [/; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i]) expect(cookie).toMatch(flag);
    expect(cookie).not.toMatch(/; Secure|; Domain/i);
    expect(await browser.ask('GET', '/api/v1/me')).toMatchObject({
      status: 200,
      body: { userId, tenants: [{ slug: shop.slug, role: 'owner' }] },
    });
    const tenant = { 'x-frontdesk-tenant': shop.slug };
    expect((await browser.ask('GET', '/api/v1/api-keys', undefined, tenant)).status).toBe(200);
    const before = new Map(browser.cookies);
    expect(await browser.ask('POST', '/api/auth/sign-out', {})).toMatchObject({ status: 200 });
    expect(browser.cookies.size).toBe(0);
    for (const [name, value] of before) browser.cookies.set(name, value);
    expect(await browser.ask('GET', '/api/v1/me')).toMatchObject({ status: 401 });
  });
});

describe('a session', { timeout: 60_000 }, () => {
  it('is taken by no other site: a cookie that comes with a foreign page is refused', async () => {
    const { email, browser } = await owner();
    await browser.logIn(email);
    const foreign = openBrowser(world, 'https://evil.example');
    for (const [name, value] of browser.cookies) foreign.cookies.set(name, value);
    const tenant = { 'x-frontdesk-tenant': shop.slug };
    const newKey = { name: 'x', scopes: ['faqs:read'] };
    expect((await foreign.ask('POST', '/api/v1/api-keys', newKey, tenant)).status).toBe(403);
    for (const [path, body] of [
      ['sign-out', {}],
      ['change-password', { currentPassword: goodPassword, newPassword: 'another password' }],
      ['two-factor/enable', { password: goodPassword }],
      ['update-user', { name: 'Eve' }],
    ] as const) {
      expect(await foreign.ask('POST', `/api/auth/${path}`, body), path).toMatchObject({
        status: 403,
        body: { code: 'invalid_origin' },
      });
    }
    // A form of another site cannot log somebody in as somebody else either.
    const form = openBrowser(world, 'https://evil.example');
    expect((await form.logIn(email)).status).toBe(403);
    expect((await browser.ask('POST', '/api/v1/api-keys', newKey, tenant)).status).toBe(201);
  });

  it('ends at once when the person is disabled, and there is no new one', async () => {
    const { email, userId, browser } = await owner();
    await browser.logIn(email);
    await asOwner(world.database, (client) =>
      client.query('update users set disabled_at = now() where id = $1', [userId]),
    );
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
    expect(await browser.logIn(email)).toMatchObject({ status: 403, body: { code: 'person_disabled' } });
    const { rows } = await world.deps.logInPool.query('select from auth_sessions where user_id = $1', [userId]);
    expect(rows).toEqual([]);
    await asOwner(world.database, (client) =>
      client.query('update users set disabled_at = null where id = $1', [userId]),
    );
    expect((await browser.logIn(email)).status).toBe(200);
  });

  it('is forged by nobody', async () => {
    const { email, browser } = await owner();
    await browser.logIn(email);
    const name = 'frontdesk.session_token';
    const good = browser.cookies.get(name) ?? '';
    for (const forged of [good.slice(0, -6), forge(good, 5), good.split('.')[0] ?? '', '']) {
      browser.cookies.set(name, forged);
      expect((await browser.ask('GET', '/api/v1/me')).status, forged).toBe(401);
    }
  });

  it('is over after its time', async () => {
    const { email, userId, browser } = await owner();
    await browser.logIn(email);
    await world.deps.logInPool.query(
      `update auth_sessions set expires_at = now() - interval '1 second' where user_id = $1`,
      [userId],
    );
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
  });

  it('ends everywhere else when the password is changed', async () => {
    const { email, browser } = await owner();
    const elsewhere = openBrowser(world);
    await Promise.all([browser.logIn(email), elsewhere.logIn(email)]);
    const change = { currentPassword: 'wrong password', newPassword: 'another password' };
    expect((await browser.ask('POST', '/api/auth/change-password', change)).status).toBe(400);
    const right = { ...change, currentPassword: goodPassword };
    expect((await browser.ask('POST', '/api/auth/change-password', right)).status).toBe(200);
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(200);
    expect((await elsewhere.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await elsewhere.logIn(email)).status).toBe(401);
    expect((await elsewhere.logIn(email, 'another password')).status).toBe(200);
  });
});

describe('what is asked of the login library', { timeout: 60_000 }, () => {
  it('answers alike for a wrong password, for nobody, and for somebody without a password', async () => {
    const { email } = await owner();
    const without = await hire(world, shop.tenantId, 'viewer');
    const { rows } = await world.deps.logInPool.query<{ email: string }>('select email from users where id = $1', [
      without.userId,
    ]);
    const answers = await Promise.all(
      [email, 'nobody@people.example', rows[0]?.email ?? ''].map(async (address) => {
        const { status, body } = await openBrowser(world).logIn(address, 'wrong password');
        return { status, body: { ...z.looseObject({}).parse(body), requestId: '' } };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'invalid_email_or_password' } });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('takes no field that it does not know, and opens no other door of the library', async () => {
    const { email, userId, browser } = await owner();
    await browser.logIn(email);
    for (const [path, body] of [
      ['update-user', { name: 'Olga', isSystemAdmin: true }],
      ['update-user', { name: 'Olga', emailVerified: true }],
      ['update-user', { name: 'Olga', twoFactorEnabled: true }],
      ['update-user', { name: 7 }],
      ['sign-in/email', { email, password: goodPassword, role: 'owner' }],
      ['sign-in/email', { email, password: 'x'.repeat(1_001) }],
      ['sign-in/email', { email: 'x', password: 'y' }],
    ] as const) {
      expect((await browser.ask('POST', `/api/auth/${path}`, body)).status, JSON.stringify(body)).toBe(422);
    }
    for (const path of [
      'sign-up/email',
      'change-email',
      'delete-user',
      'link-social',
      'list-sessions',
      'get-session',
    ]) {
      const body = { email: 'new@people.example', password: goodPassword, name: 'New' };
      expect((await browser.ask('POST', `/api/auth/${path}`, body)).status, path).toBe(404);
    }
    expect((await browser.ask('GET', '/api/auth/get-session')).status).toBe(404);
    expect((await browser.ask('POST', '/api/auth/update-user', { name: 'Olga Two' })).status).toBe(200);
    const { rows } = await world.deps.logInPool.query('select name, is_system_admin from users where id = $1', [
      userId,
    ]);
    expect(rows).toEqual([{ name: 'Olga Two', is_system_admin: false }]);
  });

  it('shows scripts neither the session nor the person', async () => {
    const { email, browser } = await owner();
    expect((await browser.logIn(email)).body).toEqual({ ok: true });
  });
});

describe('a forgotten password', { timeout: 60_000 }, () => {
  it('is replaced by whoever gets the mail, once, and all sessions end', async () => {
    const { email, browser } = await owner();
    await browser.logIn(email);
    const elsewhere = openBrowser(world);
    expect(await elsewhere.ask('POST', '/api/auth/request-password-reset', { email })).toMatchObject({ status: 200 });
    const token = await until(() => {
      const mail = mailServer.mails.findLast(({ to }) => to.includes(email));
      const [, found] = /#reset=(\S+)/.exec(mail?.body ?? '') ?? [];
      expect(found).toBeDefined();
      return found;
    });
    const reset = (newPassword: string) => elsewhere.ask('POST', '/api/auth/reset-password', { token, newPassword });
    expect(await reset('short')).toMatchObject({ status: 400, body: { code: 'password_too_short' } });
    expect((await reset('a new password')).status).toBe(200);
    expect(await reset('a third password')).toMatchObject({ status: 400, body: { code: 'invalid_token' } });
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await elsewhere.logIn(email)).status).toBe(401);
    expect((await elsewhere.logIn(email, 'a new password')).status).toBe(200);
    const { rows } = await world.deps.logInPool.query(
      'select identifier from auth_verifications where strpos(identifier, $1) > 0',
      [token],
    );
    expect(rows).toEqual([]);
  });

  it('that is replaced takes a second factor away that somebody else may have set up', async () => {
    const { email } = await enrolled(world, { isAddressProven: false });
    const thief = openBrowser(world);
    await thief.logIn(email);
    const { body } = await thief.ask('POST', '/api/auth/two-factor/enable', { password: goodPassword });
    expect(body).toMatchObject({ totpURI: expect.any(String) });
    // As if a code had been right.
    const { logInPool } = world.deps;
    await logInPool.query('update auth_two_factors set verified = true');
    await logInPool.query('update users set two_factor_enabled = true where email = $1', [email]);
    await openBrowser(world).ask('POST', '/api/auth/request-password-reset', { email });
    const token = await until(() => {
      const [, found] =
        /#reset=(\S+)/.exec(mailServer.mails.findLast(({ to }) => to.includes(email))?.body ?? '') ?? [];
      expect(found).toBeDefined();
      return found;
    });
    const own = openBrowser(world);
    await own.ask('POST', '/api/auth/reset-password', { token, newPassword: 'a new password' });
    expect((await own.logIn(email, 'a new password')).body).toEqual({ ok: true });
  });

  it('of nobody is answered alike', async () => {
    const { email } = await owner();
    const ask = (address: string) =>
      openBrowser(world).ask('POST', '/api/auth/request-password-reset', { email: address });
    const [known, unknown] = await Promise.all([ask(email), ask('nobody2@people.example')]);
    expect([known.status, known.body]).toEqual([200, { ok: true }]);
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  });
});

describe('over https', { timeout: 60_000 }, () => {
  it('the cookie goes over https only', async () => {
    const { deps } = world;
    const logIn = createLogIn({ ...deps, pool: deps.logInPool, oidc: null, publicUrl: 'https://desk.example' });
    const { email } = await enrolled(world);
    const response = await logIn.handle(
      new Request('https://desk.example/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'https://desk.example' },
        body: JSON.stringify({ email, password: goodPassword }),
      }),
    );
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Secure-frontdesk\.session_token=.*; HttpOnly; .*Secure/i);
  });
});

describe('accounts, sessions and second factors', { timeout: 60_000 }, () => {
  it('are seen by the login library alone', async () => {
    await enrolled(world);
    const tables = ['auth_sessions', 'auth_accounts', 'auth_verifications', 'auth_two_factors'];
    const { orm } = world.deps;
    for (const table of tables) {
      const count = `select count(*)::int as n from ${table}`;
      const seen = await withTenant(orm, shop.tenantId, (em) => em.execute<{ n: number }[]>(count));
      expect(seen, table).toEqual([{ n: 0 }]);
    }
    const accounts = await world.deps.logInPool.query('select from auth_accounts');
    expect(accounts.rowCount).toBeGreaterThan(0);
  });

  it('make nobody a system admin, and let nobody in again: the service may not write that', async () => {
    const { userId } = await enrolled(world);
    const { logInPool } = world.deps;
    for (const sql of [
      'update users set is_system_admin = true where id = $1',
      'update users set disabled_at = null where id = $1',
      `insert into users (id, email, name, is_system_admin) values ($1, 'root@people.example', 'Root', true)`,
    ]) {
      await expect(logInPool.query(sql, [userId]), sql).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('the pages', { timeout: 60_000 }, () => {
  it.each(['/login', '/join'])('%s run nothing but their own script, and are framed by nobody', async (path) => {
    const page = await fetch(world.url + path);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const files = [...(await page.text()).matchAll(/(?:src|href)="(\/assets[^"]+)"/g)].map(([, file = '']) => file);
    expect(files).toHaveLength(2);
    for (const file of files) expect((await fetch(world.url + file)).status, file).toBe(200);
  });
});
