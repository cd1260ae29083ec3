import { pino } from 'pino';
import { z } from 'zod';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { TenantSettings } from '../../src/entities/tenant-settings.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, writes } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const Line = z.object({ msg: z.string() });

it('an event that cannot be handled ends as failed, and nobody is woken once nothing is left', async () => {
  const shop = await buildShop(world);
  const { tenantId } = shop;
  const all = <T>(find: (em: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>) =>
    withTenant(world.deps.orm, tenantId, find);
  await writes(world, shop, 1, 'one');
  await writes(world, shop, 1, 'two');
  await all((em) => em.nativeUpdate(TenantSettings, { tenantId }, { thresholds: { nonsense: 1 } }));
  await vi.waitFor(() => expect(world.deps.settingsOf(tenantId)).rejects.toThrow(/nonsense/), 5_000);

  const lines: string[] = [];
  const woken: number[] = [];
  const job = handleInbound.start({
    ...world.deps,
    log: pino({ level: 'error' }, { write: (line: string) => void lines.push(Line.parse(JSON.parse(line)).msg) }),
    wake: (_job, _tenantId, _subject, delayMs = 0) => void woken.push(delayMs),
  });
  const subject = threadSubject(shop.telegram.channelId, '1');
  const process = () => job.process({ data: { wakes: [{ tenantId, subjects: [subject] }] } });
  for (let tries = 0; tries < 6; tries++) await process();
  const events = await all((em) => em.find(InboundEventRow, { tenantId }));
  expect(events.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(['failed 3', 'failed 3']);
  expect(woken).toEqual([1_000, 2_000, 0, 1_000, 2_000]);
  expect(lines).toEqual(Array(6).fill('inbound.failed'));

  // A wake-up that comes late, as the sweep's may.
  await process();
  expect(lines).toHaveLength(6);
});

it('a turn that cannot be decided is reported each time, as nothing else would show it', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 60_000 } });
  const { tenantId } = shop;
  await writes(world, shop, 2, 'one');
  const job = handleInbound.start(world.deps);
  const subject = threadSubject(shop.telegram.channelId, '2');
  const process = () => job.process({ data: { wakes: [{ tenantId, subjects: [subject] }] } });
  await process();
  await withTenant(world.deps.orm, tenantId, async (em) => {
    expect(await em.count(Conversation, { tenantId, turnStartedAt: { $ne: null } })).toBe(1);
    await em.nativeUpdate(TenantSettings, { tenantId }, { thresholds: { nonsense: 1 } });
  });
  await vi.waitFor(() => expect(world.deps.settingsOf(tenantId)).rejects.toThrow(/nonsense/), 5_000);
  await expect(process()).rejects.toThrow(/nonsense/);
});

it('a turn that cannot be decided keeps the other threads of its batch from nothing', async () => {
  const shop = await buildShop(world, { thresholds: { debounce_ms: 60_000 } });
  const { tenantId } = shop;
  const subjects = ['3', '4'].map((thread) => threadSubject(shop.telegram.channelId, thread));
  const process = (deps: World['deps']) =>
    handleInbound.start(deps).process({ data: { wakes: [{ tenantId, subjects }] } });
  const due = { tenantId, turnStartedAt: { $ne: null } };
  const open = () => withTenant(world.deps.orm, tenantId, (em) => em.find(Conversation, due));
  await writes(world, shop, 3, 'What are your opening hours?');
  await writes(world, shop, 4, 'What are your opening hours?');
  await process(world.deps);
  await withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Conversation, due, { turnDueAt: new Date(0) }));
  // The batch, and then the first of its threads alone.
  let tries = 0;
  const limitsOf: World['deps']['limitsOf'] = (kind) => {
    tries += 1;
    if (tries <= 2) throw new Error('nothing can be said here');
    return world.deps.limitsOf(kind);
  };
  await expect(process({ ...world.deps, limitsOf })).rejects.toThrow('nothing can be said here');
  expect((await open()).map(({ thread }) => thread)).toEqual(['3']);
});
