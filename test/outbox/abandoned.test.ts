import type { Pool } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFreeAbandoned } from '../../jobs/abandoned-claims.ts';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { nativePool } from '../../src/database/connect.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { claimStatement, readClaims, type Claim } from '../../src/outbox/outbox.ts';
import { recordStatements } from '../../src/outbox/record.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { atOnce } from '../../src/tenancy/at-once.ts';
import type { Claimant } from '../../src/tenancy/claimants.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { entered, isGone, openProcess } from '../support/claimants.ts';
import { query } from '../support/embedded.ts';
import { buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

// Nobody sends or sweeps by itself: each test says who claims, who dies and who looks when.
const world = useWorld({ workers: false });
const CHAT = 7;
let pool: Pool;
let shop: Shop;
let conversationId: string;

beforeAll(async () => {
  pool = await nativePool(world.deps.orm);
});

/** A reply waits to be sent. */
beforeEach(async () => {
  shop = await buildShop(world);
  const { tenantId, telegram } = shop;
  await writes(world, shop, CHAT, 'What are your opening hours?');
  const wakes = [{ tenantId, subjects: [threadSubject(telegram.channelId, String(CHAT))] }];
  await handleInbound.start(world.deps).process({ data: { wakes } });
  conversationId = (await conversationOf(world, shop, CHAT)).id;
  expect(await row()).toMatchObject({ status: 'queued', claimedBy: null });
});

const row = () =>
  withTenant(world.deps.orm, shop.tenantId, (em) => em.findOneOrFail(OutboundMessage, { tenantId: shop.tenantId }));

async function claimAs(by: Claimant | null): Promise<Claim | undefined> {
  const [rows] = await atOnce(pool, shop.tenantId, [claimStatement(shop.tenantId, [conversationId], [], by)]);
  return readClaims(rows ?? [], by).claims[0];
}

const send = () => ({ job: 'deliver-outbound', tenantId: shop.tenantId, subject: conversationId });

describe('what a dead process had claimed', () => {
  it('is free five seconds after nothing was seen of it, and sent by another, flagged', async () => {
    const claimants = await openProcess(world.database.url);
    const by = await entered(claimants);
    const lost = await claimAs(by);
    expect(lost?.by).toBe(by);
    expect(await row()).toMatchObject({ status: 'sending', claimedBy: by.number });
    const free = createFreeAbandoned(world.deps);
    for (const now of [0, 10_000, 20_000]) expect(await free(now)).toEqual([]);

    await claimants.close();
    await isGone(world.deps.orm, by);
    for (const now of [30_000, 34_999]) expect(await free(now)).toEqual([]);
    expect(await claimAs(null)).toBeUndefined();
    expect(await free(35_000)).toEqual([send()]);
    expect(await free(35_001)).toEqual([]);

    // Whoever was taken for dead and was not changes nothing any more.
    if (lost) await atOnce(pool, shop.tenantId, recordStatements(shop.tenantId, [{ claim: lost, status: 'failed' }]));
    expect(await row()).toMatchObject({ status: 'sending' });
    expect(await claimAs(null)).toMatchObject({ id: lost?.id, attempts: 2 });
    expect(await row()).toMatchObject({ status: 'sending', isUncertain: true, claimedBy: null });
  });

  it('is left alone where it lives again in between, as after a restart of the database', async () => {
    const claimants = await openProcess(world.database.url);
    const by = await entered(claimants);
    await claimAs(by);
    const free = createFreeAbandoned(world.deps);
    await free(0);
    await query(
      world.database.ownerUrl,
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = ${by.number}`,
    );
    await isGone(world.deps.orm, by);
    expect(await free(1_000)).toEqual([]);
    await entered(claimants);
    expect(await free(3_000)).toEqual([]);
    await claimants.close();
    await isGone(world.deps.orm, by);
    for (const now of [6_000, 10_999]) expect(await free(now)).toEqual([]);
    expect(await free(11_000)).toEqual([send()]);
  });

  it('is found also where nobody saw the process live: by a worker that starts, or within a quarter of a minute', async () => {
    const old = createFreeAbandoned(world.deps);
    await old(0);
    const claimants = await openProcess(world.database.url);
    const by = await entered(claimants);
    await claimAs(by);
    await claimants.close();
    await isGone(world.deps.orm, by);
    const young = createFreeAbandoned(world.deps);
    expect(await young(1_000)).toEqual([]);
    expect(await old(14_999)).toEqual([]);
    expect(await old(15_000)).toEqual([]);
    expect(await old(20_000)).toEqual([send()]);
    expect(await young(6_000)).toEqual([]);
  });

  it('waits for its lease where nobody holds a lock for it', async () => {
    await claimAs(null);
    const free = createFreeAbandoned(world.deps);
    for (const now of [0, 20_000, 40_000]) expect(await free(now)).toEqual([]);
  });

  it('is its notifications as well', async () => {
    const claimants = await openProcess(world.database.url);
    const by = await entered(claimants);
    const at = `'${shop.tenantId}', gen_random_uuid()`;
    const [notice] = await query(
      world.database.ownerUrl,
      `with target as (
         insert into notification_targets (tenant_id, id, kind, name, config_sealed)
         values (${at}, 'webhook', 'Team', '') returning id)
       insert into notifications (tenant_id, id, target_id, conversation_id, notice, status, claimed_by, due_at)
       select ${at}, target.id, '${conversationId}', '{}', 'sending', ${by.number}, now() + interval '1 minute' from target
       returning id`,
    );
    const free = createFreeAbandoned(world.deps);
    await free(0);
    await claimants.close();
    await isGone(world.deps.orm, by);
    await free(1_000);
    expect(await free(6_000)).toEqual([{ job: 'notify-manager', tenantId: shop.tenantId, subject: notice?.['id'] }]);
  });
});
