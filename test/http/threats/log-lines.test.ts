import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../../../src/logger.ts';
import { enrolled, goodPassword, openBrowser } from '../../support/browser.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, secretOf, type Person } from '../../support/people.ts';
import { buildShop, postTelegram, telegramUpdate, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

/** The log is for those who run the service: nobody else writes into it, and nobody's secrets or words stand in it. */
const lines: string[] = [];
const world = useWorld({ onLog: (line) => lines.push(line) });
let shop: Shop;
let owner: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  owner = await hire(world, shop.tenantId, 'owner');
});

const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\r\n{"level":60,"msg":"forged"}\u2028\u0085';
const LONGEST = 20_000;
const Line = z.looseObject({ level: z.number(), time: z.string(), msg: z.string() });

/** Each is one line of JSON, short, with no control character in it. */
function expectPlain(all: readonly string[]): void {
  for (const line of all) {
    expect(line.endsWith('\n')).toBe(true);
    // oxlint-disable-next-line no-control-regex
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f\u0085\u2028]/);
    expect(line.length, line.slice(0, 300)).toBeLessThan(LONGEST);
    expect(Line.parse(JSON.parse(line)).msg).not.toContain('forged');
  }
}

/** As it stands, for headers and paths that fetch would not send. */
async function sendRaw(path: string, headers: [string, string][]): Promise<void> {
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  const head = [...headers, ['connection', 'close']].map(([name, value]) => `${name}: ${value}`);
  socket.end([`GET ${path} HTTP/1.1`, ...head, '', ''].join('\r\n'));
  await once(socket.resume(), 'close');
}

