import { expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { nativePool } from '../../src/database/connect.ts';
import { isOutage } from '../../src/database/outage.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { createDelivery } from '../../src/outbox/deliver.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { createChannelsOf } from '../../src/tenancy/channels-of.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf } from '../support/tenants.ts';
import { addWhatsapp } from '../support/whatsapp-number.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

it('a message on a channel that this process has not heard of yet is sent, not failed', async () => {
  const { orm, keys } = world.deps;
  const shop = await buildShop(world);
  const { tenantId } = shop;
  // What this process remembers is from before the channel, and no news of it comes.
  const unheard = {
    isLive: () => true,
    listen: () => undefined,
    onLive: () => undefined,
    close: async () => undefined,
  };
  const channelsOf = createChannelsOf(orm, keys, unheard);
  await channelsOf(tenantId);
  const number = await addWhatsapp(world, shop);
  await number.says('wamid.1', 'What are your opening hours?');
  const subjects = [threadSubject(number.channelId, number.contact)];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
  expect((await channelsOf(tenantId)).has(number.channelId)).toBe(false);

  const delivery = createDelivery({
    ...world.deps,
    channelsOf,
    pool: await nativePool(orm),
    isOutage,
    fileOf: () => Promise.reject(new Error('there is none')),
    followMove: () => Promise.resolve(),
    announce: () => Promise.resolve(),
  });
  await delivery.deliver(tenantId, [(await conversationOf(world, shop, number.contact)).id]);
  await delivery.settled();
  expect(world.platform.textsTo(number.contact)).toHaveLength(1);
  const sends = await withTenant(orm, tenantId, (em) => em.find(OutboundMessage, { tenantId }));
  expect(sends).toMatchObject([{ status: 'sent', attempts: 1 }]);
});
