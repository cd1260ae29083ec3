import { describe, expect, it } from 'vitest';
import { createLanguageMatcher, type SpokenFaq } from '../../src/faqs/by-language.ts';
import { createMatcher } from '../../src/faqs/match.ts';
import { whole } from '../support/whole.ts';
import { readLanguages } from '../../src/language/detect.ts';

const faq = (id: string, language: string | null, question: string, keywords = ''): SpokenFaq => ({
  id,
  language,
  question,
  keywords,
  answer: `Answer of ${id}`,
  priority: 1,
  isActive: true,
});

const hotel = [
  faq('hours-en', 'en', 'What are your opening hours?', 'hours, opening'),
  faq('hours-es', 'es', '¿Cuál es vuestro horario?', 'horario, abrir'),
  faq('hours-ru', 'ru', 'Когда вы открываетесь?', 'часы, открыты'),
  faq('hours-ja', 'ja', '営業時間は何時ですか？', '営業時間'),
  faq('wifi-en', 'en', 'What is the wifi password?', 'wifi, password'),
  faq('wifi-es', 'es-MX', '¿Cuál es la clave del wifi?', 'wifi, clave'),
  faq('parking-en', 'en', 'Where can I park my car?', 'parking, car'),
  faq('breakfast', null, 'Breakfast buffet', 'breakfast, desayuno, завтрак'),
];
const matcher = createLanguageMatcher({ language: 'en', faqs: hotel });

const asked: [text: string, faqId: string][] = [
  ['What are your opening hours?', 'hours-en'],
  ['¿Cuál es vuestro horario?', 'hours-es'],
  ['Hola, quería saber a qué hora podéis abrir mañana', 'hours-es'],
  ['когда вы открыты', 'hours-ru'],
  ['営業時間を教えてください', 'hours-ja'],
  // The word is in both; the language decides.
  ['¿me puede decir cuál es el wifi?', 'wifi-es'],
  ['what is the wifi', 'wifi-en'],
  // For everybody.
  ['a qué hora es el desayuno', 'breakfast'],
  ['во сколько завтрак', 'breakfast'],
  ['is there breakfast', 'breakfast'],
  // Mixed: in the language of its little words there is no answer.
  ['hola buenas, quisiera saber cuáles son vuestros opening hours', 'hours-en'],
  ['привет, какой у вас wifi password', 'wifi-en'],
  ['¿tenéis parking?', 'parking-en'],
];

describe('FAQs in several languages', () => {
  it.each(asked)('%s', (text, faqId) => {
    expect(matcher.match(text)).toMatchObject({ faqId });
  });

  it('are surely found in a message that mixes languages', () => {
    const sure = { en: 'What are your opening hours?', es: '¿cuál es vuestro horario?' };
    for (const text of Object.values(sure)) expect(matcher.match(text).confidence).toBeGreaterThan(0.9);
    for (const text of [`Hola! ${sure.en}`, `Hello! ${sure.es}`]) {
      expect(matcher.match(text).confidence, text).toBeGreaterThan(0.5);
    }
  });

  it('are found as surely as if the little words of another language were not there', () => {
    const english = createMatcher({
      language: 'en',
      faqs: hotel.filter(({ language }) => /^en$|^$/.test(language ?? '')),
    });
    const { faqId, confidence } = english.match('wifi password');
    expect(matcher.match('какой у вас wifi password')).toMatchObject({ faqId, confidence });
  });

  it('have runners-up of their own language', () => {
    const { evidence } = matcher.match('cuál es el horario del wifi');
    expect(evidence.runnerUp?.faqId).toMatch(/-es$/);
  });

  it('answer in the tenant’s language where nothing tells which', () => {
    expect(matcher.match('wifi').faqId).toBe('wifi-en');
    const spanish = createLanguageMatcher({ language: 'es', faqs: hotel });
    expect(spanish.match('wifi').faqId).toBe('wifi-es');
  });

  it('never answer with one that is not active', () => {
    const faqs = hotel.map((one) => ({ ...one, isActive: one.language !== 'es' }));
    const { faqId } = createLanguageMatcher({ language: 'en', faqs }).match('¿Cuál es vuestro horario?');
    expect(faqId).not.toBe('hours-es');
  });

  it('say that a message was cut, whatever of it was left out for a language', () => {
    const text = `wifi password ${'и не '.repeat(4_000)}`;
    expect(matcher.match(text)).toMatchObject({ faqId: 'wifi-en', evidence: { cut: true } });
    expect(matcher.match('wifi password').evidence.cut).toBe(false);
  });

  it('give nothing for nothing', () => {
    for (const text of ['', '   ', '😀', 'qwertz']) {
      expect(matcher.match(text), text).toMatchObject({ faqId: null, confidence: 0 });
    }
  });
});

