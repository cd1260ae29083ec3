import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Channel } from '../../src/entities/channel.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import type { PlatformCall } from '../support/fake-platform.ts';
import { addSender, callFrom } from '../support/senders.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import { asManager, buildShop, conversationOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
afterEach(() => {
  world.platform.answer = undefined;
});

const [hours, vegan] = ['What are your opening hours?', 'Do you have vegan options?'];
const [open, milk] = coffeeFaqs.map(({ answer }) => answer);
const outboundOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(OutboundMessage, { tenantId }, { orderBy: { id: 'asc' } }));
const channelOf = ({ tenantId, telegram }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(Channel, { tenantId, id: telegram.channelId }));
/** The time that was asked for is over. */
async function timePasses({ tenantId }: Shop): Promise<void> {
  const past = `now() - interval '1 minute' where tenant_id = '${tenantId}'`;
  await query(world.database.ownerUrl, `update channels set paused_until = ${past}`);
  await query(world.database.ownerUrl, `update outbound_messages set due_at = ${past} and status = 'queued'`);
}
/** Does `act` in place of the first answer to a call of this kind. */
function atFirst(isMeant: (call: PlatformCall) => boolean, act: (response: ServerResponse) => void): void {
  let isOver = false;
  world.platform.answer = (call, response) => {
    if (isOver || !isMeant(call)) return undefined;
    isOver = true;
    act(response);
    return true;
  };
}
const tooMany = (seconds: number) => (response: ServerResponse) => {
  response.writeHead(429, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ok: false, error_code: 429, parameters: { retry_after: seconds } }));
};
const isTo = (chat: number) => (call: PlatformCall) => call.body['chat_id'] === chat;
const textsTo = (chat: number) => world.platform.textsTo(String(chat));

describe('a platform that asks to be left alone for a while', () => {
  it('in one chat is sent nothing there, all else, and then everything in order, without using up a try', async () => {
    const shop = await buildShop(world);
    atFirst(isTo(51), tooMany(5));
    await writes(world, shop, 51, hours);
    const waits = { status: 'queued', errorCode: 'retry_after', attempts: 0 };
    await until(async () => expect((await outboundOf(shop))[0]).toMatchObject(waits));
    await writes(world, shop, 51, vegan);
    await writes(world, shop, 52, vegan);
    await until(() => expect(textsTo(52)).toEqual([milk]));
    // The other chat's reply may come before the second one here: no order is promised between chats.
    const { id } = await conversationOf(world, shop, 51);
    const here = async () => (await outboundOf(shop)).filter(({ conversationId }) => conversationId === id);
    await until(async () => expect(await here()).toHaveLength(2));
    const [first, second] = await here();
    expect([first, second]).toMatchObject([waits, { status: 'queued', attempts: 0 }]);
    expect(first?.dueAt.getTime()).toBeGreaterThan(Date.now());
    expect((await channelOf(shop)).pausedUntil ?? null).toBeNull();
    expect(textsTo(51)).toEqual([open]);

    await timePasses(shop);
    await until(() => expect(textsTo(51)).toEqual([open, open, milk]));
    await until(async () => expect((await outboundOf(shop))[0]).toMatchObject({ status: 'sent', attempts: 1 }));
  });

  it('in all its chats is sent nothing through that channel, while another one of the tenant goes on', async () => {
    const shop = await buildShop(world);
    const other = await withSecondBot(shop);
    atFirst(isTo(53), tooMany(60));
    await writes(world, shop, 53, hours);
    await until(async () => expect((await outboundOf(shop))[0]?.errorCode).toBe('retry_after'));
    expect((await channelOf(shop)).pausedUntil?.getTime()).toBeGreaterThan(Date.now());
    await writes(world, shop, 54, vegan);
    await until(async () => expect(await outboundOf(shop)).toHaveLength(2));
    await writes(world, other, 55, hours);
    await until(() => expect(textsTo(55)).toEqual([open]));
    expect((await channelOf(other)).pausedUntil ?? null).toBeNull();
    expect(await outboundOf(shop)).toMatchObject([
      { status: 'queued', attempts: 0 },
      { status: 'queued', attempts: 0 },
      { channelId: other.telegram.channelId },
    ]);
    expect(textsTo(54)).toEqual([]);

    await timePasses(shop);
    await until(() => expect([textsTo(53), textsTo(54)]).toEqual([[open, open], [milk]]));
  });
});

