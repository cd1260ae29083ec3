import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { Deps } from '../../deps.ts';
import { FaqChange, NewFaq } from '../../faqs/fields.ts';
import { addTest, removeTest, runRegressionSet, tryChange } from '../../faqs/improving/regression-set.ts';
import { ById, Done, done, id, text } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { result, ShownDifference, ShownTest } from './faq-shapes.ts';

const NewTest = z
  .strictObject({
    message: text(10_000),
    expectation: z.enum(['answered', 'not_answered']),
    faqId: id.nullable().default(null),
  })
  .refine((test) => test.expectation === 'not_answered' || test.faqId !== null, {
    path: ['faqId'],
    message: 'say which FAQ has to answer; only not_answered goes without one, and then no FAQ may answer',
  });

const Change = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('create'), faq: NewFaq }),
  z.strictObject({ type: z.literal('change'), faqId: id, set: FaqChange }),
  z.strictObject({ type: z.literal('deactivate'), faqId: id }),
  z.strictObject({ type: z.literal('delete'), faqId: id }),
]);

const tag = 'FAQs: tests';

/** What must stay true of a tenant's FAQs when they change. */
export function faqTestOperations(deps: Deps): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/faqs/tests',
      tag,
      summary: 'The tests in the order in which they were made, each with its result now',
      permission: 'faqs:read',
      response: z.strictObject({ tests: z.array(z.strictObject({ ...ShownTest.shape, ...result })) }),
      async handle({ tenantId }) {
        const results = await runRegressionSet(deps, tenantId);
        return { tests: results.map(({ test, ...its }) => ({ ...test, ...its })) };
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/faqs/tests',
      tag,
      summary: 'Make a test; a tenant has at most 1,000',
      permission: 'faqs:write',
      body: NewTest,
      response: z.strictObject({ id }),
      status: 201,
      async handle({ tenantId, actor, body, ip, requestId, keep }) {
        const { expectation, faqId } = body;
        const testId = await addTest(deps, tenantId, body, async (em, its) => {
          await audit(em, { actor, ip, requestId }, 'faq_test.create', its, { expectation, faqId });
          await keep(em, { id: its });
        });
        return { id: testId };
      },
    }),
    tenantOperation({
      method: 'delete',
      path: '/faqs/tests/{id}',
      tag,
      summary: 'Delete a test',
      permission: 'faqs:write',
      params: ById,
      response: Done,
      async handle({ tenantId, actor, params, ip, requestId }) {
        await removeTest(deps, tenantId, params.id, (em) =>
          audit(em, { actor, ip, requestId }, 'faq_test.delete', params.id),
        );
        return done;
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/faqs/dry-run',
      tag,
      summary: 'What a change would do to the tests; changes nothing',
      permission: 'faqs:read',
      body: z.strictObject({ change: Change }),
      response: ShownDifference,
      handle: ({ tenantId, body }) => tryChange(deps, tenantId, body.change),
    }),
  ];
}
