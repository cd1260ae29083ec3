import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startWorkers } from '../../jobs/main.ts';
import { Faq } from '../../src/entities/faq.ts';
import { createMatcher } from '../../src/faqs/match.ts';
import { issueVisitorToken } from '../../src/channels/webchat.ts';
import { signStandardWebhook } from '../../src/channels/signature.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  decisionsOf,
  handlerOf,
  messagesOf,
  metaSignature,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

const faqs = [
  { question: 'Is there parking for cars?', answer: 'In the yard' },
  { question: 'Is there parking for bicycles?', answer: 'At the door' },
  { question: 'When do you open?', answer: 'At nine' },
];
const [cars, bicycles, open] = faqs.map(({ answer }) => answer);
const unclear = 'tell me about parking please';

/** Between what one of the two FAQs reaches and what both reach together, however the matcher counts. */
function faqConfidence(given: { question: string; answer: string }[], text: string): number {
  const matcher = createMatcher({
    language: 'en',
    faqs: given.map((faq, at) => ({ ...faq, id: `faq-${at}`, keywords: [], priority: 1, isActive: true })),
  });
  const { confidence, evidence } = matcher.match(text);
  return confidence + (evidence.runnerUp?.confidence ?? 0) / 2;
}

const build = (thresholds: Record<string, unknown> = {}) =>
  buildShop(world, { faqs, thresholds: { faq_confidence: faqConfidence(faqs, unclear), ...thresholds } });

const textsTo = (chat: number) => world.platform.textsTo(String(chat));
const saidTo = async (chat: number, count: number) => {
  await until(() => expect(textsTo(chat)).toHaveLength(count));
  return textsTo(chat).at(-1);
};
const lastDecision = async (shop: Shop, chat: number | string) => {
  const { id } = await conversationOf(world, shop, chat);
  return (await decisionsOf(world, shop, id)).at(-1);
};

const Keyboard = z.object({
  text: z.string(),
  reply_markup: z.object({ keyboard: z.array(z.array(z.object({ text: z.string() }))) }),
});
/** The titles of the buttons under the last message to a chat. */
function buttonsOf(chat: number): string[] {
  const body = world.platform.calls.filter((call) => call.body['chat_id'] === chat).at(-1)?.body;
  return Keyboard.parse(body)
    .reply_markup.keyboard.flat()
    .map(({ text }) => text);
}
/** What to type for a FAQ, by the order in which it was offered. */
const numberOf = (titles: string[], word: string) => String(titles.findIndex((title) => title.includes(word)) + 1);