describe('FAQs in one language', () => {
  const texts = [...asked.map(([text]) => text), '', 'wifi'];

  it('are matched as if there were no languages', () => {
    const plain = hotel.map((one) => ({ ...one, language: null }));
    for (const language of ['en', 'es', 'xx', '']) {
      const [ours, theirs] = [createLanguageMatcher, createMatcher].map((create) => create({ language, faqs: plain }));
      for (const text of texts) expect(ours && whole(ours.match(text))).toEqual(theirs && whole(theirs.match(text)));
    }
  });

  it('are matched in that language, also where the tenant names another, and by whatever tag', () => {
    const spanish = hotel.filter(({ language }) => language?.startsWith('es'));
    const tagged = spanish.map((one, at) => ({ ...one, language: at === 0 ? 'es_ES' : 'ES' }));
    const ours = createLanguageMatcher({ language: 'en', faqs: tagged });
    const theirs = createMatcher({ language: 'es', faqs: spanish });
    for (const text of texts) expect(whole(ours.match(text))).toEqual(whole(theirs.match(text)));
  });

  it('are matched as if there were no other, while those of another are not active', () => {
    const faqs = hotel.map((one) => ({ ...one, isActive: one.language === 'en' }));
    const [ours, theirs] = [createLanguageMatcher, createMatcher].map((create) => create({ language: 'en', faqs }));
    for (const text of [...texts, 'hola, cuál es el wifi password'])
      expect(ours && whole(ours.match(text))).toEqual(theirs && whole(theirs.match(text)));
  });

  it('are for everybody where the language is empty', () => {
    const faqs = [faq('a', '', 'Opening hours'), faq('b', 'es', '¿Cuál es vuestro horario?')];
    expect(createLanguageMatcher({ language: 'en', faqs }).match('opening hours').faqId).toBe('a');
    expect(createLanguageMatcher({ language: 'en', faqs: [] }).match('opening hours').faqId).toBeNull();
  });
});

describe('the language of a message', () => {
  const all = ['en', 'es', 'ru', 'ja'];
  it.each([
    ['what are your opening hours', ['en']],
    ['cuál es el horario de la tienda', ['es']],
    ['когда вы открываетесь', ['ru']],
    ['何時に開きますか', ['ja']],
  ])('%s', (text, plausible) => {
    expect(readLanguages(text, all).plausible).toEqual(plausible);
  });

  it('is not clear in a short or mixed one', () => {
    expect(readLanguages('wifi', all).plausible).toEqual(expect.arrayContaining(['en', 'es']));
    expect(readLanguages('hola, cuál es the password of your wifi', all).plausible).toEqual(
      expect.arrayContaining(['en', 'es']),
    );
    expect(readLanguages('', all).plausible).toEqual(all);
  });

  it('leaves out for one language what belongs to the others, and nothing else', () => {
    const { asSeenIn } = readLanguages('привет, какой у вас wifi password?', ['en', 'ru']);
    expect(asSeenIn('en')).toBe('wifi password');
    expect(readLanguages('Wifi, password?', ['en', 'es']).asSeenIn('en')).toBe('Wifi, password?');
  });
});