describe('the log', { timeout: 60_000 }, () => {
  it('has one line for each event, whatever is written into paths, headers and bodies', async () => {
    const before = lines.length;
    const written = encodeURIComponent(ESCAPES);
    for (const path of [
      `/api/v1/faqs/${written}`,
      `/${written}`,
      `/api/v1/faqs?q=${written}`,
      `/desk/${written}/login`,
    ]) {
      await sendRaw(path, [
        ['host', 'x'],
        ...['user-agent', 'x-request-id', 'referer', 'x-forwarded-for', 'content-type', 'authorization'].map(
          (name): [string, string] => [name, 'Bearer \u0080\u009b31mred {"msg":"forged"}'],
        ),
      ]);
    }
    for (const body of [{ question: ESCAPES }, { [ESCAPES]: 1 }, { question: 'x'.repeat(200_000), answer: 1 }]) {
      expect((await call(world, owner.token, 'POST', '/faqs', { body })).status).toBe(422);
    }
    await call(world, owner.token, 'GET', '/faqs', { headers: { 'x-frontdesk-tenant': 'x'.repeat(5_000) } });
    await openBrowser(world).logIn('a@people.example', ESCAPES);
    await openBrowser(world).ask('POST', '/api/auth/request-password-reset', { email: 'forged@people.example' });
    await writes(world, shop, 51, ESCAPES);
    await writes(world, shop, 51, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('51').at(-1)).toContain('7am'));
    // A genuine sender, and nothing that we understand.
    expect((await postTelegram(world, shop, { [ESCAPES]: 'forged', update_id: ESCAPES })).status).toBe(200);
    world.platform.answer = ({ path }, response) => {
      if (!path.endsWith('/sendMessage')) return undefined;
      response.statusCode = 400;
      response.end(JSON.stringify({ ok: false, error_code: 400, description: `${ESCAPES} ${'x'.repeat(100_000)}` }));
      return true;
    };
    await writes(world, shop, 52, 'What are your opening hours?');
    await until(() => expect(lines.slice(before).join()).toMatch(/"msg":"(outbox|message|delivery|send)[^"]*"/));
    world.platform.answer = undefined;
    expect(lines.length - before).toBeGreaterThan(10);
    expectPlain(lines.slice(before));
  });

  it('says of a fault of ours what broke, and nothing of what was sent', async () => {
    const before = lines.length;
    await asOwner(world.database, (client) =>
      client.query(`alter table faqs add constraint broken check (answer not like 'canary%') not valid`),
    );
    const body = { question: 'canary question', answer: 'canary answer', keywords: ['canary keyword'] };
    const reply = await call(world, owner.token, 'POST', '/faqs', { body });
    await asOwner(world.database, (client) => client.query('alter table faqs drop constraint broken'));
    expect(reply).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(reply.body)).not.toMatch(/canary|constraint|insert/i);
    const said = lines.slice(before);
    expect(said.join('')).toMatch(/http\.failed/);
    expect(said.join('')).toMatch(/broken/);
    expect(said.join('')).not.toMatch(/canary/);
    expectPlain(said);
  });

  it('has no key, password, cookie, code or link of anybody in it', async () => {
    const before = lines.length;
    const { email } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    const { key } = await cutKey(world, shop.tenantId);
    await call(world, key, 'GET', '/faqs');
    await call(world, `${key}x`, 'GET', '/faqs');
    await call(world, key, 'POST', '/faqs', { body: { question: 1 } });
    const newKey = await call(world, owner.token, 'POST', '/api-keys', { body: { name: 'n', scopes: ['faqs:read'] } });
    const invited = await call(world, owner.token, 'POST', '/team/invitations', {
      body: { email: 'new@people.example', name: 'Nia', role: 'viewer' },
    });
    const bot = { botToken: '777:canarybottoken', secretToken: 'canary-secret-token-777' };
    await call(world, owner.token, 'POST', '/channels', { body: { kind: 'telegram', name: 'Bot', config: bot } });
    await call(world, owner.token, 'POST', '/channels', { body: { kind: 'telegram', name: '', config: bot } });
    await fetch(`${world.url}/desk/${shop.slug}/login?token=${shop.managerToken}`, { redirect: 'manual' });
    await fetch(`${world.url}/desk/nobody/login?token=${shop.managerToken}`);
    await browser.ask('POST', '/api/auth/two-factor/enable', { password: goodPassword });
    await browser.ask('POST', '/api/auth/change-password', { currentPassword: 'x', newPassword: 'canary password' });
    await postTelegram(world, shop, telegramUpdate(53, 'hello'), 'canary-wrong-secret');
    const Made = z.object({ key: z.string() });
    const Invited = z.object({ link: z.string() });
    const secrets = [
      secretOf(key),
      secretOf(Made.parse(newKey.body).key),
      Invited.parse(invited.body).link.split('#')[1] ?? '',
      ...browser.cookies.values(),
      ...Object.values(bot),
      shop.managerToken,
      owner.token,
      goodPassword,
      'canary',
      shop.telegram.secretToken,
    ];
    const all = lines.slice(before).join('');
    expect(all.length).toBeGreaterThan(100);
    for (const secret of secrets) expect(all).not.toContain(secret);
    expectPlain(lines.slice(before));
  });
});

describe('the logger', () => {
  it('keeps secrets to itself that somebody puts into a line by mistake, at whatever depth', () => {
    const said: string[] = [];
    const log = createLogger('info', { write: (line) => said.push(line) });
    const secret = {
      token: 'canary',
      password: 'canary',
      secret: 'canary',
      apiKey: 'canary',
      authorization: 'canary',
      cookie: 'canary',
      botToken: 'canary',
      accessToken: 'canary',
      secretToken: 'canary',
      config: { x: 'canary' },
      headers: { x: 'canary' },
    };
    log.info({ ...secret }, 'top');
    log.info({ a: secret }, 'one down');
    log.info({ a: { b: secret } }, 'two down');
    log.info({ a: { b: { c: [secret] } } }, 'in a list');
    log.info({ err: Object.assign(new Error('broke'), { response: secret }) }, 'in an error');
    expect(said).toHaveLength(5);
    expect(said.join('')).not.toContain('canary');
    expectPlain(said);
  });

  it('cuts what is too long', () => {
    const said: string[] = [];
    const log = createLogger('info', { write: (line) => said.push(line) });
    log.info({ a: 'x'.repeat(1_000_000), err: new Error('y'.repeat(1_000_000)) }, 'z'.repeat(1_000_000));
    expectPlain(said);
  });
});
