import crypto from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPasswords } from '../../src/auth/passwords.ts';
import { openMailServer } from '../handover/mail-server.ts';
import { enrolled, goodPassword, openBrowser } from '../support/browser.ts';
import { countWork } from '../support/count-work.ts';
import { asOwner } from '../support/database.ts';
import { call, hire, type Person, type Reply } from '../support/people.ts';
import { whileReplaced } from '../support/replace-crypto.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

/** Nobody finds out who is known here, by what is answered or by how much work it was. */
const mailServer = await openMailServer();
const world = useWorld({ workers: false, env: { SMTP_URL: mailServer.smtp.url } });
afterAll(() => mailServer.close());
let shop: Shop;
let owner: Person;
let count = 0;

beforeAll(async () => {
  shop = await buildShop(world);
  owner = await hire(world, shop.tenantId, 'owner');
  // The login library is made by whoever comes first.
  await openBrowser(world).logIn('first@people.example', 'wrong password');
});

const nobody = () => `nobody${(count += 1)}@people.example`;
async function withoutPassword(): Promise<string> {
  const { userId } = await hire(world, shop.tenantId, 'viewer');
  const { rows } = await world.deps.logInPool.query<{ email: string }>('select email from users where id = $1', [
    userId,
  ]);
  return rows[0]?.email ?? '';
}

/** Without what names the one request. */
const said = ({ status, body, headers }: Reply) => ({
  status,
  body: { ...z.looseObject({}).parse(body), requestId: '' },
  headers: [...headers.keys()].filter((name) => !['date', 'x-request-id', 'connection', 'keep-alive'].includes(name)),
});

describe('a log-in with a wrong password', { timeout: 120_000 }, () => {
  it('is the same answer and the same work for somebody, for nobody, and where there is no password', async () => {
    const addresses = [(await enrolled(world)).email, nobody(), await withoutPassword()];
    const seen = [];
    for (const email of addresses) {
      let reply: Reply | undefined;
      const work = await countWork(world.deps.logInPool, async () => {
        reply = await openBrowser(world).logIn(email, 'wrong password');
      });
      seen.push({ ...(reply && said(reply)), work });
    }
    expect(seen[0]).toMatchObject({ status: 401, work: { passwords: 1 } });
    expect(seen[0]?.work.queries).toBeGreaterThan(0);
    expect(seen.slice(1)).toEqual([seen[0], seen[0]]);
  });

  it('of a disabled person is no other answer: only who knows the password is told', async () => {
    const { email, userId } = await enrolled(world);
    await asOwner(world.database, (client) =>
      client.query('update users set disabled_at = now() where id = $1', [userId]),
    );
    const [disabled, unknown] = [
      await openBrowser(world).logIn(email, 'wrong password'),
      await openBrowser(world).logIn(nobody(), 'wrong password'),
    ];
    expect(said(disabled)).toEqual(said(unknown));
  });
});

describe('a forgotten password', { timeout: 120_000 }, () => {
  it('is the same answer for somebody and for nobody, which does not wait for the mail', async () => {
    const { email } = await enrolled(world);
    const ask = (address: string) =>
      openBrowser(world).ask('POST', '/api/auth/request-password-reset', { email: address });
    const [known, unknown] = [await ask(email), await ask(nobody())];
    expect(said(known)).toMatchObject({ status: 200, body: { ok: true } });
    expect(said(unknown)).toEqual(said(known));
    await until(() => expect(mailServer.mails.some(({ to }) => to.includes(email))).toBe(true));
  });

  it('set anew by a link that is none, was used or is over is one answer', async () => {
    const tokens = ['x', 'x'.repeat(24), '\u0000', '../../x'];
    const replies = [];
    for (const token of tokens) {
      const body = { token, newPassword: 'another password' };
      replies.push(said(await openBrowser(world).ask('POST', '/api/auth/reset-password', body)));
    }
    expect(replies[0]).toMatchObject({ status: 400, body: { code: 'invalid_token' } });
    for (const reply of replies) expect(reply).toEqual(replies[0]);
  });
});

