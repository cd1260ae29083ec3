import { createServer } from 'node:http';
import { createTransport } from 'nodemailer';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../src/listen.ts';
import { openMailServer } from './handover/mail-server.ts';
import { openBrowser, enrolled } from './support/browser.ts';
import { canaryInNameOf, canaryOf } from './support/canaries.ts';
import { asOwner } from './support/database.ts';
import { earsOf } from './support/ears.ts';
import { findLeaks } from './support/find-leaks.ts';
import { call, cutKey, hire, hireSystemAdmin } from './support/people.ts';
import { buildShop, conversationOf, writes, type Shop } from './support/tenants.ts';
import { startWorld, until, useWorld } from './support/world.ts';

/** The check at the end of every file that starts the service finds what is planted for it here. */
const world = useWorld();
let mine: Shop;
let theirs: Shop;
let theirConversation: string;

beforeAll(async () => {
  [mine, theirs] = [await buildShop(world), await buildShop(world)];
  await writes(world, theirs, 1, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo('1')).toEqual(['We open 7am-9pm daily']));
  theirConversation = (await conversationOf(world, theirs, 1)).id;
});

const leaks = () => findLeaks(earsOf(world.deps), world.database, world.deps.keys);
/** What was planted is no leak of this file. */
afterEach(() => {
  const { heard, lines } = earsOf(world.deps);
  for (const list of [heard, lines]) list.length = 0;
});

/** A service that answers everything with `text`. */
async function answeredWith(text: string, path: string, headers: Record<string, string> = {}): Promise<string> {
  const server = createServer((request, response) => {
    earsOf(world.deps).overhear(request, response);
    request.resume().on('end', () => response.end(text));
  });
  const port = await listen(server, 0, '127.0.0.1');
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}', headers });
  const body = await response.text();
  await new Promise((resolve) => server.close(resolve));
  return body;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('what a tenant’s rows hold', () => {
  it('has a canary in it, which the test does not see', async () => {
    const row = await asOwner(world.database, async (owner) => {
      const { rows } = await owner.query<{ text: string }>(
        `select concat_ws(' ', t.name, s.system_message, c.name, f.answer, p.display_name) as text from tenants t
         join tenant_settings s on s.tenant_id = t.id join channels c on c.tenant_id = t.id
         join faqs f on f.tenant_id = t.id and f.question like 'What%' join contacts p on p.tenant_id = t.id
         where t.id = $1`,
        [theirs.tenantId],
      );
      return rows[0]?.text ?? '';
    });
    expect(row.split(canaryOf(theirs.tenantId))).toHaveLength(5);
    expect(row).toContain(canaryInNameOf(theirs.tenantId));
    const { body } = await call(world, theirs.managerToken, 'GET', '/faqs');
    expect(JSON.stringify(body)).toContain('"We open 7am-9pm daily"');
    expect(earsOf(world.deps).heard.flatMap(({ found }) => found)).toContain(canaryOf(theirs.tenantId));
    expect(await leaks()).toEqual([]);
  });
});

