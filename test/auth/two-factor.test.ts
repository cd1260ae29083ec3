import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { enrolled, goodPassword, openBrowser, type Browser } from '../support/browser.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
let browser: Browser;
let email: string;
let secret: Buffer;
let backupCodes: string[];

const Enabled = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()).min(5) });

/** RFC 6238 with the usual six digits and 30 seconds; `steps` ahead. */
function codeOf(key: Buffer, steps = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function fromBase32(text: string): Buffer {
  const bits = (text.toUpperCase().match(/[A-Z2-7]/g) ?? [])
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

const verify = (own: Browser, code: string) => own.ask('POST', '/api/auth/two-factor/verify-totp', { code });
const isIn = async (own: Browser) => (await own.ask('GET', '/api/v1/me')).status === 200;

beforeAll(async () => {
  ({ email } = await enrolled(world));
  browser = openBrowser(world);
  await browser.logIn(email);
});

describe('a second factor', { timeout: 60_000 }, () => {
  it('is set up with the password, and holds once a code was right', async () => {
    expect((await browser.ask('POST', '/api/auth/two-factor/enable', { password: 'wrong password' })).status).toBe(400);
    const { status, body } = await browser.ask('POST', '/api/auth/two-factor/enable', { password: goodPassword });
    expect(status).toBe(200);
    const enabled = Enabled.parse(body);
    backupCodes = enabled.backupCodes;
    secret = fromBase32(new URL(enabled.totpURI).searchParams.get('secret') ?? '');
    // Until then the password is enough.
    expect((await openBrowser(world).logIn(email)).body).toEqual({ ok: true });
    expect((await verify(browser, wrong(secret))).status).toBe(401);
    expect((await verify(browser, codeOf(secret))).status).toBe(200);
    const { rows } = await world.deps.logInPool.query<Record<string, string>>(
      'select secret, backup_codes from auth_two_factors',
    );
    for (const code of backupCodes) expect(JSON.stringify(rows)).not.toContain(code);
  });

  it('is asked for after the password, which alone opens nothing', async () => {
    const own = openBrowser(world);
    expect((await own.logIn(email)).body).toEqual({ ok: true, twoFactorRedirect: true });
    expect(await isIn(own)).toBe(false);
    expect(await verify(own, wrong(secret))).toMatchObject({ status: 401, body: { code: 'invalid_code' } });
    expect(await isIn(own)).toBe(false);
    expect((await verify(own, codeOf(secret))).status).toBe(200);
    expect(await isIn(own)).toBe(true);
  });

  it('is nothing without the password before it', async () => {
    expect((await verify(openBrowser(world), codeOf(secret))).status).toBe(401);
  });

  it('can be replaced by a backup code, once', async () => {
    const [code] = backupCodes;
    for (const expected of [200, 401]) {
      const own = openBrowser(world);
      await own.logIn(email);
      const reply = await own.ask('POST', '/api/auth/two-factor/verify-backup-code', { code });
      expect(reply.status).toBe(expected);
      expect(await isIn(own)).toBe(expected === 200);
    }
  });

  it('ends with the password only', async () => {
    const disable = (password: string) => browser.ask('POST', '/api/auth/two-factor/disable', { password });
    expect((await disable('wrong password')).status).toBe(400);
    expect((await disable(goodPassword)).status).toBe(200);
    expect((await openBrowser(world).logIn(email)).body).toEqual({ ok: true });
  });
});

describe('guessing a code', { timeout: 60_000 }, () => {
  it('ends after a few tries, also for one who begins again with the password', async () => {
    const person = await enrolled(world);
    const own = openBrowser(world);
    await own.logIn(person.email);
    const { body } = await own.ask('POST', '/api/auth/two-factor/enable', { password: goodPassword });
    const key = fromBase32(new URL(Enabled.parse(body).totpURI).searchParams.get('secret') ?? '');
    await verify(own, codeOf(key));
    const statuses: number[] = [];
    for (let round = 0; round < 4; round++) {
      const thief = openBrowser(world);
      await thief.logIn(person.email);
      for (let n = 0; n < 5; n++) statuses.push((await verify(thief, wrong(key))).status);
    }
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(15);
    expect(statuses.at(-1)).toBe(429);
    const late = openBrowser(world);
    await late.logIn(person.email);
    const refused = await verify(late, codeOf(key));
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_tries' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

/** Six digits that are no code of these minutes. */
function wrong(key: Buffer): string {
  const near = new Set([-2, -1, 0, 1, 2].map((steps) => codeOf(key, steps)));
  for (let n = 111_111; ; n++) if (!near.has(String(n))) return String(n);
}
