import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMatcher, type Faq } from '../../src/faqs/match.ts';
import { reportInSlices, reportOn } from '../../src/faqs/quality-report.ts';
import { createReader } from '../../src/faqs/quality/entry.ts';
import { likenessOf, NEARLY_THE_SAME } from '../../src/faqs/quality/like-questions.ts';

const word = fc.constantFrom(...'refund order size colour wifi parking dog menu how do you the is'.split(' '));
const sentence = fc.array(word, { maxLength: 9 }).map((list) => list.join(' '));
const list = fc
  .array(
    fc.record({
      question: sentence,
      keywords: fc.array(sentence, { maxLength: 3 }),
      answer: fc.constantFrom('yes', 'no'),
      priority: fc.integer({ min: 0, max: 2 }),
      isActive: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((faqs) => faqs.map((each, at) => ({ ...each, id: `f${String(at).padStart(2, '0')}` })));

describe('whatever the FAQs', () => {
  it('the report is the same in any order, and names active FAQs only', () => {
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.nat()), (faqs, random) => {
        const report = reportOn(faqs, 'en');
        const shuffled = faqs
          .map((each) => ({ each, at: random.next().value }))
          .toSorted((one, other) => one.at - other.at)
          .map(({ each }) => each);
        expect(reportOn(shuffled, 'en')).toEqual(report);
        const active = new Set(faqs.filter(({ isActive }) => isActive).map(({ id }) => id));
        expect(report.checked).toBe(active.size);
        for (const { shown } of Object.values(report.findings)) {
          for (const { faqIds, advice } of shown) {
            expect(faqIds.length).toBeGreaterThan(0);
            expect(faqIds.filter((id) => !active.has(id))).toEqual([]);
            expect(advice).toMatch(/^\S.*\.$/s);
          }
        }
      }),
    );
  });

  it('those that never win are those that the matcher gives to others', () => {
    fc.assert(
      fc.property(list, (faqs) => {
        const matcher = createMatcher({ language: 'en', faqs });
        const never = faqs.filter(({ id, isActive, question, keywords }) => {
          const winners = [question, ...keywords.filter((each) => each !== '')].map(
            (text) => matcher.match(text).faqId,
          );
          return isActive && !winners.includes(id) && winners.some((winner) => winner !== null);
        });
        const { shown } = reportOn(faqs, 'en').findings.never_wins;
        expect(shown.map(({ faqIds }) => faqIds[0])).toEqual(never.map(({ id }) => id));
      }),
    );
  });

  it('no pair of nearly the same questions is missed, though not all pairs are compared', () => {
    fc.assert(
      fc.property(list, (faqs) => {
        const reader = createReader('en');
        const seen = new Set<string>();
        // Questions with the very same words are found together; the first stands for them.
        const firsts = faqs.flatMap((each) => {
          const { question } = reader.read(each);
          const key = question.join(' ');
          if (!each.isActive || key === '' || seen.has(key)) return [];
          seen.add(key);
          return [{ id: each.id, question }];
        });
        const pairs = firsts.flatMap((other, at) =>
          firsts
            .slice(0, at)
            .filter((one) => likenessOf(one.question, other.question) >= NEARLY_THE_SAME)
            .map((one) => `${one.id} ${other.id}`),
        );
        const { shown } = reportOn(faqs, 'en').findings.duplicate_question;
        const near = shown.filter(({ evidence }) => evidence.likeness < 1).map(({ faqIds }) => faqIds.join(' '));
        expect(near.toSorted()).toEqual(pairs.toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('no text and no language breaks it', () => {
    const anything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), anything, (texts, language) => {
        const odd = texts.map((text, at) => ({
          id: `f${at}`,
          question: text,
          answer: text,
          keywords: at % 2 ? text : [text, '(.*', '"'],
          priority: at,
          isActive: true,
        }));
        expect(reportOn(odd, language).checked).toBe(texts.length);
      }),
    );
  });
});

describe('5,000 FAQs', () => {
  const COUNT = 5_000;
  const make = (each: (at: number) => Pick<Faq, 'question' | 'keywords'>) => (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: `f${String(at).padStart(5, '0')}`,
      answer: `Answer ${at % 3}`,
      priority: at % 3,
      isActive: true,
      ...each(at),
    }));
  const colours = 'red blue green white black'.split(' ');
  const people = 'men women children dogs'.split(' ');
  const shapes = {
    different: make((at) => ({
      question: `How do I use product ${at % 997} in city number${at}?`,
      keywords: [`p${at}`],
    })),
    identical: make(() => ({ question: 'Where is the parking?', keywords: ['parking', 'car park'] })),
    'of few words': make((at) => ({
      question: `Are ${colours[at % 5]} shirts for ${people[(at >> 3) % 4]} in shop ${at % 700} cheap today?`,
      keywords: ['colour', 'size'],
    })),
  };

  /** Steps and matches, instead of a clock: one step is a small piece of work. */
  function work(faqs: Faq[]) {
    const matcher = createMatcher({ language: 'en', faqs });
    let [steps, matches, mostInOneStep] = [0, 0, 0];
    let inStep = 0;
    const slices = reportInSlices(faqs, 'en', (text) => {
      matches++;
      inStep++;
      return matcher.match(text);
    });
    for (;;) {
      const slice = slices.next();
      steps++;
      mostInOneStep = Math.max(mostInOneStep, inStep);
      inStep = 0;
      if (slice.done) return { steps, matches, mostInOneStep, report: slice.value };
    }
  }

  it.each(Object.entries(shapes))(
    'that are %s take work in proportion, in small pieces',
    { timeout: 60_000 },
    (_name, shape) => {
      const [small, large] = [work(shape(COUNT / 10)), work(shape(COUNT))];
      expect(large.mostInOneStep).toBeLessThanOrEqual(1);
      // A text that many FAQs have is matched once.
      expect(large.matches).toBeLessThanOrEqual(COUNT);
      // Ten times as many FAQs: ten times the work, and not a hundred times.
      expect(large.steps).toBeLessThan(20 * small.steps);
      expect(large.report.checked).toBe(COUNT);
      for (const { total, shown } of Object.values(large.report.findings)) {
        expect(shown).toHaveLength(Math.min(total, 200));
        for (const { faqIds } of shown) expect(faqIds.length).toBeLessThanOrEqual(50);
      }
      expect(JSON.stringify(large.report).length).toBeLessThan(1_000_000);
    },
  );
});
