import { describe, expect, it } from 'vitest';
import { Faq } from '../../src/entities/faq.ts';
import { FaqTest } from '../../src/entities/faq-test.ts';
import { newId } from '../../src/id.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import { ask } from '../support/faq-requests.ts';
import { asManager, buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

const faqIdOf = async (shop: Shop, question: string) =>
  (
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.findOneOrFail(Faq, { question: { $like: `${question}%` } }),
    )
  ).id;

describe('keywords from what managers answered', () => {
  let chat = 5_000;
  /** The contact's messages, then a manager's words. */
  async function answered(shop: Shop, said: string[], replies: string[]) {
    chat += 1;
    for (const [n, text] of said.entries()) {
      await writes(world, shop, chat, text);
      if (n === 0) await until(() => expect(world.platform.textsTo(String(chat))).not.toEqual([]));
    }
    const { id } = await conversationOf(world, shop, chat);
    await until(async () => expect((await conversationOf(world, shop, chat)).lastSeq).toBeGreaterThan(said.length));
    for (const text of replies)
      expect((await asManager(world, shop, `/conversations/${id}/replies`, { text })).status).toBe(201);
  }
  const answer = 'We open at 7am and close at 9pm';
  const faqs = coffeeFaqs.map((faq) => (faq.question.startsWith('What are') ? { ...faq, answer } : faq));

  it('are the words of the questions that the FAQ lacks, the contact’s last ones before the answer', async () => {
    const [shop, other] = [await buildShop(world, { faqs }), await buildShop(world, { faqs })];
    const id = await faqIdOf(shop, 'What are');
    await answered(shop, ['zebra', 'when do you close'], [`Hello! ${answer}, see you.`]);
    await answered(shop, ['closed on mondays'], ['One moment', answer]);
    await answered(shop, ['parking'], ['We have parking behind the house']);
    await answered(other, ['closed closed'], [answer]);
    const { status, body } = await ask(world, shop, 'GET', `/${id}/keyword-suggestions`);
    expect([status, body]).toEqual([
      200,
      { messages: 2, keywords: [{ keyword: expect.stringMatching(/^closed?$/), messages: 2, otherFaqs: 0 }] },
    ]);
    const vegan = await faqIdOf(shop, 'Do you have');
    expect((await ask(world, shop, 'GET', `/${vegan}/keyword-suggestions`)).body).toEqual({
      messages: 0,
      keywords: [],
    });
  });

  it('are not told of another tenant’s FAQ, or of one that is not there', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    for (const id of [await faqIdOf(other, 'What are'), newId(), 'x']) {
      expect((await ask(world, shop, 'GET', `/${id}/keyword-suggestions`)).status).toBe(404);
    }
  });
});

