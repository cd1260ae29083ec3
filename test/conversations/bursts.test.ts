import { describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import type { Wake } from '../../src/queue/wake.ts';
import { query } from '../support/embedded.ts';
import { buildShop, conversationOf, decisionsOf, writes, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const CHAT = 1;
const [QUIET, MOST] = [60_000, 120_000];

/** Somebody writes, and a worker looks; gives how long later it wants to be woken, in milliseconds. */
async function says({ tenantId, ...shop }: Shop, text: string): Promise<number[]> {
  await writes(world, { tenantId, ...shop }, CHAT, text);
  const subject = threadSubject(shop.telegram.channelId, String(CHAT));
  const delays: number[] = [];
  const wake: Wake = (job, ...[, , delayMs = 0]) => void (job === 'handle-inbound' && delays.push(delayMs));
  await handleInbound.start({ ...world.deps, wake }).process({ data: { wakes: [{ tenantId, subjects: [subject] }] } });
  return delays;
}

const beganBefore = ({ tenantId }: Shop, ms: number) =>
  query(
    world.database.ownerUrl,
    `update conversations set turn_started_at = now() - interval '${ms} ms' where tenant_id = '${tenantId}'`,
  );
const verdictsOf = async (shop: Shop) =>
  (await decisionsOf(world, shop, (await conversationOf(world, shop, CHAT)).id)).map(({ firstSeq, lastSeq }) => [
    firstSeq,
    lastSeq,
  ]);
const buildSlow = () => buildShop(world, { thresholds: { debounce_ms: QUIET, debounce_max_ms: MOST } });

describe('a burst', () => {
  it('is looked at when it may be over: after a pause, or when it has gone on for long enough', async () => {
    const shop = await buildSlow();
    expect(await says(shop, 'Hi')).toEqual([QUIET]);
    await beganBefore(shop, MOST - 40_000);
    const [left = 0, ...others] = await says(shop, 'tell me');
    expect(others).toEqual([]);
    expect(left).toBeLessThanOrEqual(40_000);
    expect(left).toBeGreaterThan(0);
    expect(await verdictsOf(shop)).toEqual([]);
  });

  it('that goes on for longer than it may is answered with what has been said by then', async () => {
    const shop = await buildSlow();
    await says(shop, 'Hi');
    await beganBefore(shop, MOST);
    expect(await says(shop, 'What are your opening hours?')).toEqual([]);
    expect(await verdictsOf(shop)).toEqual([[1, 2]]);
  });
});
