import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const LAST = 1_100;

/** Everybody asks, and the answers wait to be sent; gives their conversations. */
async function ask(shop: Shop, chats: number[]): Promise<string[]> {
  await Promise.all(chats.map((chat) => writes(world, shop, chat, 'What are your opening hours?')));
  const subjects = chats.map((chat) => threadSubject(shop.telegram.channelId, String(chat)));
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
  return Promise.all(chats.map(async (chat) => (await conversationOf(world, shop, chat)).id));
}

const sendsOf = ({ tenantId }: Shop, status: OutboundMessage['status']) =>
  withTenant(world.deps.orm, tenantId, (em) => em.count(OutboundMessage, { tenantId, status }));

it('a channel whose platform is slow is sent a hundred messages at once and no more, and others go on', async () => {
  const [slow, other] = [await buildShop(world), await buildShop(world)];
  const open: ServerResponse[] = [];
  world.platform.answer = ({ path }, response) =>
    path.includes(slow.telegram.botToken) ? open.push(response) > 0 || undefined : undefined;
  const many = Array.from({ length: 100 }, (_, n) => LAST - 1 - n);
  const { delivery } = world.deps;
  await delivery.deliver(slow.tenantId, await ask(slow, many));
  await until(() => expect(open).toHaveLength(100));

  const [last = ''] = await ask(slow, [LAST]);
  await delivery.deliver(slow.tenantId, [last]);
  expect([await sendsOf(slow, 'sending'), await sendsOf(slow, 'queued')]).toEqual([100, 1]);
  await delivery.deliver(other.tenantId, await ask(other, [LAST]));
  expect(await sendsOf(other, 'sent')).toBe(1);

  world.platform.answer = undefined;
  for (const response of open) response.end(JSON.stringify({ ok: true, result: { message_id: 1, chat: { id: 1 } } }));
  await delivery.settled();
  await delivery.deliver(slow.tenantId, [last]);
  expect(await sendsOf(slow, 'sent')).toBe(101);
});
