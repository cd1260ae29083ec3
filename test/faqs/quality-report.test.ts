import { describe, expect, it } from 'vitest';
import type { Faq } from '../../src/faqs/match.ts';
import { reportOn, type Finding, type FindingKind } from '../../src/faqs/quality-report.ts';
import { makeFaq } from '../support/make-faq.ts';

const faq = (id: string, question: string, keywords: Faq['keywords'] = id, more: Partial<Faq> = {}) =>
  makeFaq({ id, question, keywords, answer: `The answer of ${id}.`, ...more });

/** Nothing is wrong with these. */
const shop = [
  faq('hours', 'What are your opening hours?', 'hours, opening'),
  faq('vegan', 'Do you have vegan options?', 'vegan, dairy-free'),
  faq('refund', 'How do I get a refund?', 'refund, money back'),
  faq('parking', 'Is there parking nearby?', 'parking, car'),
];

const found = <Kind extends FindingKind>(kind: Kind, faqs: readonly Faq[], language = 'en'): Finding<Kind>[] => {
  const { [kind]: of } = reportOn(faqs, language).findings;
  expect(of.total).toBe(of.shown.length);
  return of.shown;
};
const idsOf = (findings: Finding[]) => findings.map(({ faqIds }) => faqIds);

it('has nothing to say about FAQs that are in order', () => {
  const { checked, findings } = reportOn(shop, 'en');
  expect(checked).toBe(4);
  expect(Object.values(findings).filter(({ total }) => total > 0)).toEqual([]);
});

it('has nothing to say about none, and leaves inactive ones alone', () => {
  expect(reportOn([], 'en').checked).toBe(0);
  const { checked, findings } = reportOn(
    [...shop, faq('again', 'Do you have vegan options?', '', { isActive: false })],
    'en',
  );
  expect(checked).toBe(4);
  expect(Object.values(findings).filter(({ total }) => total > 0)).toEqual([]);
});

describe('duplicate questions', () => {
  it.each([
    ['en', 'Do you have vegan options?', 'do you have VEGAN option', 1],
    ['en', 'Do you have vegan options?', 'Have you got vegan options?', 0.83],
    ['en', 'Can I bring my dog to the hotel?', 'Can I bring my dogs to your hotel?', 0.88],
    ['fr', 'Quelles sont vos heures d’ouverture ?', "quelles sont vos heures d'ouverture", 1],
    ['ar', 'ما هي مواعيد العمل؟', 'ما هي مَواعيد العمل', 1],
    ['zh', '你们的营业时间是什么？', '你们的营业时间是什么', 1],
    ['xx', 'Zer ordutan irekitzen duzue?', 'zer ordutan irekitzen duzue', 1],
  ])('%s: "%s" and "%s"', (language, one, other, likeness) => {
    const faqs = [faq('a', one, 'alpha'), faq('b', other, 'beta')];
    const findings = found('duplicate_question', faqs, language);
    expect(findings).toMatchObject([
      { faqIds: ['a', 'b'], evidence: { questions: [one, other], likeness, faqCount: 2 } },
    ]);
    expect(findings[0]?.advice).toContain(`“${one}” and “${other}” ask`);
  });

  it.each([
    ['When do you open?', 'Where do you open?'],
    ['Do you have vegan options?', 'Can I order vegan dishes?'],
    ['How do I cancel my order?', 'How do I track my order?'],
    ['Do you sell notes?', 'Do you not sell?'],
    ['???', '!!!'],
  ])('not "%s" and "%s"', (one, other) => {
    expect(found('duplicate_question', [faq('a', one), faq('b', other)])).toEqual([]);
  });

  it('are one finding for all that ask the very same', () => {
    const faqs = Array.from({ length: 1_000 }, (_, at) => faq(`f${String(at).padStart(4, '0')}`, 'Is there parking?'));
    const [finding, ...others] = found('duplicate_question', faqs);
    expect(others).toEqual([]);
    expect(finding?.evidence.faqCount).toBe(1_000);
    expect(finding?.faqIds).toHaveLength(50);
    expect(finding?.advice).toContain('1000 FAQs with the question “Is there parking?” ask the same');
  });
});

