import type { ServerResponse } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkChannels } from '../../jobs/check-channels.ts';
import { checkChannel } from '../../src/connecting/check-channel.ts';
import { watchChannel } from '../../src/connecting/watch-channel.ts';
import { Channel } from '../../src/entities/channel.ts';
import { Tenant } from '../../src/entities/tenant.ts';
import { sealContext } from '../../src/tenancy/find-channel.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const secret = `whsec_${'A'.repeat(32)}`;
let shop: Shop;

beforeAll(async () => {
  shop = await buildShop(world);
  for (const name of ['one', 'two']) {
    const config = { url: `${world.platform.url}/${name}`, secret };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'webhook', name, config });
  }
});

beforeEach(() => {
  world.platform.answer = undefined;
  world.platform.calls.length = 0;
});

/** An hour has passed since every channel was made or asked after. */
const anHourPasses = () =>
  asOwner(world.database, (owner) =>
    owner.query(
      `update channels set created_at = created_at - interval '1 hour', checked_at = checked_at - interval '1 hour'`,
    ),
  );
const setWebhook = () => {
  const path = `/bot${shop.telegram.botToken}`;
  world.platform.webhooks.set(path, {
    url: `${world.url}/webhooks/telegram/${shop.telegram.key}`,
    secretToken: shop.telegram.secretToken,
  });
};
const healthOf = ({ tenantId, telegram }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(Channel, { tenantId, id: telegram.channelId }));
const asked = () => world.platform.calls.filter(({ path }) => path.endsWith('/getMe')).length;
const told = () => world.platform.calls.filter(({ path }) => ['/one', '/two'].includes(path));

describe('channels are asked after', () => {
  it('once an hour each, by one process of several, and not as soon as they are made', async () => {
    await checkChannels(world.deps);
    expect(asked()).toBe(0);
    setWebhook();
    await anHourPasses();
    const { tenantId, telegram } = shop;
    // Each has found that it is due before any of them asks.
    await Promise.all([1, 2, 3, 4].map(() => watchChannel(world.deps, tenantId, telegram.channelId, new Date())));
    expect(asked()).toBe(1);
    await checkChannels(world.deps);
    expect(asked()).toBe(1);
    expect(await healthOf(shop)).toMatchObject({ health: 'ok' });
    expect(told()).toEqual([]);
  });

  it('and managers are told once, at every target, when one is broken; and again when it breaks again', async () => {
    world.platform.webhooks.set(`/bot${shop.telegram.botToken}`, { url: 'https://other.example', secretToken: 'x' });
    for (let hour = 0; hour < 3; hour++) {
      await anHourPasses();
      await checkChannels(world.deps);
    }
    expect(await healthOf(shop)).toMatchObject({ health: 'broken' });
    expect(
      told()
        .map(({ path }) => path)
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['/one', '/two']);
    expect(told()[0]?.body).toMatchObject({
      data: { reason: expect.stringContaining('posts to another program'), conversation: { channel: 'telegram' } },
    });
    setWebhook();
    await anHourPasses();
    await checkChannels(world.deps);
    expect(await healthOf(shop)).toMatchObject({ health: 'ok' });
    world.platform.webhooks.clear();
    await anHourPasses();
    await checkChannels(world.deps);
    expect(told()).toHaveLength(4);

    // Nobody has said that it is well again.
    const { healthReason } = await healthOf(shop);
    world.platform.answer = (_call, response) => {
      response.destroy();
      return true;
    };
    await anHourPasses();
    await checkChannels(world.deps);
    expect(await healthOf(shop)).toMatchObject({ health: 'broken', healthReason });
    expect(told()).toHaveLength(4);
  });

  it('by nobody while the platform is away, the tenant is suspended or the channel is disconnected', async () => {
    setWebhook();
    await anHourPasses();
    await checkChannels(world.deps);
    const before = await healthOf(shop);
    world.platform.calls.length = 0;
    world.platform.answer = (_call, response) => {
      response.destroy();
      return true;
    };
    await anHourPasses();
    await checkChannels(world.deps);
    expect(await healthOf(shop)).toMatchObject({ health: 'ok', healthAt: before.healthAt });
    expect(told()).toEqual([]);

    world.platform.answer = undefined;
    world.platform.calls.length = 0;
    const { tenantId } = shop;
    const set = (status: Tenant['status']) =>
      withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Tenant, { id: tenantId }, { status }));
    await anHourPasses();
    await set('suspended');
    await checkChannels(world.deps);
    await set('active');
    await withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Channel, { tenantId }, { status: 'disabled' }));
    await checkChannels(world.deps);
    expect(asked()).toBe(0);
  });
});

it('what a platform says of a token that has been exchanged meanwhile says nothing of the new one', async () => {
  const other = await buildShop(world);
  const { tenantId, telegram } = other;
  const { channelId: id, botToken, secretToken } = telegram;
  const open: ServerResponse[] = [];
  world.platform.answer = (_call, response) => open.push(response) > 0 || undefined;
  const checking = checkChannel(world.deps, tenantId, id);
  await until(() => expect(open).toHaveLength(1));
  const configSealed = world.deps.keys.seal({ botToken: `2${botToken}`, secretToken }, sealContext(tenantId, id));
  await withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Channel, { tenantId, id }, { configSealed }));
  open[0]?.writeHead(401).end(JSON.stringify({ ok: false, error_code: 401, description: 'Unauthorized' }));
  expect(await checking).toMatchObject({ problems: [{ breaks: true }] });
  expect(await healthOf(other)).toMatchObject({ health: 'unknown', healthReason: null });
});
