import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMatcher, type Faq } from '../../src/faqs/match.ts';
import { READ_LENGTH } from '../../src/language/words.ts';
import { whole } from '../support/whole.ts';
import { makeFaq } from '../support/make-faq.ts';

const faq = (id: string, question: string, keywords: Faq['keywords'] = '', more: Partial<Faq> = {}) =>
  makeFaq({ id, question, keywords, ...more });
const english = (...faqs: Faq[]) => createMatcher({ language: 'en', faqs });

const shop = [
  faq('hours', 'What are your opening hours?', 'hours, opening, time'),
  faq('vegan', 'Do you have vegan options?', 'vegan, dairy-free, plant-based'),
];
const support = [
  faq('reset', 'How do I reset my password?', 'password, reset, forgot'),
  faq('crash', 'Why is my app crashing?', 'crash, error, restart, cache'),
];

describe('a coffee shop and a help desk', () => {
  it.each([
    [shop, 'when do you open', 'hours', 0.5],
    [shop, 'What are your opening hours?', 'hours', 0.8],
    [shop, 'hours?', 'hours', 0.8],
    [shop, 'OPENING TIME!!! 🙏', 'hours', 0.8],
    [shop, 'do you have dairy free milk', 'vegan', 0.5],
    [shop, 'vegan', 'vegan', 0.8],
    [support, 'forgot my pasword', 'reset', 0.5],
    [support, 'forgot my passwrod', 'reset', 0.5],
    [support, 'app keeps crashing', 'crash', 0.5],
    [support, 'How do I reset my password?', 'reset', 0.8],
  ])('%#: "%s" is answered', (faqs, text, id, least) => {
    const { faqId, confidence } = english(...faqs).match(text);
    expect(faqId).toBe(id);
    expect(confidence).toBeGreaterThanOrEqual(least);
  });

  it.each(['can I bring my dog', 'do you sell gift cards?', 'blargh', 'do you have', 'is it', 'how'])(
    '"%s" is not',
    (text) => {
      for (const faqs of [shop, support]) expect(english(...faqs).match(text).confidence).toBeLessThan(0.5);
    },
  );

  it('"hello" is answered where a business wrote it as a keyword, and "do you have" where it is all of a question', () => {
    const hello = faq('hello', 'How are you doing?', 'hello, hey');
    expect(english(...shop, hello).match('hello').confidence).toBeGreaterThan(0.7);
    expect(english(...shop, faq('have', 'Do you have?')).match('do you have').confidence).toBeGreaterThan(0.8);
  });

  it.each(['', '   ', '👍🏽', '!!!', '\u0000', '\ud800', '؟؟'])('nothing matches %j', (text) => {
    expect(english(...shop).match(text)).toMatchObject({ faqId: null, confidence: 0 });
  });

  it('takes nothing for a match of stop words with an answer', () => {
    const faqs = [
      faq('a', 'Parking?', '', { answer: 'You can do it here.' }),
      faq('b', 'Wifi?', '', { answer: 'You can.' }),
    ];
    expect(english(...faqs).match('can you do').confidence).toBe(0);
  });

  it.each([
    ['en', 'Yes! Ok, sure.', ['yes', 'Yes.', 'ok', 'sure', 'no']],
    ['es', 'Sí, no.', ['sí', 'si', 'no']],
    ['pt', 'Sim, não.', ['sim', 'não']],
    ['fr', 'Oui, non.', ['oui', 'non']],
    ['de', 'Ja, nein.', ['ja', 'nein']],
    ['it', 'Sì, no.', ['sì', 'no']],
    ['nl', 'Ja, nee.', ['ja', 'nee']],
    ['ru', 'Да, нет.', ['да', 'нет']],
    ['uk', 'Так, ні.', ['так', 'ні']],
    ['pl', 'Tak, nie.', ['tak', 'nie']],
    ['tr', 'Evet, hayır.', ['evet', 'hayır']],
    ['ar', 'نعم، لا', ['نعم', 'لا']],
    ['he', 'כן, לא', ['כן', 'לא']],
    ['hi', 'हाँ, नहीं', ['हाँ', 'नहीं']],
    ['id', 'Ya, tidak.', ['ya', 'tidak']],
    ['zh', '是，好的，不', ['是', '好', '好的', '不']],
    ['ja', 'はい、いいえ', ['はい', 'いいえ']],
  ])('takes a yes or no in %s for no question that an answer with it belongs to', (language, answer, said) => {
    const matcher = createMatcher({ language, faqs: [faq('a', 'Parking?', '', { answer }), faq('b', 'Wifi?')] });
    expect(said.map((text) => matcher.match(text).confidence)).toEqual(said.map(() => 0));
  });

  it('is hardly sure of one common word out of many', () => {
    const faqs = ['cancel', 'change', 'track', 'pay', 'return'].map((verb) => faq(verb, `How can I ${verb} my order?`));
    expect(english(...faqs).match('my cousin wrote a novel about the order of Malta').confidence).toBeLessThanOrEqual(
      0.3,
    );
  });
});

