import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { Faq as FaqRow } from '../../entities/faq.ts';
import { FaqTest } from '../../entities/faq-test.ts';
import { conflict, notFound } from '../../errors.ts';
import { newId } from '../../id.ts';
import type { SettingsOf } from '../../tenancy/settings.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { readFaqs } from '../read-faqs.ts';
import { runInSlices } from '../slices.ts';
import { readTenantFaqs, type MatcherOf } from '../matcher-of.ts';
import {
  compareRuns,
  faqAfter,
  runTests,
  type Change,
  type Difference,
  type Test,
  type TestResult,
} from './regression.ts';

export interface RegressionDeps {
  orm: MikroORM;
  settingsOf: SettingsOf;
  matcherOf: MatcherOf;
}

/** Tests that a tenant may have. */
const MOST_TESTS = 1_000;

/** The tenant's tests in the order in which they were added, each with its result under the FAQs of now. */
export async function runRegressionSet(deps: RegressionDeps, tenantId: string): Promise<TestResult[]> {
  const [{ thresholds }, matcher] = await Promise.all([deps.settingsOf(tenantId), deps.matcherOf(tenantId)]);
  const tests = await withTenant(deps.orm, tenantId, (em) => testsOf(em, tenantId));
  return runInSlices(runTests(matcher, tests, thresholds.faq_confidence));
}

/**
 * What a change would do to the tenant's tests; saves nothing. A FAQ that would be created is called `new`. Throws 404
 * when the tenant has no such FAQ.
 */
export async function tryChange(deps: RegressionDeps, tenantId: string, change: Change): Promise<Difference> {
  const { thresholds } = await deps.settingsOf(tenantId);
  // An index of its own, read now: the one that is remembered may be a moment older, and must not see the change.
  const faqs = await readTenantFaqs(deps.orm, tenantId);
  const tests = await withTenant(deps.orm, tenantId, (em) => testsOf(em, tenantId));
  const [present = null] = change.type === 'create' ? [] : await readFaqs(deps.orm, tenantId, [change.faqId]);
  const after = faqAfter(change, present);
  if (!after) throw notFound('there is no such FAQ');
  const run = (those: readonly Test[]) => runInSlices(runTests(faqs, those, thresholds.faq_confidence));
  const before = await run(tests);
  faqs.put(after);
  // Tests go with the FAQ that they speak of.
  return compareRuns(before, await run(change.type === 'delete' ? tests.filter(isNotOf(change.faqId)) : tests));
}

const isNotOf = (faqId: string) => (test: Test) => test.faqId !== faqId;

/** Called in the transaction of a change, with the test's id. */
type Note = (em: EntityManager, testId: string) => Promise<void>;

/** Adds a test and gives its id. Throws 404 when the tenant has no such FAQ, 409 when it has as many tests as it may. */
export async function addTest(
  deps: RegressionDeps,
  tenantId: string,
  test: Omit<Test, 'id'>,
  note: Note,
): Promise<string> {
  return withTenant(deps.orm, tenantId, async (em) => {
    if (test.faqId !== null && (await em.count(FaqRow, { tenantId, id: test.faqId })) === 0) {
      throw notFound('there is no such FAQ');
    }
    if ((await em.count(FaqTest, { tenantId })) >= MOST_TESTS) {
      throw conflict(`a tenant may have ${MOST_TESTS} tests; remove one before adding another`);
    }
    const id = newId();
    await em.insert(FaqTest, { tenantId, id, ...test });
    await note(em, id);
    return id;
  });
}

/** Throws 404 when the tenant has no such test. */
export async function removeTest(deps: RegressionDeps, tenantId: string, id: string, note: Note): Promise<void> {
  await withTenant(deps.orm, tenantId, async (em) => {
    if ((await em.nativeDelete(FaqTest, { tenantId, id })) === 0) throw notFound('there is no such test');
    await note(em, id);
  });
}

async function testsOf(em: EntityManager, tenantId: string): Promise<Test[]> {
  const rows = await em.find(FaqTest, { tenantId }, { orderBy: { id: 'asc' }, disableIdentityMap: true });
  return rows.map(({ id, message, expectation, faqId }) => ({ id, message, expectation, faqId: faqId ?? null }));
}
