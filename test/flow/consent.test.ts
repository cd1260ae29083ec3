import { describe, expect, it } from 'vitest';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { Handover } from '../../src/entities/handover.ts';
import { watchHandover } from '../../src/handover/watch-handover.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  buildShop,
  conversationOf,
  decisionsOf,
  handlerOf,
  messagesOf,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { transitionsOf } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

describe('an offer of a person that is not taken', () => {
  const limit = { max_responses: 2 };
  const answers = ['We open 7am-9pm daily', 'Yes! We offer oat milk, almond milk, and vegan pastries'];
  const reachesLimit = async (shop: Shop, chat: number) => {
    await writes(world, shop, chat, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
    await writes(world, shop, chat, 'Do you have vegan options?');
    await until(() => expect(world.platform.textsTo(String(chat))).toEqual(answers));
    await writes(world, shop, chat, 'What are your opening hours?');
    // It may be over by the time that somebody looks.
    await until(async () => {
      const { id } = await conversationOf(world, shop, chat);
      const [offered] = await transitionsOf(world, shop, id);
      expect(offered).toMatchObject({ toHandler: 'awaiting_consent' });
    });
  };

  it('lets automation go on after a no, up to max_responses again', async () => {
    const shop = await buildShop(world, { thresholds: limit });
    await reachesLimit(shop, 74);
    await writes(world, shop, 74, 'no');
    await until(async () => expect(await handlerOf(world, shop, 74)).toBe('bot'));
    await writes(world, shop, 74, 'Do you have vegan options?');
    await until(() => expect(world.platform.textsTo('74').at(-1)).toBe(answers[1]));
    await writes(world, shop, 74, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('74').at(-1)).toBe(answers[0]));
    await writes(world, shop, 74, 'Do you have vegan options?');
    await until(async () => expect(await handlerOf(world, shop, 74)).toBe('awaiting_consent'));
  });

  it('is made once more when a question follows that max_responses leaves unanswered', async () => {
    const shop = await buildShop(world, { thresholds: limit });
    await reachesLimit(shop, 73);
    await writes(world, shop, 73, 'Do you have vegan options?');
    await until(() => expect(world.platform.textsTo('73').at(-1)).toMatch(/wasn't sure what you meant/));
    await writes(world, shop, 73, 'yes');
    await until(async () => expect(await handlerOf(world, shop, 73)).toBe('queued'));
    const { id } = await conversationOf(world, shop, 73);
    const words = (await messagesOf(world, shop, id)).filter(({ direction }) => direction === 'in');
    expect(words.map(({ content }) => content)).toEqual([
      'What are your opening hours?',
      'Do you have vegan options?',
      'What are your opening hours?',
      'Do you have vegan options?',
      'yes',
    ]);
  });

  it('lets automation go on after a silence', async () => {
    const shop = await buildShop(world, { thresholds: { ...limit, consent_timeout: 1 } });
    await reachesLimit(shop, 75);
    await until(async () => expect(await handlerOf(world, shop, 75)).toBe('bot'));
    await writes(world, shop, 75, 'Do you have vegan options?');
    await until(() => expect(world.platform.textsTo('75').at(-1)).toBe(answers[1]));
  });
});

describe('consent_quiet_turns', () => {
  it('keeps a person from being offered for that many answered turns after a no, and not longer', async () => {
    const thresholds = { escalation_threshold: 0.5, consent_quiet_turns: 2 };
    const shop = await buildShop(world, { thresholds });
    const miss = 'Can I bring my dog?';
    const turns = [
      [miss, 'offer_human'],
      ['no thanks', 'decline_human'],
      [miss, 'clarify'],
      ['What are your opening hours?', 'answer'],
      ['Is there a parking garage', 'clarify'],
      ['Do you have vegan options?', 'answer'],
      [miss, 'offer_human'],
    ] as const;
    for (const [n, [text, outcome]] of turns.entries()) {
      await writes(world, shop, 78, text);
      await until(() => expect(world.platform.textsTo('78')).toHaveLength(n + 1));
      const { id } = await conversationOf(world, shop, 78);
      expect((await decisionsOf(world, shop, id)).at(-1), `turn ${n}: ${text}`).toMatchObject({ outcome });
    }
    const offers = world.platform.calls.filter(
      ({ body }) => body['chat_id'] === 78 && body['reply_markup'] !== undefined,
    );
    expect(offers).toHaveLength(2);
    expect(await handlerOf(world, shop, 78)).toBe('awaiting_consent');
  });
});

describe('what the clock makes us say', () => {
  it('is said in the language of the contact, not of the tenant', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate', thresholds: { queue_timeout: 1 } });
    await writes(world, shop, 76, 'Позовите, пожалуйста, оператора');
    await until(() => expect(world.platform.textsTo('76')).toHaveLength(2));
    expect(world.platform.textsTo('76').map((text) => /[а-я]/i.test(text))).toEqual([true, true]);
  });

  it('is said once, however many workers look at the clock at the same moment', async () => {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    await writes(world, shop, 77, 'human please');
    await until(() => expect(world.platform.textsTo('77')).toHaveLength(1));
    const { orm } = world.deps;
    const id = await withTenant(orm, shop.tenantId, async (em) => {
      const handover = await em.findOneOrFail(Handover, { tenantId: shop.tenantId });
      handover.timeoutAt = new Date(Date.now() - 1_000);
      return handover.id;
    });
    await Promise.all(
      Array.from({ length: 8 }, () => withUnit(world.deps, shop.tenantId, (unit) => watchHandover(unit, id))),
    );
    const { id: conversationId } = await conversationOf(world, shop, 77);
    expect(await messagesOf(world, shop, conversationId)).toHaveLength(3);
  });
});
