import { describe, expect, it } from 'vitest';
import { buildShop, handlerOf, writes } from '../support/tenants.ts';
import { answering, useWorkflows } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { buildN8nShop, callsOf } = useWorkflows(world);

const callsTo = (chat: number) => world.platform.calls.filter(({ body }) => body['chat_id'] === chat);
/** Text and buttons of what the chat got last, when it has got `many`. */
const lastOf = async (chat: number, many: number) => {
  await until(() => expect(callsTo(chat)).toHaveLength(many));
  const { text, reply_markup: buttons } = callsTo(chat).at(-1)?.body ?? {};
  return { text, buttons: JSON.stringify(buttons ?? null) };
};

describe('the language of the tenant', () => {
  it('is told to the agent', async () => {
    const { shop } = await buildN8nShop({ language: 'de', workflow: answering({ reply: 'Ja, um acht.' }) });
    await writes(world, shop, 311, 'Ist heute Abend ein Tisch frei?');
    await until(() => expect(world.platform.textsTo('311')).toEqual(['Ja, um acht.']));
    expect(callsOf(shop)).toMatchObject([{ body: { language: 'de' } }]);
  });

  it('is what a contact is asked in to say it in other words, and whether a human is wanted', async () => {
    const shop = await buildShop(world, { language: 'de' });
    await writes(world, shop, 312, 'Darf mein Hund mit?');
    expect((await lastOf(312, 1)).text).toMatch(/^Entschuldigung, das habe ich nicht ganz verstanden/);
    await writes(world, shop, 312, 'Ist der Hund erlaubt oder nicht?');
    expect(await lastOf(312, 2)).toMatchObject({
      text: expect.stringMatching(/jemand aus unserem Team.*Ja oder Nein/),
      buttons: expect.stringMatching(/Ja, gerne.*Nein, danke/),
    });
  });
});

describe('the language of a contact who writes in another script than the tenant', () => {
  const buttons = expect.stringMatching(/Да, пожалуйста.*Нет, спасибо/);

  it('is what a human is offered in, and offered once more', async () => {
    const shop = await buildShop(world, { language: 'en', thresholds: { escalation_threshold: 0.5 } });
    await writes(world, shop, 313, 'Можно прийти с собакой?');
    expect(await lastOf(313, 1)).toEqual({
      text: 'Хотите, чтобы вам ответил человек из нашей команды? Просто напишите «да» или «нет».',
      buttons,
    });
    await writes(world, shop, 313, 'у меня пудель');
    expect(await lastOf(313, 2)).toEqual({ text: expect.stringMatching(/^[^a-z]*[а-яё][^a-z]*$/i), buttons });
    await writes(world, shop, 313, 'Да, пожалуйста');
    await until(async () => expect(await handlerOf(world, shop, 313)).toBe('queued'));
    expect((await lastOf(313, 3)).text).toMatch(/^[^a-z]*[а-яё][^a-z]*$/i);
  });

  it('is what the contact is asked in to say it in other words, and told that automation goes on', async () => {
    const shop = await buildShop(world, { language: 'en' });
    await writes(world, shop, 314, 'Можно прийти с собакой?');
    expect((await lastOf(314, 1)).text).toBe('Извините, я не совсем понял. Можете сказать другими словами?');
    await writes(world, shop, 314, 'у меня пудель');
    expect((await lastOf(314, 2)).buttons).toEqual(buttons);
    await writes(world, shop, 314, 'Нет, спасибо');
    expect((await lastOf(314, 3)).text).toMatch(/^[^a-z]*[а-яё][^a-z]*$/i);
    expect(await handlerOf(world, shop, 314)).toBe('bot');
  });
});
