import { expect, it } from 'vitest';
import { createTenantBatches } from '../../src/outbox/tenant-batches.ts';

it('gathers for each tenant by itself, and keeps nothing of one that is done with', async () => {
  const runs: string[] = [];
  const run = async (tenantId: string, items: number[]) => {
    runs.push(`${tenantId} ${items.join('+')}`);
    await new Promise((resolve) => setImmediate(resolve));
    return items.map((item) => (item < 0 ? new Error('refused') : item * 10));
  };
  const batches = createTenantBatches(run, { most: 100 });
  const all = [batches.add('a', 1), batches.add('b', 2), batches.add('a', 3), batches.add('b', -1)];
  expect(batches.size).toBe(2);
  expect(await Promise.allSettled(all)).toMatchObject([
    { value: 10 },
    { value: 20 },
    { value: 30 },
    { reason: { message: 'refused' } },
  ]);
  expect(batches.size).toBe(0);
  expect(runs).toEqual(['a 1+3', 'b 2+-1']);

  for (let n = 0; n < 100; n++) expect(await batches.add(`tenant ${n}`, n)).toBe(n * 10);
  expect(batches.size).toBe(0);
});
