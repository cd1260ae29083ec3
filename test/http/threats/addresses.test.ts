import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTarget } from '../../../src/tenancy/provision.ts';
import { openMailServer } from '../../handover/mail-server.ts';
import { enrolled, openBrowser } from '../../support/browser.ts';
import { hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, writes, type Shop } from '../../support/tenants.ts';
import { startWorld, until, useWorld } from '../../support/world.ts';

/** What we write down as our own address is the configured one, whatever a request says that it came to. */
const mailServer = await openMailServer();
const world = useWorld({ env: { SMTP_URL: mailServer.smtp.url, TRUSTED_PROXIES: '1' } });
afterAll(() => mailServer.close());
let shop: Shop;
let owner: Person;

beforeAll(async () => {
  shop = await buildShop(world, { handoverMode: 'immediate' });
  owner = await hire(world, shop.tenantId, 'owner');
});

const EVIL = 'evil.example';
/** All ways of saying that the request came to another address than it did. */
const poison: [string, string][] = [
  ['host', EVIL],
  ['x-forwarded-host', EVIL],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-server', EVIL],
  ['x-host', EVIL],
  ['x-original-host', EVIL],
  ['forwarded', `host=${EVIL};proto=https`],
  ['x-frontdesk-ip', '6.6.6.6'],
];

interface Answer {
  status: number;
  text: string;
}

/** As it stands: fetch would not let us lie about the host. */
function send(method: string, path: string, headers: [string, string][], body?: unknown): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const given = [...headers, ...(body === undefined ? [] : [['content-type', 'application/json']])].flat();
  const { hostname, port } = new URL(world.url);
  const request = http.request({ hostname, port, method, path, headers: given }, (response) => {
    let text = JSON.stringify(response.headers);
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  request.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

const as = ({ token }: Person): [string, string][] => [...poison, ['authorization', `Bearer ${token}`]];
/** The newest mail to this person. */
const mailTo = (email: string) =>
  until(() => {
    const mail = mailServer.mails.findLast(({ to }) => to.includes(email));
    expect(mail).toBeDefined();
    return mail?.body ?? '';
  });

describe('our own address', { timeout: 60_000 }, () => {
  it('in invitations is the configured one, in the answer and in the mail', async () => {
    const body = { email: 'nia@people.example', name: 'Nia', role: 'viewer' };
    const { status, text } = await send('POST', '/api/v1/team/invitations', as(owner), body);
    expect(status).toBe(201);
    expect(text).toContain(`${world.url}/join#`);
    const mail = await mailTo(body.email);
    expect(mail).toContain(`${world.url}/join#`);
    expect(text + mail).not.toContain(EVIL);

    const admin = await hireSystemAdmin(world, shop.tenantId);
    const tenant = { slug: 'poisoned', name: 'Poisoned', owner: { email: 'otto@people.example', name: 'Otto' } };
    const made = await send('POST', '/api/v1/tenants', as(admin), tenant);
    expect([made.status, made.text]).toEqual([201, expect.stringContaining(`${world.url}/join#`)]);
    expect(made.text).not.toContain(EVIL);
  });

  it('in the mail for a forgotten password is the configured one', async () => {
    const { email } = await enrolled(world);
    const asked = await send('POST', '/api/auth/request-password-reset', [...poison, ['origin', world.url]], { email });
    expect(asked.status).toBe(200);
    const mail = await mailTo(email);
    expect(mail).toContain(`${world.url}/login#reset=`);
    expect(mail).not.toContain(EVIL);
  });

  it('that a platform is told to post to is the configured one', async () => {
    const config = { botToken: '9001:poisoned', secretToken: 'poisoned-secret-token-1' };
    const body = { kind: 'telegram', name: 'Bot', config };
    const { status, text } = await send('POST', '/api/v1/channels', as(owner), body);
    expect(status).toBe(201);
    expect(text).toContain(`"webhookUrl":"${world.url}/webhooks/telegram/`);
    expect(world.platform.webhooks.get('/bot9001:poisoned')?.url).toMatch(`${world.url}/webhooks/telegram/`);
    expect(text).not.toContain(EVIL);
  });

  it('in what managers are told is the configured one', async () => {
    const config = { to: ['desk@shop.example'] };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'email', name: 'Desk', config });
    await writes(world, shop, 71, 'I want to talk to a human');
    const mail = await mailTo('desk@shop.example');
    expect(mail).toContain(`${world.url}/desk/${shop.slug}#`);
  });

  it('in the document of the API, in pages and in redirects is the configured one, or none', async () => {
    for (const path of [
      '/api/v1/openapi.json',
      '/docs',
      '/login',
      '/join',
      '/',
      `/desk/${shop.slug}`,
      `/desk/${shop.slug}/login?token=${shop.managerToken}`,
      '/api/auth/callback/oidc',
      '/nothing/here',
    ]) {
      const { text } = await send('GET', path, poison);
      expect(text, path).not.toContain(EVIL);
    }
    const absolute = await send('GET', `http://${EVIL}/api/v1/openapi.json`, poison);
    expect(absolute.text).not.toContain(EVIL);
  });

  it('decides whether a cookie is sent over https only: nobody else says that it was', async () => {
    const { email } = await enrolled(world);
    const body = { email, password: 'correct horse battery' };
    const { status, text } = await send('POST', '/api/auth/sign-in/email', [...poison, ['origin', world.url]], body);
    expect([status, text]).toEqual([200, expect.stringMatching(/frontdesk\.session_token=/)]);
    expect(text).not.toMatch(/; Secure|; Domain/i);
  });
});

