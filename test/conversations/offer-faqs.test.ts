import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelAdapter, channelKinds } from '../../src/channels/registry.ts';
import { picksFrom, wordOffer } from '../../src/conversations/offer-faqs.ts';

const faq = (question: string, language: string | null = null) => ({
  faqId: question,
  question,
  answer: 'An answer',
  language,
  confidence: 0.3,
});
const vegan = [faq('Do you have vegan options?'), faq('Do you have vegetarian options?')];
const limitsOf = channelKinds.map((kind) => channelAdapter(kind)?.limits).filter((limits) => limits !== undefined);
const whatsapp = { max: 3, titleLength: 20 };

describe('how FAQs are offered', () => {
  it('is by buttons with the questions, where they fit', () => {
    expect(wordOffer(vegan, { max: 20, titleLength: 64 }, 'en')).toEqual({
      text: 'Which one do you mean: “Do you have vegan options” or “Do you have vegetarian options”?',
      titles: ['Do you have vegan options?', 'Do you have vegetarian options?'],
      hasButtons: true,
    });
  });

  it('is by a numbered list, and buttons with what tells them apart, where titles are short', () => {
    expect(wordOffer(vegan, whatsapp, 'en')).toEqual({
      text: 'Which one do you mean: “1” or “2”?\n\n1. Do you have vegan options?\n2. Do you have vegetarian options?',
      titles: ['1. vegan options?', '2. vegetarian…'],
      hasButtons: true,
    });
  });

  it('is by a numbered list alone, where there are no buttons or too few', () => {
    for (const limits of [
      { max: 0, titleLength: 0 },
      { max: 1, titleLength: 64 },
      { max: 3, titleLength: 5 },
    ]) {
      const { text, hasButtons } = wordOffer(vegan, limits, 'en');
      expect(hasButtons).toBe(false);
      expect(text).toMatch(/\n1\. Do you have vegan options\?\n2\. Do you have vegetarian options\?$/);
    }
  });

  it('is in the language of the questions, or else of the contact', () => {
    const spanish = [faq('¿Abrís hoy?', 'es'), faq('¿Abrís mañana?', 'es')];
    expect(wordOffer(spanish, whatsapp, 'en').text).toBe('¿A cuál te refieres: «Abrís hoy» o «Abrís mañana»?');
    expect(wordOffer(vegan, whatsapp, 'ru').text).toMatch(/^Что вы имеете в виду: «1» или «2»\?/);
    expect(wordOffer([faq('Open?', 'en'), faq('¿Abrís?', 'es')], whatsapp, 'de').text).toMatch(/^Was meinen Sie/);
  });

  it('keeps to the limits of every channel, whatever the questions are', () => {
    const question = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(question, question, fc.constantFrom(...limitsOf), (one, other, limits) => {
        const { titles, text, hasButtons } = wordOffer([faq(one), faq(other)], limits.quickReplies, 'en');
        expect(text.length).toBeLessThan(1024);
        expect(text.isWellFormed()).toBe(true);
        if (!hasButtons) return;
        expect(titles.every((title) => title.length <= limits.quickReplies.titleLength)).toBe(true);
        expect(titles.every((title) => title.isWellFormed())).toBe(true);
      }),
    );
  });
});

describe('which FAQ is chosen', () => {
  const choices = vegan.map(({ faqId, question }, at) => ({
    faqId,
    question,
    title: ['1. vegan options?', '2. vegetarian…'][at] ?? '',
  }));
  const pickOf = picksFrom({ faqOffer: { seq: 4, choices } }, { firstSeq: 5, language: 'en' });
  const [first, second] = vegan.map(({ faqId }) => faqId);

  it.each([
    ['1', first],
    [' 2. ', second],
    ['２', second],
    ['(1)', first],
    ['1. vegan options?', first],
    ['2. vegetarian…', second],
    ['do you have VEGETARIAN options', second],
    ['3', null],
    ['12', null],
    ['1 coffee', null],
    ['vegan', null],
    ['', null],
    ['?', null],
  ])('by %j', (line, faqId) => {
    expect(pickOf?.(line)).toEqual(faqId === null ? [] : [faqId]);
  });

  it.each([
    ['en', '1 and 2', [0, 1]],
    ['en', '2, 1', [1, 0]],
    ['en', 'Both, please!', [0, 1]],
    ['en', '1 & 2', [0, 1]],
    ['en', '1 and 1', []],
    ['en', '1 and 3', []],
    ['en', '1 and 2 coffees', []],
    ['en', 'both of my cards are lost', []],
    ['de', 'Beides', [0, 1]],
    ['de', '1 und 2 bitte', [0, 1]],
    ['es', 'las dos', [0, 1]],
    ['fr', 'Les deux', [0, 1]],
    ['ru', '1 и 2', [0, 1]],
    ['ru', 'Оба', [0, 1]],
    ['ar', '١ و ٢', [0, 1]],
    ['ar', 'كلاهما', [0, 1]],
    ['hi', 'दोनों', [0, 1]],
    ['ja', '両方', [0, 1]],
    ['ja', '1と2', [0, 1]],
    ['zh', '两个都要', [0, 1]],
    ['tr', 'ikisi de', [0, 1]],
  ])('may be several: in %s by %j', (language, line, chosen) => {
    const pick = picksFrom({ faqOffer: { seq: 4, choices } }, { firstSeq: 5, language });
    expect(pick?.(line)).toEqual(chosen.map((at) => choices[at]?.faqId));
  });

  it('is none where none were offered, or the turn began before they were', () => {
    expect(picksFrom({ faqOffer: null }, { firstSeq: 5, language: 'en' })).toBeNull();
    expect(picksFrom({ faqOffer: { seq: 4, choices } }, { firstSeq: 3, language: 'en' })).toBeNull();
  });

  it('is never one of a question without words', () => {
    const bare = [{ faqId: 'bare', question: '😀', title: '' }];
    expect(picksFrom({ faqOffer: { seq: 4, choices: bare } }, { firstSeq: 5, language: 'en' })?.('🙂')).toEqual([]);
  });
});