async function withSecondBot(shop: Shop): Promise<Shop> {
  const config = { secretToken: `second-${shop.telegram.secretToken}`, botToken: `2${shop.telegram.botToken}` };
  const channel = { kind: 'telegram', name: 'Second bot', config };
  return {
    ...shop,
    telegram: { ...config, ...(await addChannel(world.deps.orm, world.deps.keys, shop.tenantId, channel)) },
  };
}

describe('a message whose connection was lost after it left', () => {
  it.each([
    ['telegram', true],
    ['whatsapp', true],
    // Its receiver knows a repeated message by its id.
    ['webhook', false],
  ] as const)('is sent again on %s, and may be there twice: %s', async (kind, isUncertain) => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const isMeant = ({ path }: PlatformCall) => path.includes(sender.replyPath ?? 'nowhere');
    atFirst(isMeant, (response) => response.socket?.destroy());
    expect((await callFrom(sender, sender.bodyOf(hours))).status).toBe(200);
    const lost = { status: 'queued', errorCode: 'retry', isUncertain, attempts: 1 };
    await until(async () => expect(await outboundOf(shop)).toMatchObject([lost]));
    await timePasses(shop);
    const sent = { status: 'sent', isUncertain, attempts: 2 };
    await until(async () => expect(await outboundOf(shop)).toMatchObject([sent]));

    const calls = world.platform.calls.filter(isMeant);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.body).toEqual(calls[0]?.body);
    if (kind !== 'webhook') return;
    const [row] = await outboundOf(shop);
    expect(calls.map(({ headers, body }) => [headers['webhook-id'], body['id']])).toEqual([
      [row?.id, row?.id],
      [row?.id, row?.id],
    ]);
  });
});

function always(isMeant: (call: PlatformCall) => boolean, status: number, body: unknown): void {
  world.platform.answer = (call, response) => {
    if (!isMeant(call)) return undefined;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
    return true;
  };
}

it('a platform that fails is asked twelve times; then the message has failed, with its last words, and the next one is sent', async () => {
  const shop = await buildShop(world);
  always(isTo(57), 500, { ok: false, error_code: 500, description: 'Internal Server Error' });
  await writes(world, shop, 57, hours);
  const waits = { status: 'queued', errorCode: 'retry' };
  await until(async () => expect(await outboundOf(shop)).toMatchObject([{ ...waits, attempts: 1 }]));
  const tried = (times: number) =>
    query(
      world.database.ownerUrl,
      `update outbound_messages set attempts = ${times} where tenant_id = '${shop.tenantId}' and status = 'queued'`,
    );
  await tried(10);
  await timePasses(shop);
  await until(async () => expect(await outboundOf(shop)).toMatchObject([{ ...waits, attempts: 11 }]));
  await timePasses(shop);
  const gaveUp = { status: 'failed', errorCode: 'gave_up', attempts: 12, error: expect.stringContaining('Internal') };
  await until(async () => expect(await outboundOf(shop)).toMatchObject([gaveUp]));
  world.platform.answer = undefined;
  await writes(world, shop, 57, vegan);
  await until(() => expect(textsTo(57)).toEqual([open, open, open, milk]));
});

