import { describe, expect, it, vi } from 'vitest';
import { findFirstAdmin } from '../../src/auth/accounts.ts';
import { issueJoinLink } from '../../src/auth/join-link.ts';
import { passwordUrl } from '../../src/auth/invite.ts';
import { manageUser } from '../../src/cli/user.ts';
import { welcome } from '../../src/welcome.ts';
import { enrolled, goodPassword, openBrowser } from '../support/browser.ts';
import { call } from '../support/people.ts';
import { buildShop } from '../support/tenants.ts';
import { startWorld, useWorld, type World } from '../support/world.ts';

const world = useWorld({ workers: false });

/** What is printed at the start. */
async function printed({ deps }: World): Promise<string> {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  await welcome(deps);
  const said = log.mock.calls.flat().join('\n');
  log.mockRestore();
  return said;
}

const tokenIn = (said: string) => /\/join#(\S+)/.exec(said)?.[1] ?? '';
const accept = (token: string, body: unknown, own: World = world) =>
  call(own, null, 'POST', `/invitations/${token}/accept`, { body });
const isSystemAdmin = async (email: string, password: string, own: World = world) => {
  const browser = openBrowser(own);
  expect((await browser.logIn(email, password)).status).toBe(200);
  expect(await browser.ask('GET', '/api/v1/me')).toMatchObject({ body: { tenants: [] } });
  const { rows } = await own.deps.logInPool.query('select is_system_admin from users where email = $1', [email]);
  return rows;
};

describe('the first start', { timeout: 120_000 }, () => {
  it('prints a link with which one person, once, becomes the first system admin', async () => {
    const own = await startWorld({ workers: false });
    try {
      const token = tokenIn(await printed(own));
      expect(await call(own, null, 'GET', `/invitations/${token}`)).toMatchObject({
        status: 200,
        body: { tenant: null, email: null, needs: 'address' },
      });
      expect((await accept(token, { password: goodPassword }, own)).status).toBe(403);
      const { managerId } = await buildShop(own);
      const { rows } = await own.deps.logInPool.query<{ email: string }>('select email from users where id = $1', [
        managerId,
      ]);
      const taken = { email: rows[0]?.email, name: 'Root', password: goodPassword };
      expect((await accept(token, taken, own)).status).toBe(409);
      const people = ['ada@people.example', 'eve@people.example'].map((email) => ({ email, name: 'Ada' }));
      const replies = await Promise.all(people.map((one) => accept(token, { ...one, password: goodPassword }, own)));
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 404]));
      const [first] = people.filter((_, n) => replies[n]?.status === 200);
      expect(await isSystemAdmin(first?.email ?? '', goodPassword, own)).toEqual([{ is_system_admin: true }]);
      expect(await printed(own)).not.toContain('/join#');
      expect((await accept(token, { ...people[0], password: goodPassword }, own)).status).toBe(404);
    } finally {
      await own.close();
    }
  });

  it('is over as soon as anybody has a password, also for a link that was printed before', async () => {
    const userId = (await findFirstAdmin(world.deps.logInPool)) ?? '';
    expect(userId).not.toBe('');
    const token = await issueJoinLink(world.deps.keys, { userId, tenantId: null, by: 'first', mark: '' });
    await enrolled(world);
    const body = { email: 'eve@people.example', name: 'Eve', password: goodPassword };
    expect((await accept(token, body)).status).toBe(404);
    expect(await printed(world)).toMatch(/log in on .*\/login/);
  });
});

describe('frontdesk user', { timeout: 120_000 }, () => {
  const manage = (email: string, options: Parameters<typeof manageUser>[3], ownerUrl?: string | null) =>
    manageUser(world.deps, ownerUrl === undefined ? world.database.ownerUrl : ownerUrl, email, options);

  it('makes a person of a tenant, who sets a password by the link, once', async () => {
    const shop = await buildShop(world);
    const said = await manage('olga@people.example', { tenant: shop.slug, role: 'owner', name: 'Olga' });
    const token = tokenIn(said);
    const reply = await accept(token, { password: goodPassword });
    expect(reply).toMatchObject({ status: 200, body: { tenantSlug: shop.slug } });
    expect((await accept(token, { password: 'another password' })).status).toBe(404);
    const browser = openBrowser(world);
    await browser.logIn('olga@people.example');
    expect(await browser.ask('GET', '/api/v1/me')).toMatchObject({
      body: { tenants: [{ slug: shop.slug, role: 'owner' }] },
    });
    // Of two links that were made for one state, one is used.
    const links = [await manage('olga@people.example', { role: 'manager' }), said];
    expect((await accept(tokenIn(links[0] ?? ''), { password: 'a third password' })).status).toBe(200);
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await browser.logIn('olga@people.example', 'a third password')).status).toBe(200);
  });

  it('makes system admins, with the owner of the tables only', async () => {
    await expect(manage('root@people.example', { systemAdmin: true, role: 'manager' }, null)).rejects.toThrow(
      /DATABASE_URL/,
    );
    const said = await manage('root@people.example', { systemAdmin: true, role: 'manager' });
    expect((await accept(tokenIn(said), { password: goodPassword, name: 'Root' })).status).toBe(200);
    expect(await isSystemAdmin('root@people.example', goodPassword)).toEqual([{ is_system_admin: true }]);
  });

  it('leaves nothing of an account that somebody may have made in the name of a new system admin', async () => {
    const { email } = await enrolled(world, { isAddressProven: false });
    const thief = openBrowser(world);
    await thief.logIn(email);
    await manage(email, { systemAdmin: true, role: 'manager' });
    expect((await thief.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await thief.logIn(email)).status).toBe(401);
  });

  it('shuts a person out, and lets the person in again', async () => {
    const { email, userId } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    await manage(email, { disable: true, role: 'manager' });
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
    const url = await passwordUrl(world.deps, world.deps.logInPool, { userId, tenantId: null });
    expect((await accept(tokenIn(url), { password: goodPassword })).status).toBe(404);
    await manage(email, { enable: true, role: 'manager' });
    expect((await browser.logIn(email)).status).toBe(200);
  });

  it('refuses a tenant that there is not', async () => {
    await expect(manage('x@people.example', { tenant: 'nobody', role: 'owner' })).rejects.toThrow(/no tenant 'nobody'/);
  });
});
