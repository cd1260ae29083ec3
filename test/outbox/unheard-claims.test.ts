import type { ServerResponse } from 'node:http';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFreeAbandoned } from '../../jobs/abandoned-claims.ts';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { nativePool } from '../../src/database/connect.ts';
import { isOutage } from '../../src/database/outage.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { createDelivery, type Delivery } from '../../src/outbox/deliver.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { atOnce } from '../../src/tenancy/at-once.ts';
import type { Claimant, Claimants } from '../../src/tenancy/claimants.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { entered, isGone, lives, openProcess } from '../support/claimants.ts';
import { query } from '../support/embedded.ts';
import { buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

// Nobody sends or sweeps by itself: each test says who claims and what goes wrong.
const world = useWorld({ workers: false });
let chat = 0;
let pool: Pool;
let shop: Shop;
let conversationId: string;
let claimants: Claimants;
/** Who claims first. What goes on under its number is what the test has begun, and no more. */
let by: Claimant;

beforeAll(async () => {
  pool = await nativePool(world.deps.orm);
});

/** A reply waits to be sent. */
beforeEach(async () => {
  shop = await buildShop(world);
  const { tenantId, telegram } = shop;
  chat += 1;
  await writes(world, shop, chat, 'What are your opening hours?');
  const wakes = [{ tenantId, subjects: [threadSubject(telegram.channelId, String(chat))] }];
  await handleInbound.start(world.deps).process({ data: { wakes } });
  conversationId = (await conversationOf(world, shop, chat)).id;
  claimants = await openProcess(world.database.url);
  by = await entered(claimants);
  by.leave();
});
afterEach(() => {
  world.platform.answer = undefined;
});

const row = () =>
  withTenant(world.deps.orm, shop.tenantId, (em) => em.findOneOrFail(OutboundMessage, { tenantId: shop.tenantId }));
const shown = () => world.platform.textsTo(String(chat));

/** Nothing is claimed under the number any more, and nobody answers for what was. */
const isGivenUp = async () => {
  expect((await entered(claimants)).number).not.toBe(by.number);
  await isGone(world.deps.orm, by);
};

/** Nothing that was begun is forgotten under way, or a number would live for ever that nobody works under. */
const nothingGoesOn = async () => {
  by.enter();
  by.doubt();
  by.leave();
  await isGone(world.deps.orm, by);
};

const deliveryOver = (connections: Pool, channelsOf = world.deps.channelsOf): Delivery =>
  createDelivery({
    ...world.deps,
    claimants,
    channelsOf,
    pool: connections,
    isOutage,
    fileOf: () => expect.fail('there is no file'),
    announce: () => Promise.resolve(),
    followMove: () => Promise.resolve(),
  });

/** After so many transactions the database does once what it is told to, and its answer is lost. */
function forgetfulAfter(transactions: number, error: Error): Pool {
  let left = transactions;
  const lose = (client: PoolClient): PoolClient =>
    Object.create(client, {
      release: { value: () => client.release() },
      query: {
        value: async (asked: string | QueryConfig) => {
          const answer = await client.query(asked);
          if (asked !== 'commit') return answer;
          throw error;
        },
      },
    }) as PoolClient;
  return Object.create(pool, {
    connect: { value: async () => (left-- === 0 ? lose(await pool.connect()) : pool.connect()) },
  }) as Pool;
}

const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('a claim by a job', () => {
  it('that was not heard of is given up and sent by whoever looks next', async () => {
    const delivery = deliveryOver(forgetfulAfter(0, reset()));
    await expect(delivery.deliver(shop.tenantId, [conversationId])).rejects.toThrow('ECONNRESET');
    expect(await row()).toMatchObject({ status: 'sending', claimedBy: by.number });
    await isGivenUp();

    const free = createFreeAbandoned(world.deps);
    await free(0);
    expect(await free(5_000)).toMatchObject([{ job: 'deliver-outbound', subject: conversationId }]);
    await delivery.deliver(shop.tenantId, [conversationId]);
    await delivery.settled();
    expect(await row()).toMatchObject({ status: 'sent', isUncertain: true });
    expect(shown()).toHaveLength(1);
  });

  it('lives while it is being sent, whatever else was not heard of under its number', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    let isAsked = false;
    world.platform.answer = (_call, response: ServerResponse) => {
      isAsked = true;
      void answered.then(() => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ ok: true, result: { message_id: 5, chat: { id: chat } } }));
      });
      return true;
    };
    const delivery = deliveryOver(pool);
    const delivered = delivery.deliver(shop.tenantId, [conversationId]);
    await until(() => expect(isAsked).toBe(true));
    by.doubt();
    const free = createFreeAbandoned(world.deps);
    for (const now of [0, 10_000, 20_000]) {
      expect((await entered(claimants)).number).not.toBe(by.number);
      expect([await free(now), await lives(world.deps.orm, by)]).toEqual([[], true]);
    }
    answer();
    await delivered;
    await delivery.settled();
    expect(await row()).toMatchObject({ status: 'sent', isUncertain: false, attempts: 1 });
    await isGone(world.deps.orm, by);
  });

  it('whose result could not be written down is given up', async () => {
    const delivery = deliveryOver(forgetfulAfter(1, new Error('a mistake of ours')));
    await delivery.deliver(shop.tenantId, [conversationId]);
    await delivery.settled();
    expect(shown()).toHaveLength(1);
    await isGivenUp();
  });

  it('that breaks before anything is sent is given up', async () => {
    const channelsOf = () => Promise.reject(new Error('the database went away'));
    await deliveryOver(pool, channelsOf).deliver(shop.tenantId, [conversationId]);
    expect(await row()).toMatchObject({ status: 'sending', claimedBy: by.number });
    expect(shown()).toEqual([]);
    await isGivenUp();
  });

  it('leaves nothing behind when all went well', async () => {
    const delivery = deliveryOver(pool);
    await delivery.deliver(shop.tenantId, [conversationId]);
    await delivery.settled();
    expect(await row()).toMatchObject({ status: 'sent', claimedBy: by.number });
    expect((await entered(claimants)).number).toBe(by.number);
    by.leave();
    await nothingGoesOn();
  });
});

