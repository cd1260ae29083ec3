import { beforeAll, describe, expect, it } from 'vitest';
import { enrolled, openBrowser } from '../support/browser.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { addManager } from '../../src/tenancy/provision.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
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

describe('a person', () => {
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
