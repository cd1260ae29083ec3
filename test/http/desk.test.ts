import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueManagerToken } from '../../src/auth/manager-token.ts';
import { Membership } from '../../src/entities/membership.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asManager, buildShop, conversationOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { startWorld, until, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const open = (path: string) => fetch(`${world.url}/desk/${path}`, { redirect: 'manual' });

describe('the link to the desk', () => {
  it('becomes a cookie out of reach for scripts and other sites, good for that tenant only', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    const response = await open(`${shop.slug}/login?token=${shop.managerToken}`);
    expect([response.status, response.headers.get('location')]).toEqual([302, `/desk/${shop.slug}`]);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/httponly/i);
    expect(cookie).toMatch(/samesite=strict/i);

    const asks = (headers: Record<string, string>) => fetch(`${world.url}/api/v1/conversations`, { headers });
    const [sent = ''] = cookie.split(';');
    expect((await asks({ cookie: sent, 'x-frontdesk-tenant': shop.slug })).status).toBe(200);
    // Another site can make the browser send the cookie, but not the header.
    expect((await asks({ cookie: sent })).status).toBe(401);
    expect((await asks({ cookie: sent, 'x-frontdesk-tenant': other.slug })).status).toBe(401);
    expect((await asks({ 'x-frontdesk-tenant': shop.slug })).status).toBe(401);
  });

  it('lasts as long as it was made for', async () => {
    const shop = await buildShop(world);
    const { keys } = world.deps;
    const maxAgeOf = async (hours: number) => {
      const token = await issueManagerToken(keys, { tenantId: shop.tenantId, userId: shop.managerId }, hours);
      const cookie = (await open(`${shop.slug}/login?token=${token}`)).headers.get('set-cookie') ?? '';
      const expires = Date.parse(/expires=([^;]+)/i.exec(cookie)?.[1] ?? '');
      return Math.round((expires - Date.now()) / 3_600_000);
    };
    expect([await maxAgeOf(1), await maxAgeOf(100)]).toEqual([1, 100]);
  });

  it('is refused for another tenant, a wrong token, and a tenant that cannot be', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    for (const path of [
      `${other.slug}/login?token=${shop.managerToken}`,
      `${shop.slug}/login?token=x`,
      `${shop.slug}/login`,
      `nobody/login?token=${shop.managerToken}`,
      `%00/login?token=${shop.managerToken}`,
    ]) {
      expect((await open(path)).status, path).toBe(401);
    }
  });

  it('is asked for by the command that prints one, wherever it is missing', async () => {
    const shop = await buildShop(world);
    const say = async (response: Promise<Response>) => JSON.stringify(await (await response).json());
    const command = `npm run frontdesk -- desk ${shop.slug} --email`;
    expect(await say(open(`${shop.slug}/login?token=x`))).toContain(command);
    expect(await say(open('nobody/login?token=x'))).toContain('npm run frontdesk -- desk nobody --email');
    expect(await say(open(`${encodeURIComponent('; rm -rf ~')}/login?token=x`))).not.toContain('rm -rf');
    const conversations = `${world.url}/api/v1/conversations`;
    const forged = { authorization: 'Bearer x', 'x-frontdesk-tenant': shop.slug };
    expect(await say(fetch(conversations, { headers: forged }))).toContain(command);
    const nonsense = { ...forged, 'x-frontdesk-tenant': '; rm -rf /' };
    expect(await say(fetch(conversations, { headers: nonsense }))).not.toContain('rm -rf');
    expect((await fetch(conversations, { headers: { 'x-frontdesk-tenant': shop.slug } })).status).toBe(401);
  });

  it('ends with the membership', async () => {
    const shop = await buildShop(world);
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(Membership, { tenantId: shop.tenantId }, { status: 'disabled' }),
    );
    expect((await asManager(world, shop, '/conversations')).status).toBe(404);
  });
});

describe('the files of the page', () => {
  it('are ours alone, may run no other script, and are all there', async () => {
    const page = await fetch(`${world.url}/desk/any`);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'; .*frame-ancestors 'none'/);
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|\son\w+=|style=/);
    const seen = new Set([...html.matchAll(/\/assets\/([\w.-]+)/g)].map(([, file = '']) => file));
    for (const file of seen) {
      const response = await fetch(`${world.url}/assets/${file}`);
      expect([file, response.status]).toEqual([file, 200]);
      const text = await response.text();
      expect(text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\beval\b/);
      for (const [, other = ''] of text.matchAll(/from '\.\/([\w.-]+)'/g)) seen.add(other);
    }
    expect([...seen].filter((file) => file.startsWith('desk')).length).toBeGreaterThan(1);
    for (const file of ['desk.html', '..%2Fpackage.json', 'no.js']) {
      expect((await fetch(`${world.url}/assets/${file}`)).status, file).toBe(404);
    }
  });
});

describe('the bare address', () => {
  it('says that it works and where to go, and gives nobody’s link away', async () => {
    const response = await fetch(world.url);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toMatch(/Frontdesk is running/);
    expect(text).not.toMatch(/token=/);
    expect((await fetch(`${world.url}/favicon.ico`)).status).toBe(204);
  });
});

describe('what a manager writes', () => {
  const conversation = async (shop: Shop, chat: number) => {
    await writes(world, shop, chat, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
    return (await conversationOf(world, shop, chat)).id;
  };

  it('loses NUL and lone surrogates, and nothing else', async () => {
    const shop = await buildShop(world);
    const id = await conversation(shop, 81);
    const text = 'a\u0000b \ud800 👋🏽';
    expect((await asManager(world, shop, `/conversations/${id}/replies`, { text })).status).toBe(201);
    await until(() => expect(world.platform.textsTo('81').at(-1)).toBe('a\ufffdb \ufffd 👋🏽'));
    expect((await messagesOf(world, shop, id)).at(-1)?.content).toBe('a\ufffdb \ufffd 👋🏽');
  });

  it.each([
    [82, 'not JSON', '{"text":', 400],
    [83, 'empty', JSON.stringify({ text: ' ' }), 422],
    [84, 'too long', JSON.stringify({ text: 'x'.repeat(20_001) }), 422],
    [85, 'over the limit', JSON.stringify({ text: 'x'.repeat(300_000) }), 413],
    [86, 'a list', '[]', 422],
    [87, 'not there', '', 422],
  ])('is refused when it is (%i) %s', async (chat, _name, body, status) => {
    const shop = await buildShop(world);
    const id = await conversation(shop, chat);
    const response = await fetch(`${world.url}/api/v1/conversations/${id}/replies`, {
      method: 'POST',
      headers: { authorization: `Bearer ${shop.managerToken}`, 'content-type': 'application/json' },
      body,
    });
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ code: expect.any(String), detail: expect.any(String) }),
    ]);
    expect(await messagesOf(world, shop, id)).toHaveLength(2);
  });
});
