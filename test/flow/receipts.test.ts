import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { checkChannel } from '../../src/connecting/check-channel.ts';
import { healthOf } from '../../src/connecting/channel-health.ts';
import { Channel } from '../../src/entities/channel.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import { asManager, buildShop, conversationOf, messagesOf, type Shop } from '../support/tenants.ts';
import { addWhatsapp, type WhatsappNumber } from '../support/whatsapp-number.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
afterEach(() => {
  world.platform.answer = undefined;
});

const hours = 'What are your opening hours?';
const vegan = 'Do you have vegan options?';
const everything = {
  question: 'Tell me everything',
  answer: Array.from({ length: 1_500 }, (_, n) => `word${n}`).join(' '),
  keywords: 'everything',
};
const build = async (): Promise<[Shop, WhatsappNumber]> => {
  const shop = await buildShop(world, { faqs: [...coffeeFaqs, everything] });
  return [shop, await addWhatsapp(world, shop)];
};

const sends = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) =>
    em.find(OutboundMessage, { tenantId }, { orderBy: { seq: 'asc', part: 'asc' } }),
  );
const health = ({ tenantId }: Shop, { channelId }: WhatsappNumber) =>
  withTenant(world.deps.orm, tenantId, async (em) =>
    healthOf(await em.findOneOrFail(Channel, { tenantId, id: channelId })),
  );
const untilSent = async (shop: Shop, many = 1) =>
  until(async () => {
    const rows = await sends(shop);
    expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: many }, () => 'sent'));
    return rows.map(({ externalId }) => externalId);
  });
const lastMessage = async (shop: Shop, { contact }: WhatsappNumber) =>
  (await messagesOf(world, shop, (await conversationOf(world, shop, contact)).id)).at(-1);

describe('a message that was accepted and failed later', () => {
  it.each([
    [131042, 'channel', { status: 'broken', reason: 'the details of 131042' }, true],
    [131026, 'contact', { status: 'ok', reason: null }, false],
    [131053, 'message', { status: 'ok', reason: null }, true],
    [139999, 'message, by a code of tomorrow,', { status: 'ok', reason: null }, true],
  ] as const)('with %i marks the %s as a refused one would', async (code, _what, expected, isSubscribed) => {
    const [shop, number] = await build();
    await number.says('wamid.1', hours);
    const [id] = await untilSent(shop);
    await number.receipt(id, 'failed', code);

    await until(async () => expect(await lastMessage(shop, number)).toMatchObject({ status: 'failed', isError: true }));
    const reason = `the details of ${code}`;
    expect(await sends(shop)).toMatchObject([{ status: 'failed', errorCode: String(code), error: reason }]);
    expect(await health(shop, number)).toMatchObject(expected);
    const conversation = await conversationOf(world, shop, number.contact);
    expect(conversation.isSubscribed).toBe(isSubscribed);
    expect(await (await asManager(world, shop, `/conversations/${conversation.id}/messages`)).json()).toMatchObject({
      items: [{}, { status: 'failed', failedBecause: reason }],
    });
  });

  it('leaves the channel broken until one that was sent since has got through', async () => {
    const [shop, number] = await build();
    await number.says('wamid.1', hours);
    const [first] = await untilSent(shop);
    await number.says('wamid.2', vegan);
    const [, second] = await untilSent(shop, 2);
    await number.receipt(first, 'failed', 131042);
    await until(async () => expect((await health(shop, number)).status).toBe('broken'));

    // That one was sent before.
    await number.receipt(second, 'delivered');
    await until(async () => expect((await lastMessage(shop, number))?.status).toBe('delivered'));
    await number.says('wamid.3', hours);
    const third = await until(async () => {
      const row = (await sends(shop)).at(-1);
      expect(row).toMatchObject({ seq: 6, status: 'sent' });
      return row?.externalId;
    });
    expect((await health(shop, number)).status).toBe('broken');

    await number.receipt(third, 'delivered');
    await until(async () => expect(await health(shop, number)).toMatchObject({ status: 'ok', reason: null }));
  });

  it('leaves the channel broken whatever a check says, which cannot see what only messages tell', async () => {
    const [shop, number] = await build();
    const check = () => checkChannel(world.deps, shop.tenantId, number.channelId);
    await number.says('wamid.1', hours);
    const [first] = await untilSent(shop);
    await number.receipt(first, 'failed', 131042);
    await until(async () => expect((await health(shop, number)).status).toBe('broken'));
    expect(await check()).toMatchObject({ isAsked: true, problems: [] });
    expect(await health(shop, number)).toMatchObject({ status: 'broken', reason: 'the details of 131042' });

    await number.says('wamid.2', vegan);
    const second = await until(async () => {
      const row = (await sends(shop)).at(-1);
      expect(row).toMatchObject({ seq: 4, status: 'sent' });
      return row?.externalId;
    });
    await number.receipt(second, 'delivered');
    await until(async () => expect(await health(shop, number)).toMatchObject({ status: 'ok', reason: null }));
  });

  it('is answered again as soon as the contact writes', async () => {
    const [shop, number] = await build();
    await number.says('wamid.1', hours);
    const [id] = await untilSent(shop);
    await number.receipt(id, 'failed', 131026);
    await number.says('wamid.2', vegan);
    await until(() => expect(world.platform.textsTo(number.contact)).toHaveLength(2));
    expect((await conversationOf(world, shop, number.contact)).isSubscribed).toBe(true);
  });

  it('takes its parts that are still waiting with it', async () => {
    const [shop, number] = await build();
    let calls = 0;
    world.platform.answer = (call, response: ServerResponse) => {
      if (call.body['to'] !== number.contact || ++calls !== 2) return undefined;
      response.statusCode = 400;
      response.end(JSON.stringify({ error: { code: 131048, message: 'wait' } }));
      return true;
    };
    await number.says('wamid.1', 'tell me everything');
    const id = await until(async () => {
      const [first, second] = await sends(shop);
      expect([first?.status, second?.errorCode]).toEqual(['sent', 'retry_after']);
      return first?.externalId;
    });
    await number.receipt(id, 'failed', 131026);
    await until(async () =>
      expect((await sends(shop)).map(({ status }) => status)).toEqual([
        'failed',
        'discarded',
        'discarded',
        'discarded',
      ]),
    );
  });
});

describe('a message in several parts', () => {
  it('has got as far as its last part, and has failed when one of them has', async () => {
    const [shop, number] = await build();
    await number.says('wamid.1', 'tell me everything');
    const [first, second, , last] = await untilSent(shop, 4);
    const after = async (receipts: [string | null | undefined, string, number?][], status: string) => {
      for (const receipt of receipts) await number.receipt(...receipt);
      await until(async () => {
        const [waiting] = await withTenant(world.deps.orm, shop.tenantId, (em) =>
          em.execute<{ n: number }[]>(`select count(*)::int as n from inbound_events where status = 'pending'`),
        );
        expect(waiting?.n).toBe(0);
      });
      expect((await lastMessage(shop, number))?.status).toBe(status);
    };
    await after([[first, 'delivered']], 'sent');
    await after([[first, 'read']], 'sent');
    await after([[last, 'delivered']], 'delivered');
    await after([[second, 'read']], 'delivered');
    await after([[last, 'read']], 'read');
    await after([[second, 'failed', 131053]], 'failed');
    await after([[last, 'played']], 'failed');
  });
});