describe('a claim by the transaction that writes the reply', () => {
  /** A process that sends, in which only the reply of the test waits. */
  function open(): Delivery {
    const delivery = deliveryOver(pool);
    delivery.open();
    return delivery;
  }

  async function newReply() {
    const { id, channelId, messageId, tenantId } = await row();
    await query(world.database.ownerUrl, `delete from outbound_messages where tenant_id = '${tenantId}'`);
    const place = { conversationId, channelId, messageId, seq: 9, part: 0, epoch: 0 };
    return { ...place, tenantId, id, isAutomatic: false, text: 'Mia here', quickReplies: [] };
  }

  it.each([
    ['fails', ['update conversations set epoch = 1 / 0', []]],
    ['succeeds', null],
  ] as const)('is over when that %s', async (end, mistake) => {
    const delivery = open();
    const deps = { ...world.deps, enqueue: (...args: Parameters<Delivery['enqueue']>) => delivery.enqueue(...args) };
    const reply = await newReply();
    const written = withUnit(deps, shop.tenantId, async (unit) => {
      unit.writes.outbound.push(reply);
      if (mistake) unit.writes.others.push(mistake);
    });
    if (mistake) await expect(written).rejects.toThrow('division by zero');
    else await written;
    await delivery.settled();
    expect(shown(), end).toEqual(mistake ? [] : ['Mia here']);
    await nothingGoesOn();
  });

  it('that was not heard of is given up, with all that it took', async () => {
    const enqueuing = open().enqueue(shop.tenantId, [await newReply()]);
    if (!enqueuing) throw new Error('nothing is enqueued');
    const [rows] = await atOnce(pool, shop.tenantId, [enqueuing.statement]);
    expect(enqueuing.taken(rows ?? [])?.conversationIds).toEqual(new Set([conversationId]));
    expect(await row()).toMatchObject({ status: 'sending', claimedBy: by.number });
    enqueuing.failed();
    await isGivenUp();
    expect(shown()).toEqual([]);
  });
});