describe('two FAQs of which one is meant', () => {
  it('are offered as buttons, and the one that is pressed is answered', async () => {
    const shop = await build();
    await writes(world, shop, 301, unclear);
    expect(await saidTo(301, 1)).toMatch(/^Which one do you mean: “Is there parking for .+” or “.+”\?$/);
    expect(buttonsOf(301).toSorted()).toEqual(['Is there parking for bicycles?', 'Is there parking for cars?']);
    const { id } = await conversationOf(world, shop, 301);
    const decision = await lastDecision(shop, 301);
    expect(decision).toMatchObject({ outcome: 'clarify', path: 'miss', faqId: null });
    expect(decision?.evidence['offered']).toHaveLength(2);
    expect(await conversationOf(world, shop, 301)).toMatchObject({ missedCount: 1, botReplyCount: 1 });

    await writes(world, shop, 301, 'Is there parking for bicycles?');
    expect(await saidTo(301, 2)).toBe(bicycles);
    expect(await lastDecision(shop, 301)).toMatchObject({
      outcome: 'answer',
      path: 'faq',
      confidence: 1,
      reason: expect.stringContaining('chose'),
      evidence: { isPicked: true },
    });
    expect(await conversationOf(world, shop, 301)).toMatchObject({ missedCount: 0, faqOffer: null });
    expect((await messagesOf(world, shop, id)).at(-1)?.metadata).toEqual({
      faqId: (await lastDecision(shop, 301))?.faqId,
    });
  });

  it('are chosen by number', async () => {
    const shop = await build();
    await writes(world, shop, 302, unclear);
    await saidTo(302, 1);
    await writes(world, shop, 302, numberOf(buttonsOf(302), 'cars'));
    expect(await saidTo(302, 2)).toBe(cars);
  });

  it.each([
    [321, '1 and 2'],
    [322, 'Both please'],
  ])('are both answered to whoever wants both (%i: %s)', async (chat, text) => {
    const shop = await build();
    await writes(world, shop, chat, unclear);
    await saidTo(chat, 1);
    await writes(world, shop, chat, text);
    const answers = (await saidTo(chat, 2))?.split('\n\n') ?? [];
    expect(answers.toSorted()).toEqual([bicycles, cars]);
    expect(await lastDecision(shop, chat)).toMatchObject({ path: 'faq', evidence: { isPicked: true } });
  });

  it('are not chosen once more in a later turn, which is then a first miss', async () => {
    const shop = await build();
    await writes(world, shop, 310, unclear);
    await saidTo(310, 1);
    await writes(world, shop, 310, '1');
    expect([cars, bicycles]).toContain(await saidTo(310, 2));
    await writes(world, shop, 310, '1');
    await saidTo(310, 3);
    expect(await lastDecision(shop, 310)).toMatchObject({
      outcome: 'clarify',
      evidence: { isPicked: false, offered: [] },
    });
  });

  it('are answered although their question sounds as if the contact asked for a person', async () => {
    const [order, invoice] = ['order', 'invoice'].map((about) => ({
      question: `I want to talk to a human about my ${about}`,
      answer: `Call us about the ${about}`,
    }));
    const both = [order, invoice].filter((one) => one !== undefined);
    const text = 'order and invoice';
    const thresholds = { faq_confidence: faqConfidence(both, text) };
    const shop = await buildShop(world, { faqs: both, thresholds });
    await writes(world, shop, 311, text);
    await saidTo(311, 1);
    await writes(world, shop, 311, invoice?.question ?? '');
    expect(await saidTo(311, 2)).toBe(invoice?.answer);
    expect(await handlerOf(world, shop, 311)).toBe('bot');
  });

  it('lapse when the contact goes on with something else', async () => {
    const shop = await build();
    await writes(world, shop, 303, unclear);
    await saidTo(303, 1);
    await writes(world, shop, 303, 'When do you open?');
    expect(await saidTo(303, 2)).toBe(open);
    await writes(world, shop, 303, '2');
    await saidTo(303, 3);
    expect(await lastDecision(shop, 303)).toMatchObject({ outcome: 'clarify' });
  });

  it('lapse when a manager has had the conversation', async () => {
    const shop = await build();
    await writes(world, shop, 304, unclear);
    await saidTo(304, 1);
    const { id } = await conversationOf(world, shop, 304);
    for (const act of ['take', 'hand-back']) await asManager(world, shop, `/conversations/${id}/${act}`, {});
    const count = textsTo(304).length;
    await writes(world, shop, 304, '2');
    await until(() => expect(textsTo(304).length).toBeGreaterThan(count));
    expect(await lastDecision(shop, 304)).toMatchObject({ outcome: 'clarify' });
  });

  it('lead to a person when the contact chooses neither, as any second miss does', async () => {
    const shop = await build();
    await writes(world, shop, 305, unclear);
    await saidTo(305, 1);
    await writes(world, shop, 305, 'neither of them');
    await until(async () => expect(await handlerOf(world, shop, 305)).toBe('awaiting_consent'));
  });

  it('are chosen once, however many answers come at the same moment', async () => {
    const shop = await build();
    await writes(world, shop, 306, unclear);
    await saidTo(306, 1);
    await Promise.all(Array.from({ length: 6 }, () => writes(world, shop, 306, '1')));
    const { id } = await conversationOf(world, shop, 306);
    await until(async () => expect((await conversationOf(world, shop, 306)).answeredSeq).toBeGreaterThanOrEqual(8));
    const picked = (await decisionsOf(world, shop, id)).filter(({ evidence }) => evidence['isPicked'] === true);
    expect(picked).toHaveLength(1);
  });

  it('are chosen in a burst, together with another question', async () => {
    const shop = await build({ debounce_ms: 1_000 });
    await writes(world, shop, 308, unclear);
    await saidTo(308, 1);
    const number = numberOf(buttonsOf(308), 'bicycles');
    for (const text of [number, 'When do you open?']) await writes(world, shop, 308, text);
    expect(await saidTo(308, 2)).toBe(`${bicycles}\n\n${open}`);
    expect((await lastDecision(shop, 308))?.evidence['answered']).toHaveLength(2);
  });

  it('are not answered from what the tenant has taken away meanwhile', async () => {
    const shop = await build();
    await writes(world, shop, 309, unclear);
    await saidTo(309, 1);
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(Faq, { tenantId: shop.tenantId }, { isActive: false }),
    );
    await until(async () =>
      expect((await world.deps.matcherOf(shop.tenantId)).match('When do you open?').faqId).toBeNull(),
    );
    await writes(world, shop, 309, '1');
    await saidTo(309, 2);
    expect(await lastDecision(shop, 309)).toMatchObject({ outcome: 'offer_human', evidence: { isPicked: false } });
  });
});

