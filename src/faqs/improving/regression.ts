import type { SpokenFaq } from '../by-language.ts';
import type { Matcher } from '../match.ts';
import { createPauses } from './pauses.ts';

/** A message and what has to become of it; see the entity for what each expectation means. */
export interface Test {
  id: string;
  message: string;
  expectation: 'answered' | 'not_answered';
  faqId: string | null;
}

export interface TestResult {
  test: Test;
  passes: boolean;
  /** The FAQ that answers, because its confidence reaches the tenant's `faq_confidence`; null when none does. */
  answeredBy: string | null;
  /** The best FAQ and how sure it is, 0..1, whether it answers or not. */
  best: { faqId: string; confidence: number } | null;
}

export interface Difference {
  /** Tests that pass before and after. */
  passingBefore: number;
  passingAfter: number;
  newlyPassing: Compared[];
  newlyFailing: Compared[];
  /** Those that pass or fail as before, with another best FAQ or another confidence. */
  changed: Compared[];
}

export interface Compared {
  test: Test;
  before: Omit<TestResult, 'test'>;
  after: Omit<TestResult, 'test'>;
}

/** A change of a tenant's FAQs that is not made yet. */
export type Change =
  | { type: 'create'; faq: NewFaq }
  | { type: 'change'; faqId: string; set: Partial<Omit<SpokenFaq, 'id'>> }
  | { type: 'deactivate'; faqId: string }
  | { type: 'delete'; faqId: string };

type NewFaq = Omit<SpokenFaq, 'id' | 'isActive' | 'language'> & Partial<Pick<SpokenFaq, 'isActive' | 'language'>>;

/** What a FAQ is called that does not exist yet. */
export const NEW_FAQ = 'new';

/** The FAQ as it would be; one that is deleted answers as little as one that is off. `present` is the one that the change speaks of; null when it would be a new one, or is gone. */
export function faqAfter(change: Change, present: SpokenFaq | null): SpokenFaq | null {
  if (change.type === 'create') return { isActive: true, language: null, ...change.faq, id: NEW_FAQ };
  return present && { ...present, ...(change.type === 'change' ? change.set : { isActive: false }) };
}

/** Some messages at a stretch: one may take as long as a millisecond where there are many FAQs. */
const TEST = 100;

/** Runs each test against a matcher; a FAQ answers from `threshold`, 0..1, on. Yields whenever others should be let run. */
export function* runTests(
  matcher: Pick<Matcher, 'match'>,
  tests: readonly Test[],
  threshold: number,
): Generator<undefined, TestResult[]> {
  const isPauseDue = createPauses();
  const results: TestResult[] = [];
  for (const test of tests) {
    const { faqId, confidence } = matcher.match(test.message);
    const answeredBy = confidence >= threshold ? faqId : null;
    const best = faqId === null ? null : { faqId, confidence };
    results.push({ test, passes: doesPass(test, answeredBy), answeredBy, best });
    if (isPauseDue(TEST)) yield;
  }
  return results;
}

function doesPass({ expectation, faqId }: Test, answeredBy: string | null): boolean {
  if (expectation === 'answered') return faqId !== null && answeredBy === faqId;
  return faqId === null ? answeredBy === null : answeredBy !== faqId;
}

/** Confidences are shown with two digits; what does not show is no difference. */
const SHOWN = 0.005;

/** What a change does to the tests. Both lists hold the results of the same tests. */
export function compareRuns(before: readonly TestResult[], after: readonly TestResult[]): Difference {
  const later = new Map(after.map((result) => [result.test.id, result]));
  const compared = before.flatMap(({ test, ...then }): Compared[] => {
    const now = later.get(test.id);
    if (!now) return [];
    const { test: _same, ...rest } = now;
    return [{ test, before: then, after: rest }];
  });
  return {
    passingBefore: before.filter(({ passes }) => passes).length,
    passingAfter: after.filter(({ passes }) => passes).length,
    newlyPassing: compared.filter((one) => !one.before.passes && one.after.passes),
    newlyFailing: compared.filter((one) => one.before.passes && !one.after.passes),
    changed: compared.filter((one) => one.before.passes === one.after.passes && isOther(one)),
  };
}

function isOther({ before, after }: Compared): boolean {
  if (before.best?.faqId !== after.best?.faqId || before.answeredBy !== after.answeredBy) return true;
  return Math.abs((before.best?.confidence ?? 0) - (after.best?.confidence ?? 0)) >= SHOWN;
}
