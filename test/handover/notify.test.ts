import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { notifyManager } from '../../jobs/notify-manager.ts';
import type { Deps } from '../../src/deps.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { query } from '../support/embedded.ts';
import { buildShop, writes, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
let shop: Shop;
let chat = 0;

const Row = z.object({ id: z.string(), status: z.string(), attempts: z.number(), wait: z.number() });
async function notification() {
  const [row] = await query(
    world.database.ownerUrl,
    `select id, status, attempts, extract(epoch from due_at - now())::float8 as wait from notifications
     where tenant_id = '${shop.tenantId}'`,
  );
  return Row.parse(row);
}
const process = async (deps: Deps = world.deps) => {
  const subjects = [(await notification()).id];
  await notifyManager.start(deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
};

/** A customer who wants a person; nobody has been told yet. */
async function askFor(url: string): Promise<void> {
  chat += 1;
  shop = await buildShop(world, { handoverMode: 'immediate' });
  const { orm, keys } = world.deps;
  await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: 'Team', config: { url, secret } });
  await writes(world, shop, chat, 'I want to talk to a human');
  const subjects = [threadSubject(shop.telegram.channelId, String(chat))];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
}

describe('a notice', () => {
  beforeEach(() => askFor(`${world.platform.url}/told`));

  it.each([-2_000, 2_000])('leaves at once where the clock of the process is %i ms off the database’s', async (ms) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    try {
      await process();
    } finally {
      vi.useRealTimers();
    }
    expect(await notification()).toMatchObject({ status: 'sent', attempts: 1 });
  });

  it('that somebody looks at before it is due is looked at again when it is', async () => {
    await query(
      world.database.ownerUrl,
      `update notifications set due_at = now() + interval '10 seconds' where tenant_id = '${shop.tenantId}'`,
    );
    const woken: [string, number][] = [];
    const wake: Deps['wake'] = (job, _tenantId, _subject, delayMs = 0) => void woken.push([job, delayMs]);
    await process({ ...world.deps, wake });
    expect(woken).toEqual([['notify-manager', expect.any(Number)]]);
    expect(woken[0]?.[1]).toBeGreaterThan(8_000);
    expect(await notification()).toMatchObject({ status: 'queued', attempts: 0 });
  });

  it('that somebody began to send and died over is sent when that one’s time is up', async () => {
    const begunUntil = (time: string) =>
      query(
        world.database.ownerUrl,
        `update notifications set status = 'sending', attempts = 1, due_at = ${time} where tenant_id = '${shop.tenantId}'`,
      );
    await begunUntil(`now() + interval '10 seconds'`);
    await process();
    expect(await notification()).toMatchObject({ status: 'sending', attempts: 1 });
    await begunUntil(`now() - interval '1 second'`);
    await process();
    expect(await notification()).toMatchObject({ status: 'sent', attempts: 2 });
  });
});

it('a notice that was not taken is due again after its pause, by the database’s clock', async () => {
  await askFor('http://127.0.0.1:1/');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  try {
    await process();
  } finally {
    vi.useRealTimers();
  }
  const { status, attempts, wait } = await notification();
  expect([status, attempts]).toEqual(['queued', 1]);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThan(3);
});
