import { describe, expect, it } from 'vitest';
import { createMatcher, type Faq } from '../../src/faqs/match.ts';
import { makeFaq } from '../support/make-faq.ts';

const faq = (id: string, question: string, keywords: Faq['keywords'] = '', more: Partial<Faq> = {}) =>
  makeFaq({ id, question, keywords, answer: 'See the notice at the door.', ...more });

const shop = [
  faq('hours', 'What are your opening hours?', 'hours, opening'),
  faq('vegan', 'Do you have vegan options?', 'vegan, dairy-free'),
  faq('refund', 'How do I get a refund?', 'refund, money back'),
];
const matchIn = (language: string, faqs: readonly Faq[], text: string) => createMatcher({ language, faqs }).match(text);

const nothing = {
  faqId: null,
  confidence: 0,
  evidence: { matchedKeywords: [], matchedWords: [], unmatchedWords: [], runnerUp: null, cut: false },
};

describe('messages without a word', () => {
  it.each([
    ['empty', ''],
    ['only spaces', ' \t\r\n\u00a0\u3000'],
    ['only emoji', '😀👍🏽👩‍👩‍👧‍👦🇩🇪❤️'],
    ['only punctuation', '?!… – «»'],
    ['only control characters', '\0\u0001\u0007\u001b\u007f\u0085'],
    ['only direction marks', '\u200e\u200f\u202a\u202e\u2066\u2069'],
    ['only a lone surrogate', '\ud800'],
  ])('%s: no FAQ, no confidence, no evidence', (_name, text) => {
    expect(matchIn('en', shop, text)).toMatchObject(nothing);
  });
});

describe('messages that are hard to read', () => {
  it('100,000 characters are cut, and the evidence says so', () => {
    const words = 'my order has not come and nobody answers me ';
    const { evidence, faqId } = matchIn('en', shop, `refund ${words.repeat(2_300)}`.slice(0, 100_000));
    expect([evidence.cut, faqId]).toEqual([true, 'refund']);
    // What is beyond the cut is not read.
    const late = matchIn('en', shop, `${'x '.repeat(49_990)}vegan`.slice(0, 100_000));
    expect([late.evidence.cut, late.faqId, late.confidence]).toEqual([true, null, 0]);
  });

  it('a shorter one is not said to be cut', () => {
    expect(matchIn('en', shop, 'x '.repeat(5_000)).evidence.cut).toBe(false);
  });

  it('one word of 10,000 characters matches nothing, and does no harm to the words beside it', () => {
    expect(matchIn('en', shop, 'x'.repeat(10_000))).toMatchObject({ faqId: null, confidence: 0 });
    expect(matchIn('en', shop, `vegan ${'x'.repeat(9_990)}`).faqId).toBe('vegan');
  });

  it.each(['.*', '^(refund|vegan)$', '(((((', '[a-z]+[', '\\', '(?<name>', 'a{1,99999}', '$&', '(x+x+)+y'])(
    '%j is text like any other, in a message and in a FAQ',
    (special) => {
      expect(matchIn('en', shop, `vegan ${special}`).faqId).not.toBeNull();
      const faqs = [faq('special', `What does ${special} mean?`, [special, 'pattern']), ...shop];
      expect(matchIn('en', faqs, 'pattern').faqId).toBe('special');
      expect(matchIn('en', faqs, 'do you have vegan options').faqId).toBe('vegan');
    },
  );

  it('a pattern does not match as a pattern', () => {
    expect(matchIn('en', [faq('any', '.*', ['.*', '[a-z]+'])], 'refund please')).toMatchObject({ confidence: 0 });
    expect(matchIn('en', shop, 'v.gan')).toMatchObject({ faqId: null });
  });

  it('control characters end words as spaces do', () => {
    expect(matchIn('en', shop, '\u0000do\u0001you have\u001b\tvegan\u0007options\r\n')).toMatchObject({
      faqId: 'vegan',
      evidence: { matchedKeywords: ['vegan'] },
    });
  });

  it('right-to-left beside left-to-right, with the marks that phones put there', () => {
    const faqs = [
      faq('wifi', 'ما هي كلمة مرور WiFi؟', 'واي فاي، wifi'),
      faq('delivery', 'كم تكلفة التوصيل؟', 'توصيل، شحن'),
    ];
    expect(matchIn('ar', faqs, '\u202bكلمة مرور \u2066WiFi\u2069؟\u202c').faqId).toBe('wifi');
    expect(matchIn('ar', faqs, 'hello \u200fالتوصيل\u200e please').faqId).toBe('delivery');
    expect(matchIn('he', [faq('hours', 'מה שעות הפתיחה?', 'שעות')], 'opening \u202eשעות\u202c?').faqId).toBe('hours');
  });
});

describe('FAQs that are hard to match', () => {
  it('none at all', () => {
    expect(matchIn('en', [], 'vegan')).toMatchObject({ faqId: null, confidence: 0, evidence: { runnerUp: null } });
  });

  it.each<[string, Faq['keywords']]>([
    ['an empty text', ''],
    ['only separators', ' , ; \n'],
    ['an empty list', []],
    ['a list of blanks', ['', '  ']],
    ['only emoji', ['👍', '❤️']],
  ])('without keywords (%s), the question still finds it', (_name, keywords) => {
    const { faqId, confidence, evidence } = matchIn(
      'en',
      [faq('parking', 'Is there parking?', keywords), ...shop],
      'parking',
    );
    expect([faqId, evidence.matchedKeywords, evidence.matchedWords]).toEqual(['parking', [], ['parking']]);
    expect(confidence).toBeGreaterThan(0);
  });

  it('1,000 identical ones: the smallest id wins, and is not sure with a rival as good as itself', () => {
    const many = Array.from({ length: 1_000 }, (_, at) =>
      faq(`f${String(at).padStart(4, '0')}`, 'Is there parking?', 'car'),
    );
    const { faqId, confidence, evidence } = matchIn('en', many.toReversed(), 'parking for my car');
    expect([faqId, evidence.runnerUp?.faqId]).toEqual(['f0000', 'f0001']);
    expect(confidence).toBeLessThan(matchIn('en', many.slice(0, 1), 'parking for my car').confidence);
  });

  it('keywords of stop words only do not answer a message for the sake of them', () => {
    const faqs = [faq('vague', 'Gift vouchers', ['how', 'do you', 'what is the']), ...shop];
    for (const text of ['how do you get there', 'what is the weather like', 'how much is a haircut']) {
      const { faqId, confidence } = matchIn('en', faqs, text);
      if (faqId === 'vague') expect(confidence, text).toBeLessThan(0.5);
    }
    expect(matchIn('en', faqs, 'gift voucher').faqId).toBe('vague');
    expect(matchIn('en', faqs, 'how do I get a refund').faqId).toBe('refund');
  });

  it.each(['xx', 'tlh', '', 'not a language', '🇩🇪', '__proto__', 'constructor', 'x'.repeat(10_000)])(
    'language %.20j: words are compared as they are',
    (language) => {
      const faqs = [faq('ordutegia', 'Zer ordutan irekitzen duzue?', 'ordutegia'), faq('menu', 'Menua', 'menua')];
      expect(matchIn(language, faqs, 'ordutegia').faqId).toBe('ordutegia');
      expect(matchIn(language, faqs, 'menua!').faqId).toBe('menu');
      expect(matchIn(language, faqs, 'zzzz')).toMatchObject({ faqId: null, confidence: 0 });
    },
  );
});