describe('a platform that asks to be left alone again and again', () => {
  const written = (shop: Shop, seq: number, ago: string) =>
    query(
      world.database.ownerUrl,
      `update outbound_messages set asked_at = now() - interval '${ago}' where tenant_id = '${shop.tenantId}' and seq = ${seq}`,
    );

  it('is asked more and more seldom, at the least once an hour, where it does not say how long to wait', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, 'whatsapp');
    always(({ path }) => path.includes(sender.replyPath ?? 'nowhere'), 400, {
      error: { code: 131056, message: 'pair' },
    });
    expect((await callFrom(sender, sender.bodyOf(hours))).status).toBe(200);
    for (const [waits, seconds] of [
      [1, 6],
      [2, 12],
      [3, 24],
      [20, 3_600],
    ] as const) {
      const before = Date.now();
      await query(
        world.database.ownerUrl,
        `update outbound_messages set waits = ${waits - 1} where tenant_id = '${shop.tenantId}' and waits > 0`,
      );
      if (waits > 1) await timePasses(shop);
      const row = await until(async () => {
        const [found] = await outboundOf(shop);
        expect(found).toMatchObject({ status: 'queued', errorCode: 'retry_after', attempts: 0, waits });
        return found;
      });
      expect((row?.dueAt.getTime() ?? 0) - before).toBeGreaterThanOrEqual(seconds * 1000 - 1000);
      expect((row?.dueAt.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(seconds * 1340);
    }
  });

  it('does not get a message after a day: it has failed with the reason, as have those behind it', async () => {
    const shop = await buildShop(world);
    always(isTo(56), 429, {
      ok: false,
      error_code: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 60 },
    });
    await writes(world, shop, 56, hours);
    await until(async () => expect((await outboundOf(shop))[0]?.errorCode).toBe('retry_after'));
    await writes(world, shop, 56, vegan);
    await until(async () => expect(await outboundOf(shop)).toHaveLength(2));
    expect(textsTo(56)).toEqual([open]);

    await written(shop, 2, '23 hours 59 minutes 30 seconds');
    await written(shop, 4, '25 hours');
    await timePasses(shop);
    const gaveUp = { status: 'failed', errorCode: 'gave_up', error: expect.stringContaining('Too Many Requests') };
    const tooOld = { status: 'failed', errorCode: 'too_old', error: expect.stringContaining('24 hours') };
    await until(async () => expect(await outboundOf(shop)).toMatchObject([gaveUp, tooOld]));
    expect(textsTo(56)).toEqual([open, open]);
    const { id } = await conversationOf(world, shop, 56);
    const shown = await messagesOf(world, shop, id);
    expect(shown.map(({ status }) => status)).toEqual(['received', 'failed', 'received', 'failed']);

    world.platform.answer = undefined;
    const [, second] = await outboundOf(shop);
    await asManager(world, shop, `/failures/outbound/${second?.id}/replay`, {});
    await until(async () => expect((await outboundOf(shop))[1]).toMatchObject({ status: 'sent', waits: 0 }));
    expect(textsTo(56).at(-1)).toBe(milk);
  });
});

it('a file that the platform could not take in is sent once more, and no more than that', async () => {
  const shop = await buildShop(world);
  const sender = await addSender(world, shop, 'whatsapp');
  const isMeant = ({ path }: PlatformCall) => path.includes(sender.replyPath ?? 'nowhere');
  world.platform.answer = (call, response) => {
    if (!isMeant(call)) return undefined;
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 131053, message: 'Media upload error' } }));
    return true;
  };
  expect((await callFrom(sender, sender.bodyOf(hours))).status).toBe(200);
  await until(async () => expect(await outboundOf(shop)).toMatchObject([{ status: 'queued', errorCode: 'retry' }]));
  await timePasses(shop);
  const failed = { status: 'failed', errorCode: '131053', attempts: 2, error: expect.stringContaining('Media upload') };
  await until(async () => expect(await outboundOf(shop)).toMatchObject([failed]));
  expect(world.platform.calls.filter(isMeant)).toHaveLength(2);
});