describe('the page on which people log in', () => {
  it('leads on to desks of ours only', async () => {
    const script = await readFile('web/login.js', 'utf8');
    const [, source = ''] = /const \[, next\] = \/(.+)\/i\.exec/.exec(script) ?? [];
    const next = new RegExp(source, 'i');
    const found = (wanted: string) => next.exec(`?next=${encodeURIComponent(wanted)}`)?.[1];
    expect(decodeURIComponent(found('/desk/shop') ?? '')).toBe('/desk/shop');
    for (const wanted of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/desk/../../evil',
      '/desk/x@evil.example',
      '/desk//evil.example',
      'javascript:alert(1)',
      '/desk/shop\r\nx',
      ' /desk/shop',
    ]) {
      expect(found(wanted), wanted).toBeUndefined();
    }
  });

  it.each(['callbackURL', 'redirectTo', 'redirect', 'next', 'errorCallbackURL'])(
    'takes no %s from anybody',
    async (field) => {
      const browser = openBrowser(world);
      for (const path of ['sign-in/email', 'sign-in/social', 'request-password-reset', 'sign-out']) {
        const body = { email: 'a@people.example', password: 'x', [field]: 'https://evil.example' };
        expect((await browser.ask('POST', `/api/auth/${path}`, body)).status, path).toBe(422);
      }
    },
  );
});

describe('the address of whoever asks', { timeout: 60_000 }, () => {
  /** Who one is for the limits, for keys and for the log, where so many proxies are believed. */
  const strangersLeft = async (trusted: string, forwarded: string[]) => {
    const other = await startWorld({
      workers: false,
      env: { TRUSTED_PROXIES: trusted, STRANGERS_PER_MINUTE: '10' },
    });
    const left: (string | null)[] = [];
    for (const one of forwarded) {
      const headers = { 'x-forwarded-for': one, 'x-real-ip': one, 'cf-connecting-ip': one, 'true-client-ip': one };
      left.push((await fetch(`${other.url}/api/v1/ways-to-log-in`, { headers })).headers.get('ratelimit-remaining'));
    }
    await other.close();
    return left;
  };

  it('is the connection’s where no proxy is believed', async () => {
    expect(await strangersLeft('0', ['1.1.1.1', '2.2.2.2', '3.3.3.3'])).toEqual(['9', '8', '7']);
  });

  it('is what the one proxy says, and not what the caller had written before', async () => {
    const forwarded = ['1.1.1.1, 5.5.5.5', '2.2.2.2, 5.5.5.5', '5.5.5.5', '5.5.5.5, 6.6.6.6'];
    expect(await strangersLeft('1', forwarded)).toEqual(['9', '8', '7', '9']);
  });
});
