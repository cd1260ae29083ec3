import type { Pool } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogIn, type LogIn } from '../../src/auth/log-in.ts';
import { createLogInPool, inTransaction } from '../../src/auth/log-in-pool.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';
import { asOwner, createDatabase, type TestDatabase } from '../support/database.ts';
import { startSilentProxy, type SilentProxy } from '../support/silent-proxy.ts';
import { until } from '../support/world.ts';

let database: TestDatabase;
let proxy: SilentProxy;
let pool: Pool;
let logIn: LogIn;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  proxy = await startSilentProxy(database.url);
  pool = createLogInPool(proxy.url, () => undefined, 3_000);
  const keys = createKeyRing(Buffer.alloc(32, 7).toString('base64'));
  const log = pino({ level: 'silent' });
  logIn = createLogIn({ pool, keys, publicUrl: ORIGIN, sendMail: () => Promise.resolve(true), oidc: null, log });
});
afterEach(async () => {
  await pool.end();
  await proxy.close();
});
afterAll(() => database.drop());

const END_LOG_INS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename = 'frontdesk_app'`;
const ORIGIN = 'http://127.0.0.1:1';

/** Somebody whom nobody knows. */
async function logsIn(): Promise<number> {
  const request = new Request(`${ORIGIN}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify({ email: 'nobody@example.com', password: 'not a password of anybody' }),
  });
  return (await logIn.handle(request)).status;
}

describe('a database that, while people log in,', () => {
  it('says nothing any more on connections that stay open is given up on, and they are: later ones meet new ones', async () => {
    const looksUp = () => inTransaction(pool, (client) => client.query('select 1'));
    expect(await logsIn()).toBe(401);
    await Promise.all([looksUp(), looksUp(), looksUp(), looksUp()]);
    proxy.silence();
    const [told, ...ends] = await Promise.all([logsIn(), ...[1, 2].map(() => looksUp().catch(() => 'given up'))]);
    expect(told).toBe(500);
    expect(ends).toEqual(['given up', 'given up']);

    proxy.speak();
    await until(async () => expect(await logsIn()).toBe(401));
    expect(await Promise.all([looksUp(), looksUp(), looksUp(), looksUp()])).toHaveLength(4);
    expect(proxy.abandoned()).toBe(4);
  });

  it('goes away fails those who are logging in just now, and nobody else', async () => {
    const held = inTransaction(pool, async (client) => {
      await client.query('select 1');
      await asOwner(database, (owner) => owner.query(END_LOG_INS));
      await client.query('select 1');
    });
    await expect(held).rejects.toThrow(/not queryable|terminat/);
    expect(await logsIn()).toBe(401);
  });
});
