import { describe, expect, it } from 'vitest';
import { sweepOnce } from '../../jobs/sweep.ts';
import type { Deps } from '../../src/deps.ts';
import { threadSubject, type JobName } from '../../src/queue/contracts.ts';
import { query } from '../support/embedded.ts';
import { buildShop, writes } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

/** What a look at all that is overdue wakes for, while the queue of `job` is so long. */
async function sweepWhile(job: JobName, length: number, asked = () => Promise.resolve(length)) {
  const woken: string[] = [];
  const wake: Deps['wake'] = (name, _tenantId, subject) => void woken.push(`${name} ${subject}`);
  const waker = { ...world.deps.waker, waiting: (name: JobName) => (name === job ? asked() : Promise.resolve(0)) };
  const freed = [{ job: 'deliver-outbound', tenantId: 'a tenant', subject: 'freed' }];
  const count = await sweepOnce({ ...world.deps, wake, waker }, 0, freed);
  expect(count).toBe(woken.length);
  return woken;
}

describe('the sweep', () => {
  it('leaves to a long queue what it would wake for, and wakes for all else', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 1, 'What are your opening hours?');
    await query(world.database.ownerUrl, `update inbound_events set created_at = now() - interval '1 minute'`);
    const event = `handle-inbound ${threadSubject(shop.telegram.channelId, '1')}`;
    const send = 'deliver-outbound freed';
    expect(await sweepWhile('handle-inbound', 500)).toEqual([send, event]);
    expect(await sweepWhile('handle-inbound', 501)).toEqual([send]);
    expect(await sweepWhile('deliver-outbound', 501)).toEqual([event]);
    // A queue that does not say how long it is may have lost everything.
    const away = () => Promise.reject(new Error('Redis is away'));
    expect(await sweepWhile('handle-inbound', 0, away)).toEqual([send, event]);
  });
});
