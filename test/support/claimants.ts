import type { MikroORM } from '@mikro-orm/postgresql';
import { expect, onTestFinished } from 'vitest';
import { openClaimants, type Claimant, type Claimants } from '../../src/tenancy/claimants.ts';
import { livingClaimants } from '../../src/tenancy/free-claims.ts';
import { until } from './world.ts';

/** As another process has them, which dies with `close` or with the test. */
export async function openProcess(databaseUrl: string): Promise<Claimants> {
  const claimants = await openClaimants(databaseUrl, () => undefined);
  onTestFinished(() => claimants.close());
  (await entered(claimants)).leave();
  return claimants;
}

/** Whoever claims, once the lock is held; entered. */
export const entered = (claimants: Claimants): Promise<Claimant> =>
  until(() => {
    const by = claimants.enter();
    if (!by) throw new Error('nobody claims');
    return by;
  });

export const lives = async (orm: MikroORM, { number }: Claimant): Promise<boolean> =>
  (await livingClaimants(orm)).includes(number);

export const isGone = (orm: MikroORM, by: Claimant): Promise<void> =>
  until(async () => expect(await lives(orm, by)).toBe(false));
