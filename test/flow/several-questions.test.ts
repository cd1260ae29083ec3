import { describe, expect, it } from 'vitest';
import { buildShop, conversationOf, decisionsOf, messagesOf, writes } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const hours = 'We open 7am-9pm daily';
const vegan = 'Yes! We offer oat milk, almond milk, and vegan pastries';

describe('several questions in one message', () => {
  it.each([
    [311, 'When do you open? And do you have vegan options?', [hours, vegan]],
    [312, 'do you have vegan options and when do you open', [vegan, hours]],
    [313, 'Do you have vegan options\nWhat are your opening hours', [vegan, hours]],
  ])('are answered in one reply, in their order (%i)', async (chat, text, answers) => {
    const shop = await buildShop(world);
    await writes(world, shop, chat, text);
    await until(() => expect(world.platform.textsTo(String(chat))).toEqual([answers.join('\n\n')]));
    const { id, botReplyCount } = await conversationOf(world, shop, chat);
    expect(botReplyCount).toBe(1);
    const [decision] = await decisionsOf(world, shop, id);
    expect(decision).toMatchObject({ path: 'faq', outcome: 'answer', reason: expect.stringContaining('several') });
    const answered = decision?.evidence['answered'];
    expect(answered).toEqual([
      { faqId: decision?.faqId, confidence: expect.any(Number) },
      { faqId: expect.any(String), confidence: expect.any(Number) },
    ]);
    expect((await messagesOf(world, shop, id)).at(-1)).toMatchObject({
      metadata: { faqId: decision?.faqId, faqIds: [decision?.faqId, expect.any(String)] },
    });
  });

  it('are answered together when they come as a burst', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 1_000 } });
    for (const text of ['Hi', 'When do you open?', 'Do you have vegan options?']) await writes(world, shop, 314, text);
    await until(() => expect(world.platform.textsTo('314')).toEqual([`${hours}\n\n${vegan}`]));
  });

  it('are one where one FAQ answers all', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 315, 'What are your opening hours? When do you open?');
    await until(() => expect(world.platform.textsTo('315')).toEqual([hours]));
    const { id } = await conversationOf(world, shop, 315);
    expect((await decisionsOf(world, shop, id))[0]?.evidence['answered']).toHaveLength(1);
  });

  it('are answered three at most, and the contact is told to ask for the others again', async () => {
    const names = ['parking', 'breakfast', 'towels', 'swimming'];
    const faqs = names.map((name) => ({ question: `Do you have ${name}?`, answer: `Yes, ${name}`, keywords: name }));
    const shop = await buildShop(world, { faqs });
    const ask = (...asked: string[]) => writes(world, shop, 316, asked.map((name) => `Do you have ${name}?`).join(' '));
    await ask(...names);
    await until(() => expect(world.platform.textsTo('316')).toHaveLength(1));
    const [answers = ''] = world.platform.textsTo('316');
    expect(answers).toMatch(/\n\nThat answers some of your questions\. Please send me the others once more\.$/);
    const given = names.filter((name) => answers.includes(`Yes, ${name}`));
    expect(given).toHaveLength(3);
    const { id } = await conversationOf(world, shop, 316);
    expect((await decisionsOf(world, shop, id))[0]?.reason).toMatch(/of 4 the 3 surest are answered/);
    await ask(...names.filter((name) => !given.includes(name)));
    await until(() => expect(world.platform.textsTo('316')).toHaveLength(2));
    expect(world.platform.textsTo('316').at(-1)).toBe(`Yes, ${names.find((name) => !given.includes(name))}`);
  });

  it('are split where a text is longer than the platform allows, and not lost', async () => {
    const long = (word: string) => `${`${word} `.repeat(600)}end`;
    const faqs = ['parking', 'breakfast'].map((name) => ({
      question: `Do you have ${name}?`,
      answer: long(name),
      keywords: name,
    }));
    const shop = await buildShop(world, { faqs });
    await writes(world, shop, 317, 'Do you have parking? Do you have breakfast?');
    await until(() => expect(world.platform.textsTo('317')).toHaveLength(3));
    expect(world.platform.textsTo('317').join(' ').match(/end/g)).toHaveLength(2);
  });
});

describe('FAQs in several languages', () => {
  const faqs = [
    { question: 'What is the wifi password?', answer: 'It is on the wall', keywords: 'wifi, password', language: 'en' },
    { question: '¿Cuál es la clave del wifi?', answer: 'Está en la pared', keywords: 'wifi, clave', language: 'es' },
    { question: 'Когда вы открываетесь?', answer: 'В девять', keywords: 'часы, открыты', language: 'ru' },
    { question: 'Breakfast', answer: '7 - 10', keywords: 'breakfast, desayuno, завтрак' },
  ];

  it('are answered in the language of the message', async () => {
    const shop = await buildShop(world, { faqs });
    const said = [
      ['what is the password of the wifi', 'It is on the wall'],
      ['¿me puede decir cuál es la clave del wifi?', 'Está en la pared'],
      ['Скажите, когда вы открыты', 'В девять'],
      ['¿a qué hora es el desayuno?', '7 - 10'],
      ['what is the wifi password? ¿y a qué hora es el desayuno?', 'It is on the wall\n\n7 - 10'],
    ] as const;
    for (const [n, [text, answer]] of said.entries()) {
      await writes(world, shop, 318, text);
      await until(() => expect(world.platform.textsTo('318')).toHaveLength(n + 1));
      expect(world.platform.textsTo('318').at(-1), text).toBe(answer);
    }
  });
});
