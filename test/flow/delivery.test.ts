import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkChannel } from '../../src/connecting/check-channel.ts';
import { healthOf } from '../../src/connecting/channel-health.ts';
import { Channel } from '../../src/entities/channel.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  decisionsOf,
  messagesOf,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
afterEach(() => {
  world.platform.answer = undefined;
});

const outboundOf = (shop: Pick<Shop, 'tenantId'>) =>
  withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.find(OutboundMessage, { tenantId: shop.tenantId }, { orderBy: { seq: 'asc', part: 'asc' } }),
  );
const reply = (response: ServerResponse, status: number, body: unknown): true => {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
  return true;
};
const Failures = z.object({ outbound: z.array(z.object({ id: z.uuid(), error: z.string() })) });
const Broken = z.object({ channels: z.array(z.object({ healthReason: z.string() })) });
const Replayed = z.object({ replayed: z.boolean() });
const hours = 'What are your opening hours?';
const vegan = 'Do you have vegan options?';

describe('sending', () => {
  it('tries again after a fault of the platform, and keeps the order of the conversation meanwhile', async () => {
    const shop = await buildShop(world);
    let isBroken = true;
    world.platform.answer = (call, response) =>
      String(call.body['chat_id']) === '41' && isBroken
        ? reply(response, 502, { ok: false, error_code: 502 })
        : undefined;
    await writes(world, shop, 41, hours);
    await until(() => expect(world.platform.textsTo('41')).not.toHaveLength(0));
    await writes(world, shop, 41, vegan);
    await writes(world, shop, 42, hours);
    // Another conversation is not held up by the one that waits for its next try.
    await until(() => expect(world.platform.textsTo('42')).toHaveLength(1));
    const [first, second] = coffeeFaqs.map((faq) => faq.answer);
    const refused = world.platform.textsTo('41');
    expect(new Set(refused)).toEqual(new Set([first]));

    isBroken = false;
    await until(() => expect(world.platform.textsTo('41').slice(-2)).toEqual([first, second]));
    await until(async () =>
      expect((await outboundOf(shop)).map((row) => row.status)).toEqual(['sent', 'sent', 'sent']),
    );
  });

  it('ends a message that can never arrive as failed with the reason, and goes on with the next', async () => {
    const shop = await buildShop(world);
    let refusals = 0;
    world.platform.answer = (call, response) =>
      String(call.body['chat_id']) === '45' && refusals++ < 1
        ? reply(response, 400, { ok: false, error_code: 400, description: 'Bad Request: message is too long' })
        : undefined;
    await writes(world, shop, 45, hours);
    await until(async () =>
      expect((await outboundOf(shop))[0]).toMatchObject({
        status: 'failed',
        error: expect.stringContaining('too long'),
      }),
    );
    await writes(world, shop, 45, vegan);
    await until(async () => expect((await outboundOf(shop)).at(-1)?.status).toBe('sent'));
    expect(world.platform.textsTo('45').at(-1)).toBe(coffeeFaqs[1]?.answer);

    const { id: conversationId } = await conversationOf(world, shop, 45);
    expect(await (await asManager(world, shop, `/conversations/${conversationId}/messages`)).json()).toMatchObject({
      items: [{}, { status: 'failed', failedBecause: expect.stringContaining('too long') }, {}, { status: 'sent' }],
    });
    const failures = Failures.parse(await (await asManager(world, shop, '/failures')).json());
    expect(failures).toMatchObject({ outbound: [{ error: expect.stringContaining('too long') }] });
    const id = failures.outbound[0]?.id;
    const replays = await Promise.all([1, 2].map(() => asManager(world, shop, `/failures/outbound/${id}/replay`, {})));
    const answers = await Promise.all(replays.map(async (response) => Replayed.parse(await response.json())));
    expect(answers.filter((answer) => answer.replayed)).toHaveLength(1);
    await until(() => expect(world.platform.textsTo('45').at(-1)).toBe(coffeeFaqs[0]?.answer));
  });

  it('marks the channel as broken when its token is revoked, and as well when a send succeeds again', async () => {
    const shop = await buildShop(world);
    let isRevoked = true;
    world.platform.answer = (call, response) =>
      isRevoked && call.path.includes(shop.telegram.botToken)
        ? reply(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' })
        : undefined;
    const health = () =>
      withTenant(world.deps.orm, shop.tenantId, async (em) =>
        healthOf(await em.findOneOrFail(Channel, { tenantId: shop.tenantId })),
      );
    await writes(world, shop, 46, hours);
    await until(async () =>
      expect(await health()).toMatchObject({ status: 'broken', reason: expect.stringMatching(/Unauthorized/i) }),
    );
    expect(await (await asManager(world, shop, '/failures')).json()).toMatchObject({
      channels: [{ kind: 'telegram' }],
    });
    isRevoked = false;
    await writes(world, shop, 46, vegan);
    await until(async () => expect(await health()).toMatchObject({ status: 'ok', reason: null }));
  });

  it('leaves what a check has found of the channel to the next check, whatever becomes of messages', async () => {
    const shop = await buildShop(world);
    const { tenantId, telegram } = shop;
    let isRefused = false;
    world.platform.answer = (call, response) =>
      isRefused && call.path.endsWith(`${telegram.botToken}/sendMessage`)
        ? reply(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' })
        : undefined;
    const reason = async () => {
      const body: unknown = await (await asManager(world, shop, '/failures')).json();
      return Broken.parse(body).channels[0]?.healthReason;
    };
    await checkChannel(world.deps, tenantId, telegram.channelId);
    expect(await reason()).toMatch(/^the bot has no webhook/);
    await writes(world, shop, 48, hours);
    await until(() => expect(world.platform.textsTo('48')).toHaveLength(1));
    await world.deps.delivery.settled();
    expect(await reason()).toMatch(/^the bot has no webhook/);

    isRefused = true;
    await writes(world, shop, 48, vegan);
    await until(async () => expect(await reason()).toMatch(/Unauthorized.*; the bot has no webhook/));
    isRefused = false;
    await writes(world, shop, 48, hours);
    await until(async () => expect(await reason()).toMatch(/^the bot has no webhook/));
    const url = `${world.url}/webhooks/telegram/${telegram.key}`;
    world.platform.webhooks.set(`/bot${telegram.botToken}`, { url, secretToken: telegram.secretToken });
    await checkChannel(world.deps, tenantId, telegram.channelId);
    expect(await reason()).toBeUndefined();
  });

  it('stops writing by itself to a contact who blocked the bot', async () => {
    const shop = await buildShop(world);
    world.platform.answer = (call, response) =>
      String(call.body['chat_id']) === '47'
        ? reply(response, 403, { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' })
        : undefined;
    await writes(world, shop, 47, hours);
    await until(async () => expect((await conversationOf(world, shop, 47)).isSubscribed).toBe(false));
    expect((await outboundOf(shop))[0]?.status).toBe('failed');
  });

  it('withholds what automation wrote when a human has taken over before it was sent', async () => {
    const shop = await buildShop(world);
    let refusals = 0;
    world.platform.answer = (call, response) =>
      String(call.body['chat_id']) === '49' && refusals++ < 1 ? reply(response, 500, { ok: false }) : undefined;
    await writes(world, shop, 49, hours);
    await until(async () =>
      expect((await outboundOf(shop))[0]).toMatchObject({ status: 'queued', errorCode: 'retry' }),
    );
    const { id } = await conversationOf(world, shop, 49);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Mia here.' });
    await until(() => expect(world.platform.textsTo('49').at(-1)).toBe('Mia here.'));

    expect(world.platform.textsTo('49').filter((text) => text === coffeeFaqs[0]?.answer)).toHaveLength(1);
    expect((await outboundOf(shop))[0]).toMatchObject({ status: 'discarded' });
    expect((await messagesOf(world, shop, id)).find((message) => message.seq === 2)?.status).toBe('withheld');
    expect((await decisionsOf(world, shop, id))[0]?.withheldReason).toMatch(/changed hands/);
  });

  it('splits what is longer than the platform allows, and keeps every word in order', async () => {
    const answer = Array.from({ length: 1_500 }, (_, n) => `word${n}`).join(' ');
    const shop = await buildShop(world, { faqs: [{ question: 'Tell me everything', answer, keywords: 'everything' }] });
    await writes(world, shop, 50, 'tell me everything');
    await until(async () => expect((await outboundOf(shop)).at(-1)?.status).toBe('sent'));
    const texts = world.platform.textsTo('50');
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.every((text) => text.length <= 4096)).toBe(true);
    expect(texts.join(' ')).toBe(answer);
  });
});