describe('duplicate keywords', () => {
  it('are found whatever their order and spelling', () => {
    const faqs = [...shop, faq('a', 'Gift cards', 'Opening, hours, opening'), faq('b', 'Wifi', ['hours'])];
    expect(found('duplicate_keywords', faqs)).toMatchObject([
      { faqIds: ['a', 'hours'], evidence: { keywords: ['Opening', 'hours'], faqCount: 2 } },
    ]);
  });

  it('are not the keywords that are missing', () => {
    expect(found('duplicate_keywords', [faq('a', 'Wifi', ''), faq('b', 'Dogs', []), faq('c', 'Cats', ['👍'])])).toEqual(
      [],
    );
  });
});

describe('FAQs that never win', () => {
  it('are named with those that beat them', () => {
    const faqs = [...shop, faq('z', 'Do you have vegan options?', 'vegan, refund', { priority: 0 })];
    const findings = found('never_wins', faqs);
    expect(findings.map((finding) => [finding.faqIds, finding.evidence])).toEqual([
      [
        ['z', 'vegan', 'refund'],
        {
          question: { text: 'Do you have vegan options?', beatenBy: 'vegan' },
          keywords: [
            { keyword: 'vegan', beatenBy: 'vegan' },
            { keyword: 'refund', beatenBy: 'refund' },
          ],
          keywordCount: 2,
        },
      ],
    ]);
    expect(findings[0]?.advice).toContain('find “Do you have vegan options?” and “How do I get a refund?” instead');
  });

  it('do not include one that a single keyword finds', () => {
    expect(found('never_wins', [...shop, faq('z', 'Do you have vegan options?', 'refund, oat milk')])).toEqual([]);
  });

  it('do not include one that nothing beats because it has no words', () => {
    expect(found('never_wins', [...shop, faq('z', '👍', '')])).toEqual([]);
  });
});

describe('keywords that are too common', () => {
  const verbs = ['cancel', 'change', 'track', 'pay', 'return', 'send'];

  it('are those of many FAQs, and those that stand in many questions', () => {
    const faqs = [
      ...shop,
      ...verbs.map((verb, at) =>
        faq(verb, `How can I ${verb} my order?`, at < 2 ? [verb, 'Order'] : [verb, 'my shopping']),
      ),
    ];
    const findings = found('common_keyword', faqs);
    expect(findings.map(({ faqIds, evidence }) => [faqIds, evidence])).toEqual([
      [['cancel', 'change'], { keyword: 'Order', why: 'in_many_faqs', faqCount: 6, share: 0.6 }],
      [['pay', 'return', 'send', 'track'], { keyword: 'my shopping', why: 'in_many_faqs', faqCount: 4, share: 0.4 }],
    ]);
    expect(findings[0]?.advice).toContain('“Order” is in 6 of your 10 FAQs');
  });

  it('are not those of three FAQs out of four', () => {
    expect(
      found(
        'common_keyword',
        verbs.slice(0, 3).map((verb) => faq(verb, `${verb} order`, 'order')),
      ),
    ).toEqual([]);
  });

  it('are those of stop words only, and those without a word', () => {
    const faqs = [faq('a', 'Wifi', ['how do I', 'wifi', '!!!']), faq('b', 'Dogs', 'how do i, dogs'), ...shop];
    expect(
      found('common_keyword', faqs).map(({ faqIds, evidence }) => [faqIds, evidence.keyword, evidence.why]),
    ).toEqual([
      [['a', 'b'], 'how do I', 'only_stop_words'],
      [['a'], '!!!', 'no_words'],
    ]);
  });
});