describe('on other channels', () => {
  const add = (shop: Shop, kind: string, config: unknown, accounts: string[] = []) =>
    addChannel(world.deps.orm, world.deps.keys, shop.tenantId, { kind, name: kind, config, accounts });
  const post = (path: string, body: string, headers: Record<string, string>) =>
    fetch(`${world.url}/webhooks/${path}`, { method: 'POST', body, headers }).then(({ status }) =>
      expect(status).toBe(200),
    );

  it('WhatsApp shows numbers and what tells the questions apart, as there is room for 20 letters', async () => {
    const shop = await build();
    const appSecret = 'app-secret-of-the-shop';
    const config = { phoneNumberId: '90311', accessToken: 'token', appSecret, verifyToken: 'verify-me-please' };
    const { key } = await add(shop, 'whatsapp', config, ['90311']);
    const say = (message: Record<string, unknown>) => {
      const value = {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '1', phone_number_id: '90311' },
        contacts: [{ profile: { name: 'Ana' }, wa_id: '34601' }],
        messages: [{ from: '34601', id: randomUUID(), timestamp: String(Math.floor(Date.now() / 1000)), ...message }],
      };
      const entry = [{ id: '9', changes: [{ field: 'messages', value }] }];
      const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
      return post(`whatsapp/${key}`, body, { 'x-hub-signature-256': metaSignature(body, appSecret) });
    };
    const sent = () => world.platform.calls.filter(({ body }) => body['to'] === '34601').map(({ body }) => body);

    await say({ type: 'text', text: { body: unclear } });
    await until(() => expect(sent()).toHaveLength(1));
    const offer = Buttons.parse(sent()[0]);
    const titles = offer.interactive.action.buttons.map(({ reply }) => reply.title);
    expect(titles.map((title) => title.slice(3)).toSorted()).toEqual(['bicycles?', 'cars?']);
    expect(offer.interactive.body.text).toMatch(
      /“1” or “2”\?\n\n1\. Is there parking for .+\n2\. Is there parking for .+/,
    );

    const title = titles.find((one) => one.includes('bicycles')) ?? '';
    await say({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: title, title } } });
    await until(() => expect(sent()[1]).toMatchObject({ text: { body: bicycles } }));
  });

  it('the web chat shows the questions', async () => {
    const shop = await build();
    const config = { siteName: 'Shop', allowedOrigins: [], visitorSecret: randomUUID() };
    const { key } = await add(shop, 'webchat', config);
    const visitorId = randomUUID();
    const authorization = `Bearer ${issueVisitorToken(visitorId, config, new Date(), 300)}`;
    const say = (text: string) =>
      post(`webchat/${key}`, JSON.stringify({ visitorId, id: randomUUID(), text }), { authorization });
    const seen = async () => {
      const response = await fetch(`${world.url}/chat/${key}/messages?after=0`, { headers: { authorization } });
      return Seen.parse(await response.json()).messages;
    };
    await say(unclear);
    await until(async () => expect((await seen()).at(-1)?.quickReplies).toHaveLength(2));
    const { quickReplies = [] } = (await seen()).at(-1) ?? {};
    await say(numberOf(quickReplies, 'cars'));
    await until(async () => expect((await seen()).at(-1)).toMatchObject({ text: cars, quickReplies: [] }));
  });

  it('a webhook is given the questions, and they lapse when the owner has answered', async () => {
    const shop = await build({ echo_takes_over: false });
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const { key } = await add(shop, 'webhook', { secret, replyUrl: `${world.platform.url}/replies/offer` });
    const say = (text: string, type = 'message') => {
      const id = randomUUID();
      const body = JSON.stringify({ type, id, thread: 'offer', from: { id: 'ana' }, text });
      const seconds = Math.floor(Date.now() / 1000);
      return post(`webhook/${key}`, body, {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signStandardWebhook(id, seconds, body, [secret]),
      });
    };
    const sent = () => world.platform.calls.filter(({ path }) => path === '/replies/offer').map(({ body }) => body);
    await say(unclear);
    await until(() => expect(sent()).toHaveLength(1));
    expect(z.array(z.string()).parse(sent()[0]?.['quickReplies']).toSorted()).toEqual([
      'Is there parking for bicycles?',
      'Is there parking for cars?',
    ]);
    await say('Is there parking for cars?');
    await until(() => expect(sent()[1]).toMatchObject({ text: cars, quickReplies: [] }));

    await say(unclear);
    await until(() => expect(sent()).toHaveLength(3));
    await say('For your van? Round the corner.', 'echo');
    await say('1');
    await until(() => expect(sent()).toHaveLength(4));
    expect(await lastDecision(shop, 'offer')).toMatchObject({ outcome: 'offer_human', evidence: { isPicked: false } });
  });
});

describe('what waits in the inbox', () => {
  it('chooses nothing that was not seen when it was written', async () => {
    const shop = await build();
    await world.stopWorkers();
    for (const text of [unclear, '1']) await writes(world, shop, 307, text);
    const workers = startWorkers(world.deps);
    try {
      // It makes a second miss; a choice would be an answer.
      await until(async () => expect(await lastDecision(shop, 307)).toMatchObject({ outcome: 'offer_human' }));
    } finally {
      await workers.stop();
    }
  });
});

const Buttons = z.object({
  interactive: z.object({
    body: z.object({ text: z.string() }),
    action: z.object({ buttons: z.array(z.object({ reply: z.object({ title: z.string().max(20) }) })) }),
  }),
});
const Seen = z.object({ messages: z.array(z.object({ text: z.string(), quickReplies: z.array(z.string()) })) });