describe('a response', () => {
  const secrets = () => [
    canaryOf(theirs.tenantId),
    canaryInNameOf(theirs.tenantId),
    theirConversation,
    theirs.tenantId,
  ];

  it('that tells a link, key, session, visitor or nobody of another tenant is found', async () => {
    const { userId, email } = await enrolled(world);
    await asOwner(world.database, (owner) =>
      owner.query(`insert into memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')`, [
        mine.tenantId,
        userId,
      ]),
    );
    const browser = openBrowser(world);
    await browser.logIn(email);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const hearers: [string, Record<string, string>?][] = [
      ['/api/v1/faqs', bearer(mine.managerToken)],
      ['/api/v1/faqs', bearer((await cutKey(world, mine.tenantId)).key)],
      ['/api/v1/faqs', { cookie }],
      ['/api/v1/me', { cookie }],
      [`/webhooks/telegram/${mine.telegram.key}`],
      [`/chat/${mine.telegram.key}/messages`],
      ['/api/v1/ways-to-log-in'],
      ['/api/v1/faqs', bearer(`${theirs.managerToken.slice(0, -8)}forged00`)],
    ];
    const hidden = [...secrets(), theirs.managerId, theirs.telegram.botToken];
    for (const [path, headers] of hearers) {
      for (const secret of hidden) await answeredWith(secret, path, headers);
      const found = hidden.map((secret) => expect.stringContaining(secret.replace(/^.*Cnry/, 'cnry')));
      expect(await leaks(), path).toEqual(found);
      earsOf(world.deps).heard.length = 0;
    }
  });

  it('that tells its own tenant, or repeats the request, is none', async () => {
    for (const secret of secrets()) {
      await answeredWith(secret, '/api/v1/faqs', bearer(theirs.managerToken));
      await answeredWith(secret, `/api/v1/faqs/${secret}`, bearer(mine.managerToken));
    }
    expect(await leaks()).toEqual([]);
  });

  it('to a system admin may list tenants, and tell more of one at a time', async () => {
    const { token } = await hireSystemAdmin(world, mine.tenantId);
    const names = [mine, theirs].map(({ tenantId }) => `${tenantId} ${canaryInNameOf(tenantId)}`).join();
    await answeredWith(`${names} ${canaryOf(mine.tenantId)}`, '/api/v1/tenants', bearer(token));
    expect(await leaks()).toEqual([]);
    await answeredWith(`${canaryOf(mine.tenantId)} ${theirConversation}`, '/api/v1/tenants', bearer(token));
    expect(await leaks()).toEqual([expect.stringContaining('conversations of')]);
  });
});

describe('a call of a platform', () => {
  it('that tells the bot, workflow or desk of one tenant of another is found', async () => {
    const text = `Hello ${canaryOf(theirs.tenantId)}`;
    await fetch(`${world.platform.url}/bot${theirs.telegram.botToken}/sendMessage`, { method: 'POST', body: text });
    expect(await leaks()).toEqual([]);
    await fetch(`${world.platform.url}/bot${mine.telegram.botToken}/sendMessage`, { method: 'POST', body: text });
    expect(await leaks()).toEqual([expect.stringContaining(`told ${mine.tenantId} of ${canaryOf(theirs.tenantId)}`)]);
  });

  it('to an address that is nobody’s may tell of one tenant, not of two', async () => {
    const tell = (body: string) => fetch(`${world.platform.url}/elsewhere`, { method: 'POST', body });
    await tell(canaryOf(theirs.tenantId));
    expect(await leaks()).toEqual([]);
    await tell(`${canaryOf(theirs.tenantId)} ${mine.tenantId}`);
    expect(await leaks()).toHaveLength(1);
  });
});

describe('a line of the log', () => {
  it('with a canary, a secret, a password or what somebody said is found', async () => {
    const { email } = await enrolled(world);
    await openBrowser(world).logIn(email, 'a wrong password');
    const { token } = await hire(world, mine.tenantId, 'viewer');
    await call(world, token, 'GET', '/faqs');
    const { log } = world.deps;
    log.info({ conversationId: theirConversation, tenantId: theirs.tenantId }, 'ids are no secrets');
    expect(await leaks()).toEqual([]);
    const said = [
      'a wrong password',
      token,
      mine.telegram.secretToken,
      mine.telegram.key,
      'What are your opening hours?',
    ];
    for (const text of [...said, `Customer ${canaryOf(theirs.tenantId)}`]) {
      log.debug({ error: `it failed: ${text}` }, 'failed');
      expect(await leaks(), text).not.toEqual([]);
      earsOf(world.deps).lines.length = 0;
    }
  });
});

describe('a file whose service leaks', () => {
  it('fails when it ends, also where only a mail has told', async () => {
    const mail = await openMailServer();
    const own = await startWorld({ workers: false, env: { SMTP_URL: mail.smtp.url, SMTP_FROM: mail.smtp.from } });
    const [one, other] = [await buildShop(own), await buildShop(own)];
    const text = `Hello ${canaryOf(one.tenantId)} and ${canaryOf(other.tenantId)}`;
    await createTransport(mail.smtp.url).sendMail({ from: mail.smtp.from, to: 'mia@shop.example', text });
    await expect(own.close()).rejects.toThrow(/mail to mia@shop\.example told somebody of/);
    await mail.close();
  });
});
