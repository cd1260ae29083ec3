import { expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { nativePool } from '../../src/database/connect.ts';
import { isOutage } from '../../src/database/outage.ts';
import { createDelivery } from '../../src/outbox/deliver.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { query } from '../support/embedded.ts';
import { buildShop, conversationOf, writes } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

it('a web chat that cannot be told of a message gets the next one all the same', async () => {
  const shop = await buildShop(world);
  const { tenantId, telegram } = shop;
  await writes(world, shop, 1, 'What are your opening hours?');
  const subjects = [threadSubject(telegram.channelId, '1')];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
  const owner = (sql: string) => query(world.database.ownerUrl, sql);
  await owner(
    `insert into outbound_messages (tenant_id, id, conversation_id, channel_id, message_id, seq, part, epoch, is_automatic, text)
     select tenant_id, gen_random_uuid(), conversation_id, channel_id, message_id, seq, 1, epoch, is_automatic, 'And more'
     from outbound_messages where tenant_id = '${tenantId}'`,
  );
  const channel = { id: telegram.channelId, kind: 'webchat', name: 'Chat', isActive: true, previous: null };
  const config = { visitorSecret: 'x'.repeat(32) };
  const told: string[] = [];
  const delivery = createDelivery({
    ...world.deps,
    pool: await nativePool(world.deps.orm),
    isOutage,
    fileOf: () => Promise.reject(new Error('there is none')),
    followMove: () => Promise.resolve(),
    channelsOf: async () => new Map([[telegram.channelId, { ...channel, config }]]),
    announce(subject) {
      told.push(subject);
      return Promise.reject(new Error('the database went away'));
    },
  });
  await delivery.deliver(tenantId, [(await conversationOf(world, shop, 1)).id]);
  const rows = await owner(
    `select status, attempts, is_uncertain from outbound_messages where tenant_id = '${tenantId}' order by part`,
  );
  const sent = { status: 'sent', attempts: 1, is_uncertain: false };
  expect(rows).toEqual([sent, sent]);
  expect(told).toEqual([subjects[0], subjects[0]]);
});
