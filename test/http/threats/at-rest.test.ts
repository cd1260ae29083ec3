import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InboundEventRow } from '../../../src/entities/inbound-event.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { addTarget } from '../../../src/tenancy/provision.ts';
import { openMailServer } from '../../handover/mail-server.ts';
import { enrolled, goodPassword, openBrowser } from '../../support/browser.ts';
import { asOwner } from '../../support/database.ts';
import { call, hire, secretOf, type Person } from '../../support/people.ts';
import { buildShop, postTelegram, telegramUpdate, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

/** A copy of the database alone opens nothing: no key, link, cookie, password or secret of a channel stands in it. */
const mailServer = await openMailServer();
const world = useWorld({ workers: false, env: { SMTP_URL: mailServer.smtp.url } });
afterAll(() => mailServer.close());
let shop: Shop;
let owner: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  owner = await hire(world, shop.tenantId, 'owner');
});

/** All that a backup holds, as text; bytes as they are and as hexadecimal digits. */
const copyOfAll = () =>
  asOwner(world.database, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const all: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
      all.push(...rows.map(({ row }) => row));
    }
    return all.join('\n');
  });

const hex = (text: string) => Buffer.from(text).toString('hex');

describe('a copy of the database', { timeout: 60_000 }, () => {
  it('has nothing in it with which somebody could get in', async () => {
    const { email } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    const cookies = [...browser.cookies.values()].map(decodeURIComponent);
    const two = await browser.ask('POST', '/api/auth/two-factor/enable', { password: goodPassword });
    const { totpURI, backupCodes } = z
      .object({ totpURI: z.string(), backupCodes: z.array(z.string()).min(5) })
      .parse(two.body);
    await browser.ask('POST', '/api/auth/request-password-reset', { email });
    const reset = await until(() => {
      const mail = mailServer.mails.findLast(({ to }) => to.includes(email));
      const [, found] = /#reset=(\S+)/.exec(mail?.body ?? '') ?? [];
      expect(found).toBeDefined();
      return found ?? '';
    });
    const headers = { 'idempotency-key': 'kept' };
    const made = await call(world, owner.token, 'POST', '/api-keys', {
      body: { name: 'n', scopes: ['faqs:read'] },
      headers,
    });
    const { key } = z.object({ key: z.string() }).parse(made.body);
    const invited = await call(world, owner.token, 'POST', '/team/invitations', {
      body: { email: 'new@people.example', name: 'Nia', role: 'viewer' },
      headers: { 'idempotency-key': 'kept-too' },
    });
    const { link } = z.object({ link: z.string() }).parse(invited.body);
    const bot = { botToken: '778:canarybottoken', secretToken: 'canary-secret-token-778' };
    const connected = await call(world, owner.token, 'POST', '/channels', {
      body: { kind: 'telegram', name: 'Bot', config: bot },
      headers: { 'idempotency-key': 'kept-as-well' },
    });
    expect(connected.status).toBe(201);
    const secret = `whsec_${Buffer.from('canary of a target, 24 b').toString('base64')}`;
    const config = { url: 'https://example.com/hook', secret };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'webhook', name: 'Hook', config });

    const all = await copyOfAll();
    expect(all).toContain(email);
    const secrets = [
      ...cookies,
      ...backupCodes,
      new URL(totpURI).searchParams.get('secret') ?? '',
      reset,
      secretOf(key),
      link.split('#')[1] ?? '',
      ...Object.values(bot),
      secret,
      goodPassword,
      owner.token,
    ];
    for (const one of secrets) {
      expect(one.length, one).toBeGreaterThan(5);
      expect(all).not.toContain(one);
      expect(all).not.toContain(hex(one));
    }
  });

  it('has sessions in it whose cookies nobody can make without the key', async () => {
    const { email, userId } = await enrolled(world);
    await openBrowser(world).logIn(email);
    const { rows } = await world.deps.logInPool.query<{ token: string }>(
      'select token from auth_sessions where user_id = $1',
      [userId],
    );
    const token = rows[0]?.token ?? '';
    expect(token).toMatch(/^\w{20,}$/);
    for (const cookie of [token, `${token}.`, `${token}.${'A'.repeat(43)}=`, `${token}.${hex(token)}`]) {
      const thief = openBrowser(world);
      thief.cookies.set('frontdesk.session_token', encodeURIComponent(cookie));
      expect((await thief.ask('GET', '/api/v1/me')).status).toBe(401);
    }
  });
});

it('a sealed secret that somebody has moved into another row, or another tenant, opens nothing there', async () => {
  const thief = await buildShop(world);
  await asOwner(world.database, (client) =>
    client.query(
      `update channels set config_sealed = (select config_sealed from channels where id = $1) where id = $2`,
      [shop.telegram.channelId, thief.telegram.channelId],
    ),
  );
  const channels = await world.deps.channelsOf(thief.tenantId, { anew: true });
  expect(channels.get(thief.telegram.channelId)).toMatchObject({ isActive: false, config: null });
  // Whoever knows the moved secret cannot speak by it either.
  const response = await postTelegram(world, thief, telegramUpdate(1, 'hello'), shop.telegram.secretToken);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await eventsOf(thief)).toBe(0);
  expect((await postTelegram(world, shop, telegramUpdate(1, 'hello'))).status).toBe(200);
});

const eventsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.count(InboundEventRow, { tenantId }));
