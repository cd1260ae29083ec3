import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/id.ts';
import { userIdFor } from '../../src/tenancy/as-system.ts';
import { enrolled, openBrowser } from '../support/browser.ts';
import { startIdentityProvider, troubles } from '../support/identity-provider.ts';
import { asOwner } from '../support/database.ts';
import { call } from '../support/people.ts';
import { useWorld } from '../support/world.ts';

const provider = await startIdentityProvider();
const world = useWorld({
  workers: false,
  env: {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_NAME: 'Acme',
  },
});
afterAll(() => provider.close());

const Begun = z.object({ url: z.string() });
let count = 0;

/** Goes to the provider and comes back, as `claims` say. Gives where that ended, and whether the person is in. */
async function goThrough(
  claims: { sub: string; email: string; email_verified?: boolean },
  browser = openBrowser(world),
) {
  provider.next = { email_verified: true, ...claims };
  const { url } = Begun.parse((await browser.ask('POST', '/api/auth/sign-in/social', {})).body);
  expect(url).toContain('code_challenge=');
  const atProvider = await fetch(url, { redirect: 'manual' });
  const back = new URL(atProvider.headers.get('location') ?? '');
  const { status, headers } = await browser.ask('GET', back.pathname + back.search);
  expect(status).toBe(302);
  const me = await browser.ask('GET', '/api/v1/me');
  return { location: headers.get('location') ?? '', me, browser };
}

/** Somebody who is known by address only. */
async function known() {
  count += 1;
  const email = `sso${count}@people.example`;
  return { email, sub: `sub-${count}`, userId: await userIdFor(world.deps.orm, { id: newId(), email, name: 'Sol' }) };
}

describe('single sign-on', { timeout: 60_000 }, () => {
  it('is offered by name', async () => {
    expect(await call(world, null, 'GET', '/ways-to-log-in')).toMatchObject({ body: { singleSignOn: 'Acme' } });
  });

  it('lets in whoever is a user already, by an address that the provider has proven', async () => {
    const { email, sub, userId } = await known();
    for (let again = 0; again < 2; again++) {
      const { location, me } = await goThrough({ sub, email: email.toUpperCase() });
      expect(location).toBe('/login');
      expect(me).toMatchObject({ status: 200, body: { userId } });
    }
    const { rows } = await world.deps.logInPool.query(
      'select access_token, refresh_token, id_token, password from auth_accounts where user_id = $1',
      [userId],
    );
    expect(rows).toEqual([{ access_token: null, refresh_token: null, id_token: null, password: null }]);
  });

  it('makes nobody', async () => {
    const before = await world.deps.logInPool.query('select id from users');
    const { location, me } = await goThrough({ sub: 'stranger', email: 'stranger@elsewhere.example' });
    expect(location).toMatch(/\/login\?error=/);
    expect(me.status).toBe(401);
    expect((await world.deps.logInPool.query('select id from users')).rowCount).toBe(before.rowCount);
  });

  it('believes no address that is not proven', async () => {
    const { email, sub } = await known();
    const { location, me } = await goThrough({ sub, email, email_verified: false });
    expect(location).toMatch(/\/login\?error=/);
    expect(me.status).toBe(401);
  });

  it('takes the account from whoever set a password for an address that was not his', async () => {
    const { email, userId } = await enrolled(world, { isAddressProven: false });
    const thief = openBrowser(world);
    await thief.logIn(email);
    const { me } = await goThrough({ sub: `owner-of-${email}`, email });
    expect(me).toMatchObject({ status: 200, body: { userId } });
    expect((await thief.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await thief.logIn(email)).status).toBe(401);
  });

  it('leaves a password that belongs to a proven address', async () => {
    const { email } = await enrolled(world);
    expect((await goThrough({ sub: `owner-of-${email}`, email })).me.status).toBe(200);
    expect((await openBrowser(world).logIn(email)).status).toBe(200);
  });

  it('lets nobody in who was disabled', async () => {
    const { email, sub, userId } = await known();
    await goThrough({ sub, email });
    await asOwner(world.database, (client) =>
      client.query('update users set disabled_at = now() where id = $1', [userId]),
    );
    const { location, me } = await goThrough({ sub, email });
    expect(location).toMatch(/\/login\?error=person_disabled/i);
    expect(me.status).toBe(401);
  });

  it.each(troubles)('refuses a token that is wrong: %s', async (trouble) => {
    const { email, sub } = await known();
    provider.trouble = trouble;
    const { location, me } = await goThrough({ sub, email });
    provider.trouble = null;
    expect(location).toMatch(/\/login\?error=/);
    expect(me.status).toBe(401);
    expect((await goThrough({ sub, email })).me.status).toBe(200);
  });

  it('tells nobody who is known here: whoever may not come in is answered alike', async () => {
    const { email, sub } = await known();
    const unproven = await goThrough({ sub, email, email_verified: false });
    const unknown = await goThrough({ sub: 'nobody', email: 'nobody@elsewhere.example', email_verified: false });
    const stranger = await goThrough({ sub: 'nobody', email: 'nobody@elsewhere.example' });
    const [first, ...others] = [unproven, unknown, stranger].map(({ location }) => location);
    expect(first).toBe('/login?error=nobody_here');
    expect(others).toEqual([first, first]);
  });

  it('leads nowhere but back to our own page', async () => {
    const { email, sub } = await known();
    const browser = openBrowser(world);
    for (const field of ['callbackURL', 'errorCallbackURL', 'newUserCallbackURL', 'redirect', 'provider']) {
      const body = { [field]: 'https://evil.example' };
      expect((await browser.ask('POST', '/api/auth/sign-in/social', body)).status, field).toBe(422);
    }
    provider.next = { sub, email, email_verified: true };
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    const { url } = Begun.parse((await browser.ask('POST', '/api/auth/sign-in/social', {}, evil)).body);
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${world.url}/api/auth/callback/oidc`);
    const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
    const asked = `${back.pathname}${back.search}&callbackURL=https://evil.example&redirectTo=//evil.example`;
    expect((await browser.ask('GET', asked, undefined, evil)).headers.get('location')).toBe('/login');
    for (const search of [
      '?error=access_denied&state=x',
      '?error=https://evil.example',
      '?code=x&state=//evil.example',
      '',
    ]) {
      const { headers } = await openBrowser(world).ask('GET', `/api/auth/callback/oidc${search}`);
      expect(headers.get('location'), search).toBe('/login?error=nobody_here');
    }
  });

  it('that another browser has begun is not ended here', async () => {
    const { email, sub } = await known();
    provider.next = { sub, email, email_verified: true };
    const { url } = Begun.parse((await openBrowser(world).ask('POST', '/api/auth/sign-in/social', {})).body);
    const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
    const victim = openBrowser(world);
    const { headers } = await victim.ask('GET', back.pathname + back.search);
    expect(headers.get('location')).toMatch(/\/login\?error=/);
    expect((await victim.ask('GET', '/api/v1/me')).status).toBe(401);
  });
});
