import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startWorkers } from '../../jobs/main.ts';
import { telegram } from '../../src/channels/telegram.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, telegramUpdate, writes } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

const FLOOD = 1_200;
const QUIET_CHAT = 77;

let world: World;
beforeAll(async () => {
  // One batch at once: with many, a flood of this size would leave room for others by itself.
  world = await startWorld({ workers: false, env: { WORKER_CONCURRENCY: '1' } });
});
afterAll(() => world.close());

it('answers a quiet tenant long before the flood that came in ahead of it', async () => {
  const [flooded, quiet] = [await buildShop(world), await buildShop(world)];
  const receiver = { tenantId: flooded.tenantId, channelId: flooded.telegram.channelId };
  for (let chat = 10_000; chat < 10_000 + FLOOD; chat += 100) {
    const updates = Array.from({ length: 100 }, (_, n) => telegramUpdate(chat + n, 'What are your opening hours?'));
    await world.deps.inbox.receive(
      receiver,
      updates.flatMap((update) => telegram.parse(update)),
    );
  }
  await writes(world, quiet, QUIET_CHAT, 'Do you have vegan options?');
  await world.deps.waker.settled();

  const workers = startWorkers(world.deps);
  try {
    await vi.waitFor(() => expect(world.platform.textsTo(String(QUIET_CHAT))).toHaveLength(1), {
      timeout: 30_000,
      interval: 1,
    });
    const pending = await withTenant(world.deps.orm, flooded.tenantId, (em) =>
      em.count(InboundEventRow, { tenantId: flooded.tenantId, status: 'pending' }),
    );
    expect(pending).toBeGreaterThan(FLOOD / 2);
    // And the flood is no less answered for it.
    await vi.waitFor(() => expect(world.platform.calls).toHaveLength(FLOOD + 1), { timeout: 90_000, interval: 50 });
  } finally {
    await workers.stop();
  }
}, 180_000);