describe('evidence', () => {
  it('tells why', () => {
    const { evidence } = english(...shop).match('Any dairy-free Croissants?');
    expect(evidence).toMatchObject({
      matchedKeywords: ['dairy-free'],
      matchedWords: ['dairy', 'free'],
      unmatchedWords: ['croissants'],
      runnerUp: null,
      cut: false,
    });
  });

  it('names the runner-up, which makes the best less sure', () => {
    const both = [...shop, faq('delivery', 'What are your delivery hours?', 'delivery')];
    const { confidence, evidence } = english(...both).match('hours');
    expect(evidence.runnerUp).toMatchObject({ faqId: 'delivery' });
    expect(confidence).toBeLessThan(english(...shop).match('hours').confidence);
  });

  it('tells when the message was too long to be read whole', () => {
    expect(english(...shop).match(`hours ${'x '.repeat(6_000)}`).evidence.cut).toBe(true);
  });
});

describe('ties', () => {
  it('go to the higher priority, then to the smaller id, whatever the order', () => {
    const [a, b, c] = [faq('b', 'Parking?'), faq('a', 'Parking?'), faq('c', 'Parking?', '', { priority: 2 })];
    expect(english(a, b, c).match('parking').faqId).toBe('c');
    expect(english(c, b, a).match('parking').faqId).toBe('c');
    expect(english(a, b).match('parking').faqId).toBe('a');
  });

  it('are the only thing that priority decides', () => {
    const faqs = [faq('wifi', 'Is there wifi?', 'wifi'), faq('dogs', 'Are dogs allowed?', 'dogs', { priority: 9 })];
    expect(english(...faqs).match('wifi for my laptop').faqId).toBe('wifi');
  });
});

describe('languages', () => {
  it.each([
    ['es', '¿Hacen envíos a domicilio?', 'envío, reparto', 'haceis envios?'],
    ['fr', "Quelles sont vos heures d'ouverture ?", 'horaires', "l'heure d'ouverture"],
    ['de', 'Wann habt ihr geöffnet?', 'öffnungszeiten, offen', 'Öffnungszeiten'],
    ['ru', 'Сколько стоит доставка?', 'доставка, курьер', 'стоимость доставки'],
    ['ar', 'ما هي مواعيد العمل؟', 'مواعيد، دوام', 'المواعيد'],
    ['zh', '你们的营业时间是什么？', '营业时间，几点', '营业时间'],
    ['ja', '営業時間は何時ですか？', '営業時間、何時', '営業時間を教えて'],
    ['th', 'เปิดกี่โมง', 'เวลาเปิด', 'เวลาเปิด'],
    ['xx', 'Zer ordutan irekitzen duzue?', 'ordutegia', 'ordutegia'],
  ])('%s', (language, question, keywords, text) => {
    const faqs = [faq('right', question, keywords), faq('other', 'Wi-Fi 123', 'wifi')];
    const { faqId, confidence } = createMatcher({ language, faqs }).match(text);
    expect(faqId).toBe('right');
    expect(confidence).toBeGreaterThanOrEqual(0.5);
  });
});

