import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { Deps } from '../../deps.ts';
import { Faq, faqSources } from '../../entities/faq.ts';
import { FaqTest } from '../../entities/faq-test.ts';
import { addFaqs, expectRoom, lockFaq, noSuchFaq } from '../../faqs/edit-faqs.ts';
import { FaqChange, language, NewFaq } from '../../faqs/fields.ts';
import { tryChange } from '../../faqs/improving/regression-set.ts';
import { listFaqs } from '../../faqs/list-faqs.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, Done, done, id, include } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { sanitizeText } from '../parse-json.ts';
import { asDryRun, DryRun, flag, presentFaq, ShownFaq, ShownTest, stateOfFaq } from './faq-shapes.ts';

const Listing = z.strictObject({
  ...paging,
  q: z.string().max(200).transform(sanitizeText).optional(),
  language: language.optional(),
  isActive: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
  source: z.enum(faqSources).optional(),
  sort: z.enum(['createdAt', 'hitCount']).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
});

const WithTests = z
  .strictObject({ ...ShownFaq.shape, tests: z.array(ShownTest).optional() })
  .meta({ id: 'FaqAndTests' });
const Changing = z.strictObject({ dryRun: flag });
const Changed = z.union([ShownFaq, DryRun]);
const stateOf = (changed: z.infer<typeof Changed>) => ('dryRun' in changed ? null : stateOfFaq(changed));

const tag = 'FAQs';
const DRY = 'With `dryRun=true` nothing is changed, and the answer says what would become of the tenant’s tests.';
const KEPT = 'The ETag names what people edit: hits and tests leave it as it is.';

/** The FAQs of a tenant, one by one. What is changed is matched by it in every process within a second. */
export function faqOperations(deps: Deps): Operation[] {
  return [...reading(deps), ...making(deps), ...changing(deps)];
}

function reading({ orm }: Pick<Deps, 'orm'>): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/faqs',
      tag,
      summary: 'FAQs of the tenant, the newest first unless sorted otherwise',
      description: 'Each word of `q` has to be in question, answer or keywords, whatever its case.',
      permission: 'faqs:read',
      query: Listing,
      response: pageOf(ShownFaq),
      async handle({ tenantId, query: { limit, cursor, ...query } }) {
        const after = readCursor(cursor, z.tuple([z.int(), id]));
        const rows = await withTenant(orm, tenantId, (em) =>
          listFaqs(em, tenantId, { ...query, after, limit: limit + 1 }),
        );
        return toPage(rows, limit, presentFaq, (row) => [query.sort === 'hitCount' ? row.hitCount : 0, row.id]);
      },
    }),
    tenantOperation({
      method: 'get',
      path: '/faqs/{id}',
      tag,
      summary: 'One FAQ, with its tests if they are asked for',
      description: KEPT,
      permission: 'faqs:read',
      params: ById,
      query: z.strictObject({ include: include(['tests']) }),
      response: WithTests,
      hasETag: true,
      stateOf: stateOfFaq,
      handle: ({ tenantId, params, query }) =>
        withTenant(orm, tenantId, async (em) => {
          const faq = await em.findOne(Faq, { tenantId, id: params.id });
          if (!faq) throw noSuchFaq();
          return {
            ...presentFaq(faq),
            ...(query.include.includes('tests') && { tests: await testsOf(em, tenantId, faq.id) }),
          };
        }),
    }),
  ];
}

function making(deps: Deps): Operation[] {
  const { orm } = deps;
  return [
    tenantOperation({
      method: 'post',
      path: '/faqs',
      tag,
      summary: 'Make a FAQ',
      description: DRY,
      permission: 'faqs:write',
      query: Changing,
      body: NewFaq,
      response: Changed,
      status: 201,
      statusOf: (made) => ('dryRun' in made ? 200 : undefined),
      hasETag: true,
      stateOf,
      async handle({ tenantId, actor, query, body, ip, requestId, keep }) {
        if (query.dryRun) return asDryRun(await tryChange(deps, tenantId, { type: 'create', faq: body }));
        return withTenant(orm, tenantId, async (em) => {
          await expectRoom(em, tenantId, 1);
          const [faqId = ''] = await addFaqs(em, tenantId, 'manual', [body]);
          await audit(em, { actor, ip, requestId }, 'faq.create', faqId, body);
          return keep(em, presentFaq(await em.findOneOrFail(Faq, { tenantId, id: faqId })));
        });
      },
    }),
  ];
}

function changing(deps: Deps): Operation[] {
  const { orm } = deps;
  const change = <Set extends z.infer<typeof FaqChange>>(
    method: 'put' | 'patch',
    summary: string,
    body: z.ZodType<Set>,
  ) =>
    tenantOperation({
      method,
      path: '/faqs/{id}',
      tag,
      summary,
      description: `${DRY} ${KEPT}`,
      permission: 'faqs:write',
      params: ById,
      query: Changing,
      body,
      response: Changed,
      hasETag: true,
      stateOf,
      async handle({ tenantId, actor, params, query, body: set, ip, requestId, now, expectUnchanged }) {
        const after = await withTenant(orm, tenantId, async (em) => {
          const faq = await lockFaq(em, tenantId, params.id);
          expectUnchanged(stateOfFaq(presentFaq(faq)));
          if (query.dryRun) return null;
          const changes = differing(faq, set);
          if (Object.keys(changes).length === 0) return presentFaq(faq);
          Object.assign(faq, set, { updatedAt: now });
          await audit(em, { actor, ip, requestId }, 'faq.update', faq.id, changes);
          return presentFaq(faq);
        });
        return after ?? asDryRun(await tryChange(deps, tenantId, { type: 'change', faqId: params.id, set }));
      },
    });
  return [
    change('put', 'Write a FAQ anew', NewFaq),
    change('patch', 'Change some of a FAQ', FaqChange),
    tenantOperation({
      method: 'delete',
      path: '/faqs/{id}',
      tag,
      summary: 'Delete a FAQ, and the tests that speak of it',
      description: `${DRY} To keep it without using it, set \`isActive\` to false.`,
      permission: 'faqs:write',
      params: ById,
      query: Changing,
      response: z.union([Done, DryRun]),
      hasETag: true,
      async handle({ tenantId, actor, params, query, ip, requestId, expectUnchanged }) {
        await withTenant(orm, tenantId, async (em) => {
          const faq = await lockFaq(em, tenantId, params.id);
          expectUnchanged(stateOfFaq(presentFaq(faq)));
          if (query.dryRun) return;
          await em.nativeDelete(Faq, { tenantId, id: faq.id });
          await audit(em, { actor, ip, requestId }, 'faq.delete', faq.id, { question: faq.question });
        });
        if (!query.dryRun) return done;
        return asDryRun(await tryChange(deps, tenantId, { type: 'delete', faqId: params.id }));
      },
    }),
  ];
}

/** What would be otherwise, by its new value. */
const differing = (faq: Faq, set: z.infer<typeof FaqChange>) =>
  Object.fromEntries(
    Object.entries(set).filter(
      ([key, value]) => JSON.stringify(Reflect.get(faq, key) ?? null) !== JSON.stringify(value),
    ),
  );

async function testsOf(em: EntityManager, tenantId: string, faqId: string) {
  const tests = await em.find(FaqTest, { tenantId, faqId }, { orderBy: { id: 'asc' } });
  return tests.map(({ id: testId, message, expectation }) => ({ id: testId, message, expectation, faqId }));
}
