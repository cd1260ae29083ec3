import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMatcher, type Faq } from '../../src/faqs/match.ts';
import {
  compareRuns,
  faqAfter,
  runTests,
  type Change,
  type Test,
  type TestResult,
} from '../../src/faqs/improving/regression.ts';
import { runOut } from '../support/run-out.ts';
import { makeFaq } from '../support/make-faq.ts';

const faq = (id: string, question: string, keywords: string[]) => makeFaq({ id, question, keywords, answer: 'a' });
const faqs = [
  faq('hours', 'What are your opening hours?', ['hours', 'opening']),
  faq('vegan', 'Do you have vegan options?', ['vegan']),
];
const run = (as: Faq[], tests: Test[], threshold = 0.5) =>
  runOut(runTests(createMatcher({ language: 'en', faqs: as }), tests, threshold)).result;
const test = (message: string, expectation: Test['expectation'], faqId: string | null): Test => ({
  id: `${message} ${expectation} ${faqId}`,
  message,
  expectation,
  faqId,
});

describe('a test', () => {
  it.each([
    ['opening hours?', 'answered', 'hours', true],
    ['opening hours?', 'answered', 'vegan', false],
    ['zebra crossing', 'answered', 'hours', false],
    ['opening hours?', 'not_answered', 'hours', false],
    ['opening hours?', 'not_answered', 'vegan', true],
    ['opening hours?', 'not_answered', null, false],
    ['zebra crossing', 'not_answered', null, true],
    ['zebra crossing', 'not_answered', 'hours', true],
    ['opening hours?', 'answered', null, false],
  ] as const)('"%s" is %s (%s): %s', (message, expectation, faqId, passes) => {
    expect(run(faqs, [test(message, expectation, faqId)])).toMatchObject([{ passes }]);
  });

  it('goes by what would be answered: a FAQ below faq_confidence does not count', () => {
    const [sure] = run(faqs, [test('opening hours?', 'answered', 'hours')]);
    const [unsure] = run(faqs, [test('opening hours?', 'answered', 'hours')], 1.01);
    expect(sure).toMatchObject({ passes: true, answeredBy: 'hours', best: { faqId: 'hours' } });
    expect(unsure).toMatchObject({ passes: false, answeredBy: null, best: { faqId: 'hours' } });
  });
});

describe('the difference that a change makes', () => {
  const tests = [
    test('opening hours?', 'answered', 'hours'),
    test('vegan cake', 'answered', 'vegan'),
    test('is there parking', 'not_answered', null),
    test('when do you close', 'answered', 'hours'),
  ];
  const differenceOf = (change: Change) => {
    const present = change.type === 'create' ? null : faqs.find(({ id }) => id === change.faqId);
    const changed = faqAfter(change, present ? { ...present, language: null } : null);
    if (!changed) throw new Error('no such FAQ');
    const after = [...faqs.filter(({ id }) => id !== changed.id), changed];
    const difference = compareRuns(run(faqs, tests), run(after, tests));
    const messages = (some: { test: Test }[]) => some.map((one) => one.test.message);
    return {
      passing: [difference.passingBefore, difference.passingAfter],
      newlyPassing: messages(difference.newlyPassing),
      newlyFailing: messages(difference.newlyFailing),
    };
  };

  it.each<[string, Change, ReturnType<typeof differenceOf>]>([
    [
      'a FAQ that answers what must be left alone',
      { type: 'create', faq: { question: 'Is there parking?', answer: 'Yes', keywords: ['parking'], priority: 1 } },
      { passing: [3, 3 - 1], newlyPassing: [], newlyFailing: ['is there parking'] },
    ],
    [
      'a keyword that was missing',
      { type: 'change', faqId: 'hours', set: { keywords: ['hours', 'opening', 'close'] } },
      { passing: [3, 4], newlyPassing: ['when do you close'], newlyFailing: [] },
    ],
    [
      'a FAQ that is switched off',
      { type: 'deactivate', faqId: 'vegan' },
      { passing: [3, 2], newlyPassing: [], newlyFailing: ['vegan cake'] },
    ],
    ['nothing', { type: 'change', faqId: 'hours', set: {} }, { passing: [3, 3], newlyPassing: [], newlyFailing: [] }],
  ])('is shown for %s', (_name, change, expected) => expect(differenceOf(change)).toEqual(expected));

  it('is nothing for a FAQ that is not there', () => {
    expect(faqAfter({ type: 'deactivate', faqId: 'gone' }, null)).toBeNull();
  });

  it('leaves the FAQ of now as it is', () => {
    const [now] = faqs.map((each) => ({ ...each, language: null }));
    if (!now) throw new Error('no FAQs');
    const before = structuredClone(now);
    faqAfter({ type: 'change', faqId: now.id, set: { keywords: [], isActive: false } }, now);
    expect(now).toEqual(before);
  });

  const result = (id: number, confidence: number, passes: boolean): TestResult => ({
    test: { ...test(`t${id}`, 'answered', 'hours'), id: `t${id}` },
    passes,
    answeredBy: passes ? 'hours' : null,
    best: { faqId: 'hours', confidence },
  });

  it('has another confidence in it when two digits show it', () => {
    const before = [result(1, 0.7, true), result(2, 0.7, true), result(3, 0.2, false)];
    const after = [result(1, 0.704, true), result(2, 0.69, true), result(3, 0.4, false)];
    expect(compareRuns(before, after).changed.map((one) => one.test.id)).toEqual(['t2', 't3']);
  });

  it('adds up: what passes after is what passed before, less what newly fails, plus what newly passes', () => {
    const outcomes = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(outcomes, (some) => {
        const side = (at: 0 | 1) => some.map((passes, n) => result(n, 0.5, passes[at]));
        const { passingBefore, passingAfter, newlyPassing, newlyFailing } = compareRuns(side(0), side(1));
        expect(passingAfter).toBe(passingBefore - newlyFailing.length + newlyPassing.length);
      }),
    );
  });
});