const word = fc.constantFrom(
  ...'refund order size colour wifi parking dog menu table vegan price card cash door key'.split(' '),
);
const sentence = fc.array(word, { minLength: 1, maxLength: 6 }).map((list) => list.join(' '));
const faqs = fc
  .array(
    fc.record({
      question: sentence,
      keywords: sentence,
      answer: sentence,
      priority: fc.integer({ min: 0, max: 2 }),
      isActive: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.map((each, at) => ({ ...each, id: `f${at}` })));

describe('whatever the FAQs', () => {
  it('an inactive one never wins, and confidence stays between 0 and 1', () => {
    fc.assert(
      fc.property(faqs, sentence, (list, text) => {
        const { faqId, confidence, evidence } = english(...list).match(text);
        for (const id of [faqId, evidence.runnerUp?.faqId]) {
          if (id != null) expect(list.find((each) => each.id === id)?.isActive).toBe(true);
        }
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('case, accents and punctuation around change nothing', () => {
    fc.assert(
      fc.property(faqs, sentence, fc.constantFrom('!!', ' …', '?', ' 🙂', '\n'), (list, text, mark) => {
        const matcher = english(...list);
        const plain = whole(matcher.match(text));
        const dressed = `${mark}${text.toUpperCase().replaceAll('E', 'É').replaceAll('O', 'o\u0308')}${mark}`;
        expect(whole(matcher.match(dressed))).toEqual(plain);
      }),
    );
  });

  it('the order in which they come changes nothing', () => {
    fc.assert(
      fc.property(faqs, sentence, (list, text) => {
        expect(whole(english(...list.toReversed()).match(text))).toEqual(whole(english(...list).match(text)));
      }),
    );
  });

  it('one more about something else leaves the answer to an exact question as it is', () => {
    fc.assert(
      fc.property(faqs, (list) => {
        const more = english(...list, faq('zzz', 'Quantum chromodynamics lecture', 'gluon, quark'));
        for (const { question } of list.filter((each) => each.isActive))
          expect(more.match(question).faqId).toBe(english(...list).match(question).faqId);
      }),
    );
  });

  it('no text breaks it, in a FAQ or in a message', () => {
    const anything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), anything, anything, (texts, language, text) => {
        const odd = texts.map((each, at) => faq(`f${at}`, each, [each, '(.*', '[', '']));
        const { confidence } = createMatcher({ language, faqs: odd }).match(text);
        expect(Number.isFinite(confidence)).toBe(true);
      }),
    );
  });
});

describe('an index that changes', () => {
  const change = fc.record({ at: fc.nat(11), remove: fc.boolean(), question: sentence, keywords: sentence });

  it('is what it would be, had it been made of what is left', () => {
    fc.assert(
      fc.property(faqs, fc.array(change, { maxLength: 8 }), sentence, (list, changes, text) => {
        const matcher = english(...list);
        const left = new Map(list.map((each) => [each.id, each]));
        matcher.match(text);
        for (const { at, remove, question, keywords } of changes) {
          const id = `f${at}`;
          if (remove) {
            left.delete(id);
            matcher.remove(id);
          } else {
            const next = { id, question, keywords, answer: '', priority: 1, isActive: at % 3 !== 0 };
            left.set(id, next);
            matcher.put(next);
          }
        }
        expect(whole(matcher.match(text))).toEqual(whole(english(...left.values()).match(text)));
      }),
    );
  });

  it('is not mixed up with another one that is used between', () => {
    const [one, other] = [english(...shop), english(...support)];
    const [first, second] = [whole(one.match('opening hours')), whole(other.match('reset my password'))];
    expect(whole(one.match('opening hours'))).toEqual(first);
    expect(whole(other.match('reset my password'))).toEqual(second);
  });
});

describe('a confidence', () => {
  it('is what the reasons and the doubts make together', () => {
    for (const text of ['when do you open', 'vegan', 'do you have dairy free milk', 'opening my account']) {
      const { confidence, evidence } = english(...shop).match(text);
      if (evidence.runnerUp) continue;
      const sum = (of: Record<string, number>) => Object.values(of).reduce((one, next) => one + next, 0);
      expect(confidence).toBeCloseTo(1 / (1 + Math.exp(sum(evidence.doubts) - sum(evidence.reasons))), 2);
    }
  });

  it('never falls when the FAQ has more of the message', () => {
    fc.assert(
      fc.property(faqs, sentence, fc.constantFrom('croissant', 'latte', 'umbrella'), (list, text, extra) => {
        const message = `${text} ${extra}`;
        const own = faq('own', 'Something else?', 'croissant, latte, umbrella');
        const has = (keywords: string) => english(...list, { ...own, keywords }).match(message);
        const [less, more] = [has('zeppelin'), has(extra)];
        if (less.faqId === 'own') expect(more.confidence).toBeGreaterThanOrEqual(less.confidence);
        if (more.faqId !== 'own') expect(less.faqId).not.toBe('own');
      }),
    );
  });

  it('grows with each further keyword of the same FAQ', () => {
    const list = [faq('cake', 'Which cakes do you bake?', 'carrot, marzipan, gateau'), ...shop, ...support];
    const confidences = ['carrot', 'carrot marzipan', 'carrot marzipan gateau'].map(
      (text) => english(...list).match(text).confidence,
    );
    expect(confidences).toEqual(confidences.toSorted((one, other) => one - other));
  });
});

it('finds one of 20,000 FAQs, and reads of a very long message no more than its beginning', () => {
  const many = Array.from({ length: 20_000 }, (_, at) =>
    faq(`f${at}`, `How do I use product ${at % 997} in city ${at % 89}?`, `product${at}`),
  );
  const matcher = english(...many);
  for (let at = 0; at < 20_000; at += 997) {
    expect(matcher.match(`how do I use product${at} please`).faqId).toBe(`f${at}`);
  }
  const long = 'product '.repeat(20_000);
  const cut = matcher.match(long.slice(0, READ_LENGTH));
  expect(whole(matcher.match(long))).toEqual({ ...whole(cut), evidence: { ...cut.evidence, cut: true } });
});
