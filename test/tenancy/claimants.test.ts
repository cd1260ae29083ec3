import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { CLAIMANT_LOCKS, type Claimant } from '../../src/tenancy/claimants.ts';
import { livingClaimants } from '../../src/tenancy/free-claims.ts';
import { entered, isGone, lives, openProcess } from '../support/claimants.ts';
import { asOwner, createDatabase, type TestDatabase } from '../support/database.ts';
import { startSilentProxy } from '../support/silent-proxy.ts';
import { until } from '../support/world.ts';

let database: TestDatabase;
let orm: MikroORM;

beforeAll(async () => {
  database = await createDatabase();
  orm = await connect({ url: database.url, pool: 1, log: () => undefined });
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

const open = (url = database.url) => openProcess(url);
const isAlive = (by: Claimant) => lives(orm, by);

/** Long enough for an end that would be wrong. */
const aMoment = () => sleep(300);

/** Ends the connection that holds the lock, as a server does that is started again. */
const cut = ({ number }: Claimant) =>
  asOwner(database, (owner) =>
    owner.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2`,
      [CLAIMANT_LOCKS, number],
    ),
  );

describe('a claimant', () => {
  it('lives as long as its process, which has one number for all that it claims', async () => {
    const claimants = await open();
    const by = await entered(claimants);
    expect((await entered(claimants)).number).toBe(by.number);
    expect((await entered(await open())).number).not.toBe(by.number);
    expect(await isAlive(by)).toBe(true);
    await claimants.close();
    await isGone(orm, by);
    expect(claimants.enter()).toBeNull();
  });

  it('in doubt claims nothing more, and lives until the last of its work is over', async () => {
    const claimants = await open();
    const by = await entered(claimants);
    by.enter();
    by.doubt();
    const next = await entered(claimants);
    expect(next.number).not.toBe(by.number);
    by.leave();
    await aMoment();
    expect(await isAlive(by)).toBe(true);
    by.leave();
    await isGone(orm, by);
    expect(await isAlive(next)).toBe(true);
  });

  it('in doubt a second time does not end the one that came after it', async () => {
    const claimants = await open();
    const by = await entered(claimants);
    by.enter();
    by.doubt();
    const next = await entered(claimants);
    by.doubt();
    expect((await entered(claimants)).number).toBe(next.number);
  });

  it('without a doubt is not over because nothing is going on', async () => {
    const claimants = await open();
    const by = await entered(claimants);
    by.leave();
    await aMoment();
    expect(await isAlive(by)).toBe(true);
    expect((await entered(claimants)).number).toBe(by.number);
  });

  it('whose connection was cut claims nothing until it has another, and lives again with all that goes on', async () => {
    const claimants = await open();
    const old = await entered(claimants);
    old.doubt();
    const by = await entered(claimants);
    by.leave();
    await cut(by);
    await until(() => expect(claimants.enter()).toBeNull());
    expect(await isAlive(old)).toBe(false);
    expect((await entered(claimants)).number).toBe(by.number);
    expect([await isAlive(by), await isAlive(old)]).toEqual([true, true]);
    old.leave();
    await isGone(orm, old);
  });

  it('is nobody while the database says nothing: its lock may be gone', async () => {
    const proxy = await startSilentProxy(database.url);
    const claimants = await open(proxy.url);
    await entered(claimants);
    proxy.silence();
    await until(() => expect(claimants.enter()).toBeNull());
    await claimants.close();
    await proxy.close();
  });

  it('is not any other lock of the database', async () => {
    const [one, two] = [randomInt(1, 2 ** 31), randomInt(1, 2 ** 31)];
    await asOwner(database, async (owner) => {
      await owner.query('select pg_advisory_lock($1, $2), pg_advisory_lock(($3::bigint << 32) | $4)', [
        CLAIMANT_LOCKS - 1,
        one,
        CLAIMANT_LOCKS,
        two,
      ]);
      const living = await livingClaimants(orm);
      expect([living.includes(one), living.includes(two)]).toEqual([false, false]);
    });
  });
});
