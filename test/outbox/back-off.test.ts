import { expect, it } from 'vitest';
import { deliverOutbound } from '../../jobs/deliver-outbound.ts';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { backOffMs } from '../../src/outbox/send.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { asOwner } from '../support/database.ts';
import { buildShop, conversationOf, writes } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const CHAT = 62;

it('a try that failed is made again after 1 s, then twice as long with each time up to 10 min, give or take a third', () => {
  for (const [attempts, seconds] of [
    [1, 1],
    [2, 2],
    [3, 4],
    [10, 512],
    [11, 600],
    [12, 600],
  ] as const) {
    const pauses = Array.from({ length: 1_000 }, () => backOffMs(attempts) / 1000);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(seconds * 0.66);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(seconds * 1.34);
    // What failed together does not come back together.
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(seconds / 2);
  }
});

it('a platform that is broken is tried more and more seldom', async () => {
  const shop = await buildShop(world);
  world.platform.answer = (_call, response) => {
    response.writeHead(500).end();
    return true;
  };
  const { tenantId, telegram } = shop;
  await writes(world, shop, CHAT, 'What are your opening hours?');
  const subjects = [threadSubject(telegram.channelId, String(CHAT))];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
  const { id } = await conversationOf(world, shop, CHAT);
  const ask = async <T extends object>(sql: string) => {
    const { rows } = await asOwner(world.database, (owner) => owner.query<T>(sql, [tenantId]));
    return rows[0];
  };
  for (const [attempts, seconds] of [
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 16],
  ] as const) {
    const before = Date.now();
    await ask(`update outbound_messages set due_at = now() where tenant_id = $1`);
    await deliverOutbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects: [id] }] } });
    const row = await ask<{ due_at: Date }>(
      `select status, attempts, error_code, due_at from outbound_messages where tenant_id = $1`,
    );
    expect(row).toMatchObject({ status: 'queued', attempts, error_code: 'retry' });
    const dueAt = row?.due_at.getTime() ?? 0;
    expect(dueAt - before).toBeGreaterThanOrEqual(seconds * 660);
    expect(dueAt - Date.now()).toBeLessThanOrEqual(seconds * 1_340);
  }
});
