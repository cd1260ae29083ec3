import { describe, expect, it } from 'vitest';
import { createGuessLimits, type Guess } from '../../src/auth/guess-limits.ts';
import { AppError } from '../../src/errors.ts';
import { createRateLimiters } from '../../src/rate-limiter.ts';
import { enrolled, goodPassword, openBrowser } from '../support/browser.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false, env: { TRUSTED_PROXIES: '1' } });

const logIn = (email: string, password: string, ip: string) =>
  openBrowser(world).ask('POST', '/api/auth/sign-in/email', { email, password }, { 'x-forwarded-for': ip });

/** Tries that were wrong, each from another network; without the work of a password. */
async function guessed(guess: Guess, account: string, times: number) {
  const limits = createGuessLimits(world.deps.limiters);
  for (let n = 0; n < times; n++) await limits.count(guess, account, `203.0.113.${n}`);
}

describe('guessing', { timeout: 60_000 }, () => {
  it('a password is slowed for the account, from however many networks', async () => {
    const { email } = await enrolled(world);
    await guessed('log-in', email, 8);
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await logIn(email, 'wrong password', `198.51.100.${n}`)).status);
    expect(statuses).toEqual([401, 401, 429]);
    const refused = await logIn(email.toUpperCase(), goodPassword, '198.51.100.99');
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'too_many_tries', type: 'urn:frontdesk:problem:too_many_tries' },
    });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(900);
  });

  it('is slowed alike for an address that nobody has', async () => {
    await guessed('log-in', 'nobody@people.example', 9);
    const statuses: number[] = [];
    for (let n = 0; n < 2; n++) statuses.push((await logIn('nobody@people.example', 'x', `198.51.100.${n}`)).status);
    expect(statuses).toEqual([401, 429]);
  });

  it('counts tries that come at once', async () => {
    const { email } = await enrolled(world);
    await guessed('log-in', email, 6);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => logIn(email, 'wrong password', `198.51.101.${n}`)),
    );
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(4);
  });

  it('costs nobody who knows the password', async () => {
    const { email } = await enrolled(world);
    await guessed('log-in', email, 9);
    expect((await logIn(email, goodPassword, '198.51.102.1')).status).toBe(200);
    await guessed('log-in', email, 9);
    expect((await logIn(email, goodPassword, '198.51.102.1')).status).toBe(200);
  });

  it('many accounts is slowed for the network, which of IPv6 is half the address', async () => {
    const limits = createGuessLimits(world.deps.limiters);
    const tryFrom = (n: number, ip: string) => limits.count('log-in', `account${n}@people.example`, ip);
    for (let n = 0; n < 60; n++) await tryFrom(n, `2001:db8:1:2::${n.toString(16)}`);
    const refused = { status: 429, code: 'too_many_tries' };
    await expect(tryFrom(61, '2001:db8:1:2:ffff:ffff:ffff:ffff')).rejects.toMatchObject(refused);
    await expect(tryFrom(61, '2001:0db8:0001:0002::1')).rejects.toMatchObject(refused);
    await expect(tryFrom(61, '2001:db8:1:3::1')).resolves.toBeTypeOf('function');
    for (let n = 100; n < 160; n++) await tryFrom(n, '::ffff:192.0.2.7');
    await expect(tryFrom(161, '192.0.2.7')).rejects.toMatchObject(refused);
  });

  it('whose mail comes back is slowed', async () => {
    const { email } = await enrolled(world);
    const statuses = [];
    for (let n = 0; n < 4; n++) {
      const headers = { 'x-forwarded-for': `198.51.103.${n}` };
      const { status } = await openBrowser(world).ask('POST', '/api/auth/request-password-reset', { email }, headers);
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('the password is slowed for somebody who sits at an open session', async () => {
    const { email, userId } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    await guessed('password', userId, 8);
    const password = 'wrong password';
    const statuses: number[] = [];
    for (const path of ['two-factor/enable', 'two-factor/disable', 'two-factor/enable']) {
      statuses.push((await browser.ask('POST', `/api/auth/${path}`, { password })).status);
    }
    expect(statuses).toEqual([400, 400, 429]);
  });

  it('goes on being slowed, by each process for itself, while the store is away', async () => {
    const pool = { query: () => Promise.reject(new Error('away')) };
    const store = createRateLimiters({ redisUrl: null, pool, onError: () => undefined });
    const limiter = store.of('away', 60);
    const taken = [];
    for (let n = 0; n < 3; n++) taken.push((await limiter.take('one', 2)).isAllowed);
    expect(taken).toEqual([true, true, false]);
  });
});

describe('a count', () => {
  it('is of one purpose and one key, gives back what was taken last, and forgets all', async () => {
    const [limiter, other] = [world.deps.limiters.of('one', 60), world.deps.limiters.of('other', 60)];
    const take = async () => (await limiter.take('mia', 2)).isAllowed;
    expect([await take(), await take(), await take()]).toEqual([true, true, false]);
    expect(await other.take('mia', 2)).toMatchObject({ isAllowed: true, remaining: 1 });
    expect(await limiter.take('leo', 2)).toMatchObject({ isAllowed: true, remaining: 1 });
    for (let n = 0; n < 2; n++) await limiter.giveBack('mia');
    expect([await take(), await take()]).toEqual([true, false]);
    await limiter.forget('mia');
    expect([await take(), await take(), await take()]).toEqual([true, true, false]);
  });
});

describe('a refusal for too many tries', () => {
  it('is an error that says how long to wait', async () => {
    const limits = createGuessLimits(world.deps.limiters);
    let refused: unknown;
    for (let n = 0; n < 4; n++)
      await limits.count('reset', 'mia@people.example', '192.0.2.1').catch((error: unknown) => (refused = error));
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ retryAfter: expect.any(Number), message: expect.stringMatching(/wait \d+ min/) });
  });
});
