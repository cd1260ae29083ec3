import type { Pool } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { nativePool } from '../../src/database/connect.ts';
import { Channel } from '../../src/entities/channel.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { claimStatement, readClaims, type Claim } from '../../src/outbox/outbox.ts';
import { recordStatements, type SendResult } from '../../src/outbox/record.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { atOnce } from '../../src/tenancy/at-once.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

// Nobody else sends: each test says what becomes of the sends, and what is written down together.
const world = useWorld({ workers: false });
const [ANA, BEN, EVA] = [1, 2, 3];
/** Writes to the second bot. */
const OLE = 4;
let pool: Pool;
let shop: Shop;
let second: Shop;
let claims: Map<number, Claim>;

beforeAll(async () => {
  pool = await nativePool(world.deps.orm);
});

/** Everybody's answer is on its way. */
beforeEach(async () => {
  shop = await buildShop(world);
  const config = { secretToken: `second-${shop.telegram.secretToken}`, botToken: `2${shop.telegram.botToken}` };
  const channel = { kind: 'telegram', name: 'Second bot', config };
  const { orm, keys } = world.deps;
  second = { ...shop, telegram: { ...config, ...(await addChannel(orm, keys, shop.tenantId, channel)) } };
  for (const chat of [ANA, BEN, EVA]) await says(shop, chat);
  await says(second, OLE);
  const found = await Promise.all(
    [ANA, BEN, EVA, OLE].map(async (chat) => {
      const { id } = await conversationOf(world, shop, chat);
      const [rows] = await atOnce(pool, shop.tenantId, [claimStatement(shop.tenantId, [id], [])]);
      return readClaims(rows ?? []).claims.map((claim) => [chat, claim] as const);
    }),
  );
  claims = new Map(found.flat());
});

async function says({ tenantId, telegram }: Shop, chat: number): Promise<void> {
  await writes(world, { ...shop, telegram }, chat, 'What are your opening hours?');
  const subjects = [threadSubject(telegram.channelId, String(chat))];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
}

const record = (...results: [chat: number, result: Omit<SendResult, 'claim'>][]) =>
  atOnce(
    pool,
    shop.tenantId,
    recordStatements(
      shop.tenantId,
      results.flatMap(([chat, result]) => {
        const claim = claims.get(chat);
        return claim ? [{ ...result, claim }] : [];
      }),
    ),
  );
const wait = (delayMs: number, scope: SendResult['scope'] = 'channel'): Omit<SendResult, 'claim'> => ({
  status: 'queued',
  errorCode: 'retry_after',
  error: 'Too Many Requests',
  delayMs,
  isFree: true,
  scope,
});
const failed = (scope: SendResult['scope'], error = 'Bad Request'): Omit<SendResult, 'claim'> => ({
  status: 'failed',
  errorCode: '400',
  error,
  scope,
});

const channelOf = ({ tenantId, telegram }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(Channel, { tenantId, id: telegram.channelId }));
const pausedUntil = async (one: Shop) => (await channelOf(one)).pausedUntil ?? null;
const faultOf = async (one: Shop) => (await channelOf(one)).sendFault ?? null;
/** When the answer to a chat may be tried again. */
const dueAt = async (chat: number) => {
  const { tenantId } = shop;
  const id = claims.get(chat)?.id ?? '';
  return (await withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(OutboundMessage, { tenantId, id })))
    .dueAt;
};
const isSubscribed = async (chat: number) => (await conversationOf(world, shop, chat)).isSubscribed;

describe('a channel that was asked to wait', () => {
  it('waits for as long as the longest of several answers said, and a shorter one that comes later changes nothing', async () => {
    await record([ANA, wait(60_000)], [BEN, wait(600_000)]);
    expect(await pausedUntil(shop)).toEqual(await dueAt(BEN));
    await record([EVA, wait(1_000)]);
    expect(await pausedUntil(shop)).toEqual(await dueAt(BEN));
  });

  it('waits for as long as its own platform said, whatever another one says at the same moment', async () => {
    await record([ANA, wait(60_000)], [OLE, wait(600_000)], [BEN, wait(900_000, 'conversation')]);
    expect([await pausedUntil(shop), await pausedUntil(second)]).toEqual([await dueAt(ANA), await dueAt(OLE)]);
  });

  it('is not broken, and nobody is out of its reach', async () => {
    await record([ANA, wait(60_000)], [BEN, wait(60_000, 'conversation')]);
    expect(await faultOf(shop)).toBeNull();
    expect([await isSubscribed(ANA), await isSubscribed(BEN)]).toEqual([true, true]);
  });
});

describe('a failure', () => {
  it('reaches as far as its cause: one message, one contact or one channel', async () => {
    await record([ANA, failed('message')], [BEN, failed('conversation')], [OLE, failed('channel', 'Unauthorized')]);
    expect([await faultOf(shop), await faultOf(second)]).toEqual([null, 'Unauthorized']);
    expect([await isSubscribed(ANA), await isSubscribed(BEN), await isSubscribed(OLE)]).toEqual([true, false, true]);
    expect([await pausedUntil(shop), await pausedUntil(second)]).toEqual([null, null]);
  });
});