describe('an invitation', { timeout: 120_000 }, () => {
  it('is the same answer whether that person works elsewhere, has been here before, or is new', async () => {
    const { email } = await enrolled(world);
    const replies = [];
    for (const address of [email, nobody()]) {
      const body = { email: address, name: 'Nia', role: 'viewer' };
      replies.push(await call(world, owner.token, 'POST', '/team/invitations', { body }));
    }
    const shown = replies.map((reply) => {
      const { member, link } = Invited.parse(reply.body);
      return {
        status: reply.status,
        keys: Object.keys(member),
        name: member['name'],
        status_: member['status'],
        link: typeof link,
      };
    });
    expect(shown[0]).toMatchObject({ status: 201, name: null, status_: 'invited', link: 'string' });
    expect(shown[1]).toEqual(shown[0]);
    // The link that an inviter passes on himself does not tell him what that person is called.
    const { link } = Invited.parse(replies[0]?.body);
    const token = link?.split('#')[1] ?? '';
    expect(await call(world, null, 'GET', `/invitations/${token}`)).toMatchObject({
      status: 200,
      body: { name: null },
    });
  });

  it('that is forged, of nobody or over is one answer', async () => {
    const replies = [];
    for (const token of ['x', 'a.b.c', 'x'.repeat(1_900)]) {
      replies.push(said(await call(world, null, 'GET', `/invitations/${token}`)));
    }
    expect(replies[0]).toMatchObject({ status: 404 });
    for (const reply of replies) expect(reply).toEqual(replies[0]);
  });
});

describe('hashing', { timeout: 120_000 }, () => {
  it('is done for two people at once, however many come', async () => {
    const passwords = createPasswords();
    const work = await countWork(world.deps.logInPool, () =>
      Promise.all(Array.from({ length: 12 }, () => passwords.hash(goodPassword))),
    );
    expect(work).toMatchObject({ passwords: 12, atOnce: 2 });
    const log = await countWork(world.deps.logInPool, () =>
      Promise.all(Array.from({ length: 8 }, () => openBrowser(world).logIn(nobody(), 'wrong password'))),
    );
    expect(log).toMatchObject({ passwords: 8, atOnce: 2 });
  });

  it('sends whoever comes after the fiftieth away, with words, and goes on', async () => {
    const passwords = createPasswords();
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash(goodPassword)));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    expect(refused[0]).toMatchObject({ reason: { status: 503, message: expect.stringMatching(/try again/) } });
    const hash = await passwords.hash(goodPassword);
    expect(await passwords.verify({ hash, password: goodPassword })).toBe(true);
    expect(await passwords.verify({ hash, password: `${goodPassword}x` })).toBe(false);
    await expect(passwords.verify({ hash: 'broken', password: goodPassword })).resolves.toBe(false);
  });

  it('that cannot be done just now is a 503 of the log-in, not a wrong password', async () => {
    const { email } = await enrolled(world);
    // Nobody gives his place away before the log-in is answered, however long that takes.
    const begun: (() => void)[] = [];
    const real = crypto.scrypt;
    const held = (...given: unknown[]) => void begun.push(() => Reflect.apply(real, crypto, given));
    let busy: Promise<unknown>[] = [];
    await whileReplaced('scrypt', held, async () => {
      busy = Array.from({ length: 52 }, () => world.deps.logIn.hashPassword(goodPassword).catch(() => undefined));
      const reply = await openBrowser(world).logIn(email);
      expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(reply.headers.get('retry-after')).toBe('5');
    });
    for (const goOn of begun) goOn();
    await Promise.all(busy);
    expect((await openBrowser(world).logIn(email)).status).toBe(200);
  });
});

const Invited = z.object({ member: z.record(z.string(), z.unknown()), link: z.string().nullable() });