describe('contradictions of priority', () => {
  const general = faq('general', 'How long does delivery take?', 'delivery, shipping', { priority: 5 });

  it('are specific FAQs without a keyword of their own, below a general one', () => {
    const specific = faq('specific', 'How long does delivery take abroad on Sundays?', 'shipping', { priority: 2 });
    const [finding, ...others] = found('specific_below_general', [...shop, specific, general]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      faqIds: ['general', 'specific'],
      evidence: {
        general: { faqId: 'general', priority: 5 },
        specific: { faqId: 'specific', priority: 2 },
        sharedKeywords: ['shipping'],
      },
    });
    expect(finding?.evidence.moreWords.toSorted()).toEqual(['abroad', 'sunday']);
    expect(finding?.advice).toMatch(/Give the specific one the higher priority/);
  });

  it.each<[string, Partial<Faq>]>([
    ['the same priority', { priority: 5 }],
    ['a higher priority', { priority: 6 }],
    ['a keyword of its own', { keywords: 'shipping, abroad' }],
    ['no keywords, which is another finding', { keywords: '' }],
    ['another question', { question: 'How long do you deliver abroad on Sundays in winter?' }],
  ])('but not with %s', (_name, more) => {
    const specific = faq('specific', 'How long does delivery take abroad on Sundays?', 'shipping', {
      priority: 2,
      ...more,
    });
    expect(found('specific_below_general', [...shop, specific, general])).toEqual([]);
  });

  it('but not where the lower one lacks a word of the higher one', () => {
    const faqs = [
      general,
      faq('specific', 'How long does delivery last abroad on Sundays?', 'shipping', { priority: 2 }),
      faq('cards', 'Do you take cards?'),
      faq('away', 'Is there food to take away?'),
    ];
    expect(found('specific_below_general', faqs)).toEqual([]);
  });

  it('are different answers to the same question with equal priority', () => {
    const ask = 'What does delivery to Canada cost?';
    const faqs = [
      faq('a', ask, 'a', { answer: '5 dollars' }),
      faq('b', ask, 'b', { answer: '9 dollars' }),
      faq('c', ask, 'c', { answer: '11 dollars', priority: 2 }),
      faq('d', 'What does the delivery to Canada cost you?', 'd', { answer: '7 dollars' }),
      ...shop,
    ];
    const findings = found('conflicting_answers', faqs);
    expect(findings.map(({ faqIds, evidence }) => [faqIds, evidence.answers, evidence.priority])).toEqual([
      [['a', 'b'], ['5 dollars', '9 dollars'], 1],
      [['a', 'd'], ['5 dollars', '7 dollars'], 1],
    ]);
    expect(findings[0]?.advice).toMatch(/give different answers, and have the same priority 1/);
  });

  it.each<[string, Partial<Faq>]>([
    ['the same answer in other white space', { answer: ' The  answer\nof a. ' }],
    ['another priority', { priority: 2 }],
  ])('but not with %s', (_name, more) => {
    const faqs = [faq('a', 'Is delivery free?'), faq('b', 'Is delivery free?', 'b', more)];
    expect(found('conflicting_answers', faqs)).toEqual([]);
  });
});

describe('what is missing', () => {
  it('is told where there are no keywords', () => {
    const faqs = [...shop, faq('a', 'Wifi', ''), faq('b', 'Dogs', []), faq('c', 'Cats', [' ', ''])];
    const findings = found('no_keywords', faqs);
    expect(idsOf(findings)).toEqual([['a'], ['b'], ['c']]);
    expect(findings[0]?.advice).toBe(
      '“Wifi” has no keywords. Add the words that your customers use when they ask for it.',
    );
  });

  it('is told where no word of the question tells anything', () => {
    const faqs = [...shop, faq('a', 'How do you do it?', 'magic'), faq('b', '???', 'riddle')];
    expect(idsOf(found('no_telling_word', faqs))).toEqual([['a'], ['b']]);
  });
});

it('quotes the beginning of a long question, on one line and in whole characters', () => {
  const [finding] = found('no_keywords', [faq('a', `Why\n${'so '.repeat(24)}a👍🏽 ${'long '.repeat(5_000)}`, '')]);
  const { question } = finding?.evidence ?? { question: '' };
  expect(question).toMatch(/^Why so so .*…$/u);
  expect(question.length).toBeLessThanOrEqual(80);
  expect(question.isWellFormed()).toBe(true);
});