describe('the regression set', () => {
  it('is added to, run against the FAQs of now, and removed from', async () => {
    const shop = await buildShop(world);
    const faqId = await faqIdOf(shop, 'What are');
    const tests = [
      { message: 'opening hours?', expectation: 'answered', faqId },
      { message: 'zebra crossing', expectation: 'answered', faqId },
      { message: 'zebra crossing', expectation: 'not_answered' },
    ];
    for (const test of tests) expect((await ask(world, shop, 'POST', '/tests', test)).status).toBe(201);
    const { body } = await ask(world, shop, 'GET', '/tests');
    expect(body).toMatchObject({
      tests: [
        { ...tests[0], passes: true, answeredBy: faqId, best: { faqId, confidence: expect.any(Number) } },
        { ...tests[1], passes: false, answeredBy: null },
        { ...tests[2], faqId: null, passes: true, answeredBy: null },
      ],
    });
    const [first] = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(FaqTest, {}, { orderBy: { id: 'asc' } }),
    );
    const other = await buildShop(world);
    expect((await ask(world, other, 'DELETE', `/tests/${first?.id}`)).status).toBe(404);
    expect((await ask(world, other, 'GET', '/tests')).body).toEqual({ tests: [] });
    expect((await ask(world, shop, 'DELETE', `/tests/${first?.id}`)).status).toBe(200);
    expect((await ask(world, shop, 'DELETE', `/tests/${first?.id}`)).status).toBe(404);
    expect((await ask(world, shop, 'GET', '/tests')).body).toMatchObject({ tests: [{}, {}] });
  });

  it('shows what a change would do, and saves nothing', async () => {
    const shop = await buildShop(world);
    const hours = await faqIdOf(shop, 'What are');
    await ask(world, shop, 'POST', '/tests', { message: 'opening hours?', expectation: 'answered', faqId: hours });
    await ask(world, shop, 'POST', '/tests', { message: 'when do you close', expectation: 'answered', faqId: hours });
    await ask(world, shop, 'POST', '/tests', { message: 'is there parking', expectation: 'not_answered' });
    const all = () => withTenant(world.deps.orm, shop.tenantId, (em) => em.find(Faq, {}, { orderBy: { id: 'asc' } }));
    const before = await all();
    const dryRun = async (change: unknown) => (await ask(world, shop, 'POST', '/dry-run', { change })).body;

    const keywords = ['hours', 'opening', 'time', 'close'];
    expect(await dryRun({ type: 'change', faqId: hours, set: { keywords } })).toMatchObject({
      passingBefore: 2,
      passingAfter: 3,
      newlyPassing: [
        { test: { message: 'when do you close' }, before: { passes: false }, after: { answeredBy: hours } },
      ],
      newlyFailing: [],
    });
    const faq = { question: 'Is there parking?', answer: 'Yes', keywords: ['parking'] };
    expect(await dryRun({ type: 'create', faq })).toMatchObject({
      newlyPassing: [],
      newlyFailing: [{ test: { message: 'is there parking' }, after: { answeredBy: 'new' } }],
    });
    expect(await dryRun({ type: 'deactivate', faqId: hours })).toMatchObject({
      newlyFailing: [
        { test: { message: 'opening hours?' }, before: { answeredBy: hours }, after: { answeredBy: null } },
      ],
    });
    expect(await all()).toEqual(before);
  });

  it('goes with its FAQ', async () => {
    const shop = await buildShop(world);
    const faqId = await faqIdOf(shop, 'What are');
    await ask(world, shop, 'POST', '/tests', { message: 'opening hours?', expectation: 'answered', faqId });
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeDelete(Faq, { tenantId: shop.tenantId, id: faqId }),
    );
    expect((await ask(world, shop, 'GET', '/tests')).body).toEqual({ tests: [] });
  });

  it('has at most 1,000 tests', async () => {
    const shop = await buildShop(world);
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.insertMany(
        FaqTest,
        Array.from({ length: 1_000 }, () => ({
          tenantId: shop.tenantId,
          id: newId(),
          message: 'm',
          expectation: 'not_answered' as const,
        })),
      ),
    );
    const { status, body } = await ask(world, shop, 'POST', '/tests', { message: 'm', expectation: 'not_answered' });
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({ code: 'conflict', detail: expect.stringMatching(/1000.*remove one/) }),
    ]);
  });

  it('speaks of no other tenant’s FAQ', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    const faqId = await faqIdOf(other, 'What are');
    const test = { message: 'opening hours?', expectation: 'answered', faqId };
    expect((await ask(world, shop, 'POST', '/tests', test)).status).toBe(404);
    for (const change of [
      { type: 'deactivate', faqId },
      { type: 'change', faqId, set: {} },
    ]) {
      expect((await ask(world, shop, 'POST', '/dry-run', { change })).status).toBe(404);
    }
  });

  it.each([
    ['/tests', { message: '', expectation: 'not_answered' }, /message/],
    ['/tests', { message: 'm', expectation: 'maybe' }, /expectation/],
    ['/tests', { message: 'm', expectation: 'answered' }, /faqId: say which FAQ has to answer/],
    ['/tests', { message: 'm', expectation: 'not_answered', faqId: 'x' }, /faqId/],
    ['/dry-run', {}, /change/],
    ['/dry-run', { change: { type: 'delete' } }, /change/],
    ['/dry-run', { change: { type: 'change', faqId: newId(), set: { hitCount: 3 } } }, /hitCount/],
    ['/dry-run', { change: { type: 'create', faq: { question: 'q' } } }, /answer/],
  ])('refuses what it cannot read: %s %j', async (path, given, message) => {
    const { status, body } = await ask(world, await buildShop(world), 'POST', path, given);
    expect([status, body]).toEqual([
      422,
      expect.objectContaining({ code: 'unprocessable', detail: expect.stringMatching(message) }),
    ]);
  });
});
