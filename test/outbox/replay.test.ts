import { afterEach, beforeEach, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import { asManager, buildShop, conversationOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

// Nobody else sends.
const world = useWorld({ workers: false });
const [ANA, BEN] = [63, 64];
const answer = Array.from({ length: 1_200 }, (_, n) => `word${n}`).join(' ');
let shop: Shop;

/** Both have asked for an answer in three parts, of which the second was refused. */
beforeEach(async () => {
  shop = await buildShop(world, { faqs: [{ question: 'Tell me everything', answer, keywords: 'everything' }] });
  world.platform.answer = ({ body }, response) => {
    if (!String(body['text']).includes('word600 ')) return undefined;
    response.writeHead(400).end(JSON.stringify({ ok: false, error_code: 400, description: 'Bad Request' }));
    return true;
  };
  for (const chat of [ANA, BEN]) {
    await writes(world, shop, chat, 'tell me everything');
    const wakes = [{ tenantId: shop.tenantId, subjects: [threadSubject(shop.telegram.channelId, String(chat))] }];
    await handleInbound.start(world.deps).process({ data: { wakes } });
    await deliver(chat);
    expect(await statusesOf(chat)).toEqual(['sent', 'failed', 'discarded']);
  }
});
afterEach(() => {
  world.platform.answer = undefined;
});

const idOf = async (chat: number) => (await conversationOf(world, shop, chat)).id;
const deliver = async (chat: number) => world.deps.delivery.deliver(shop.tenantId, [await idOf(chat)]);
async function partsOf(chat: number): Promise<OutboundMessage[]> {
  const of = { tenantId: shop.tenantId, conversationId: await idOf(chat) };
  return withTenant(world.deps.orm, shop.tenantId, (em) => em.find(OutboundMessage, of, { orderBy: { part: 'asc' } }));
}
const statusesOf = async (chat: number) => (await partsOf(chat)).map(({ status }) => status);

it('what was refused is sent again with the rest of its message, as if it were new, and nothing else is', async () => {
  await asOwner(world.database, (owner) =>
    owner.query(
      `update outbound_messages set asked_at = now() - interval '2 days', attempts = 12 where tenant_id = $1`,
      [shop.tenantId],
    ),
  );
  world.platform.answer = undefined;
  world.platform.calls.length = 0;
  const [, refused] = await partsOf(ANA);
  expect(await (await asManager(world, shop, `/failures/outbound/${refused?.id}/replay`, {})).json()).toEqual({
    replayed: true,
  });
  expect(await partsOf(ANA)).toMatchObject([
    { status: 'sent' },
    { status: 'queued', attempts: 0 },
    { status: 'queued' },
  ]);
  await deliver(ANA);
  expect(await statusesOf(ANA)).toEqual(['sent', 'sent', 'sent']);
  const texts = world.platform.textsTo(String(ANA));
  expect(texts).toHaveLength(2);
  expect(answer.endsWith(texts.join(' '))).toBe(true);
  expect((await messagesOf(world, shop, await idOf(ANA))).at(-1)).toMatchObject({ status: 'sent', isError: false });
  expect(await statusesOf(BEN)).toEqual(['sent', 'failed', 'discarded']);
});
