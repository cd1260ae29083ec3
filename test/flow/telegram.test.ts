import { describe, expect, it } from 'vitest';
import { Faq } from '../../src/entities/faq.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  decisionsOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

const faqIdsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) =>
    (await em.find(Faq, { tenantId }, { orderBy: { question: 'desc' } })).map(({ id }) => id),
  );

describe('a customer writes to a Telegram bot', () => {
  it('is answered from the FAQ, and the decision says why', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 11, 'What are your opening hours?');

    await until(() => expect(world.platform.textsTo('11')).toEqual(['We open 7am-9pm daily']));
    const conversation = await conversationOf(world, shop, 11);
    expect((await messagesOf(world, shop, conversation.id)).map((message) => [message.seq, message.direction])).toEqual(
      [
        [1, 'in'],
        [2, 'out'],
      ],
    );
    const [hours] = await faqIdsOf(shop);
    expect(await decisionsOf(world, shop, conversation.id)).toMatchObject([
      {
        path: 'faq',
        outcome: 'answer',
        handlerBefore: 'bot',
        handlerAfter: 'bot',
        settingsVersion: 1,
        faqId: hours,
        evidence: { faq: { faqId: hours, matchedKeywords: ['hours', 'opening'], runnerUp: null } },
      },
    ]);
  });

  it('leaves a decision that says how sure the FAQ was, what spoke for it, and which one came next', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 17, 'Are there vegan options at the opening?');
    await until(() => expect(world.platform.textsTo('17')).toHaveLength(1));
    const [hours, vegan] = await faqIdsOf(shop);
    const { id } = await conversationOf(world, shop, 17);
    const [decision] = await decisionsOf(world, shop, id);
    const confidence = Number(decision?.confidence);
    expect(confidence).toBeGreaterThan(0.5);
    expect(decision).toMatchObject({
      faqId: vegan,
      reason: expect.stringContaining(confidence.toFixed(2)),
      evidence: {
        faq: {
          faqId: vegan,
          matchedKeywords: ['vegan'],
          matchedWords: ['vegan', 'options'],
          unmatchedWords: ['opening'],
          runnerUp: { faqId: hours, confidence: expect.closeTo(0.3, 1) },
        },
        answered: [{ faqId: vegan, confidence }],
      },
    });
  });

  it('answers the same update once, however often and at the same time it comes', async () => {
    const shop = await buildShop(world);
    const update = telegramUpdate(12, 'Do you have vegan options?');
    const responses = await Promise.all(Array.from({ length: 50 }, () => postTelegram(world, shop, update)));

    expect(new Set(responses.map((response) => response.status))).toEqual(new Set([200]));
    const events = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(InboundEventRow, { tenantId: shop.tenantId }),
    );
    expect(events.map(({ externalId }) => externalId)).toEqual([String(update.update_id)]);
    await until(() => expect(world.platform.textsTo('12')).toHaveLength(1));
    await writes(world, shop, 12, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('12')).toHaveLength(2));
    const conversation = await conversationOf(world, shop, 12);
    expect(await messagesOf(world, shop, conversation.id)).toHaveLength(4);
  });

  it('takes a message that comes again as another update for the one it had, and goes on with the others', async () => {
    const shop = await buildShop(world);
    const first = telegramUpdate(14, 'Do you have vegan options?');
    await postTelegram(world, shop, first);
    await until(() => expect(world.platform.textsTo('14')).toHaveLength(1));

    const again = { ...first, update_id: first.update_id + 500_000 };
    const twice = telegramUpdate(15, 'Do you have vegan options?');
    const updates = [
      again,
      { ...again, update_id: again.update_id + 1 },
      telegramUpdate(14, 'What are your opening hours?'),
      twice,
      { ...twice, update_id: twice.update_id + 600_000 },
      telegramUpdate(16, 'What are your opening hours?'),
    ];
    await Promise.all(updates.map((update) => postTelegram(world, shop, update)));
    const ends = () =>
      withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.execute<{ status: string; error: string | null; n: number }[]>(
          `select status, error, count(*)::int as n from inbound_events where tenant_id = ? group by 1, 2 order by 1`,
          [shop.tenantId],
        ),
      );
    await until(async () =>
      expect(await ends()).toEqual([
        { status: 'handled', error: null, n: 4 },
        { status: 'ignored', error: 'this message came before, as another event', n: 3 },
      ]),
    );
    await until(() => expect(world.platform.textsTo('14')).toHaveLength(2));
    await until(() => expect(world.platform.textsTo('16')).toEqual(['We open 7am-9pm daily']));
    await until(() => expect(world.platform.textsTo('15')).toHaveLength(1));
    const { id } = await conversationOf(world, shop, 14);
    expect(await messagesOf(world, shop, id)).toHaveLength(4);
  });

  it('asks before it hands over; a yes puts the conversation into the queue and a manager answers it', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 13, 'Can I bring my dog?');
    await until(() => expect(world.platform.textsTo('13')).toHaveLength(1));
    await writes(world, shop, 13, 'Is the dog allowed or not');
    await until(() => expect(world.platform.textsTo('13')).toHaveLength(2));
    expect((await conversationOf(world, shop, 13)).handler).toBe('awaiting_consent');
    await writes(world, shop, 13, 'yes please');
    await until(async () => expect((await conversationOf(world, shop, 13)).handler).toBe('queued'));
    await until(() => expect(world.platform.textsTo('13')).toHaveLength(3));

    const { id } = await conversationOf(world, shop, 13);
    const reply = await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Dogs are welcome!' });
    expect(reply.status).toBe(201);
    await until(() => expect(world.platform.textsTo('13').at(-1)).toBe('Dogs are welcome!'));
    expect(await conversationOf(world, shop, 13)).toMatchObject({ handler: 'human', assigneeUserId: shop.managerId });

    await writes(world, shop, 13, 'What are your opening hours?');
    await until(async () =>
      expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({ outcome: 'silent', path: 'human' }),
    );
    expect(world.platform.textsTo('13')).toHaveLength(4);

    await asManager(world, shop, `/conversations/${id}/hand-back`, {});
    await writes(world, shop, 13, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('13').at(-1)).toBe('We open 7am-9pm daily'));
  });
});
