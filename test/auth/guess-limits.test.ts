import { beforeEach, describe, expect, it } from 'vitest';
import { createGuessLimits } from '../../src/auth/guess-limits.ts';
import { AppError } from '../../src/errors.ts';
import { createRateLimiters } from '../../src/rate-limiter.ts';
import { enrolled, openBrowser } from '../support/browser.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false, env: { TRUSTED_PROXIES: '1' } });

/** Each asks from another network, unless it is said. */
let network = 0;
beforeEach(() => {
  network += 1;
});
const from = (ip = `198.51.100.${network}`) => ({ 'x-forwarded-for': ip });
const logIn = (email: string, password: string, ip?: string) =>
  openBrowser(world).ask('POST', '/api/auth/sign-in/email', { email, password }, from(ip));

describe('guessing', () => {
  it('a password is slowed for the account, from however many networks', async () => {
    const { email } = await enrolled(world);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) statuses.push((await logIn(email, 'wrong password', `203.0.113.${n}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    const refused = await logIn(email.toUpperCase(), 'wrong password', '203.0.113.99');
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'too_many_tries', type: 'urn:frontdesk:problem:too_many_tries' },
    });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(900);
  });

  it('is slowed alike for an address that nobody has', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) statuses.push((await logIn('nobody@people.example', 'x', `203.0.113.${n}`)).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it('counts tries that come at once', async () => {
    const { email } = await enrolled(world);
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, n) => logIn(email, 'wrong password', `203.0.113.${n}`)),
    );
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(10);
  });

  it('costs nobody who knows the password', async () => {
    const { email } = await enrolled(world);
    for (let n = 0; n < 11; n++) {
      expect((await logIn(email, 'wrong password')).status).toBe(401);
      const own = openBrowser(world);
      expect(
        (await own.ask('POST', '/api/auth/sign-in/email', { email, password: 'correct horse battery' }, from())).status,
      ).toBe(200);
    }
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
    const ask = (n: number) =>
      openBrowser(world).ask('POST', '/api/auth/request-password-reset', { email }, from(`203.0.113.${n}`));
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await ask(n)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('the password is slowed for somebody who sits at an open session', async () => {
    const { email } = await enrolled(world);
    const browser = openBrowser(world);
    await browser.logIn(email);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) {
      const path = ['change-password', 'two-factor/enable'][n % 2] ?? '';
      const body =
        n % 2 ? { password: `wrong ${n}` } : { currentPassword: `wrong ${n}`, newPassword: 'another password' };
      statuses.push((await browser.ask('POST', `/api/auth/${path}`, body, from(`203.0.113.${n}`))).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
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
