import { Router } from '@koa/router';
import { koaBody } from 'koa-body';
import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { keywordsFromAnswers } from '../../faqs/improving/answered-by-managers.ts';
import type { Group } from '../../faqs/improving/group-alike.ts';
import { addTest, removeTest, runRegressionSet, tryChange } from '../../faqs/improving/regression-set.ts';
import { approveGroup, dismissGroup } from '../../faqs/improving/settle-group.ts';
import { findUnanswered } from '../../faqs/improving/unanswered.ts';
import { requireManager, type ManagerState } from '../authenticate.ts';
import { idOf } from '../id-of.ts';
import { sanitizeText } from '../parse-json.ts';

const text = (most: number) => z.string().trim().min(1).max(most).transform(sanitizeText);
const question = text(1_000);
const answer = text(20_000);
const keywords = z.array(text(100)).max(100);
const priority = z.number().int().min(-1_000).max(1_000);

const days = z.coerce.number().int().min(1).max(365).default(30);
const Days = z.object({ days });
const Listing = z.object({ days, limit: z.coerce.number().int().min(1).max(100).default(20) });

const FromGroup = z.strictObject({ answer, question: question.optional(), keywords: keywords.optional() });

const NewTest = z
  .strictObject({
    message: text(10_000),
    expectation: z.enum(['answered', 'not_answered']),
    faqId: z.uuid().nullable().default(null),
  })
  .refine((test) => test.expectation === 'not_answered' || test.faqId !== null, {
    path: ['faqId'],
    message: 'say which FAQ has to answer; only not_answered goes without one, and then no FAQ may answer',
  });

const DryRun = z.strictObject({
  change: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('create'),
      faq: z.strictObject({ question, answer, keywords: keywords.default([]), priority: priority.default(1) }),
    }),
    z.strictObject({
      type: z.literal('change'),
      faqId: z.uuid(),
      set: z.strictObject({ question, answer, keywords, priority, isActive: z.boolean() }).partial(),
    }),
    z.strictObject({ type: z.literal('deactivate'), faqId: z.uuid() }),
  ]),
});

/** How a tenant's FAQs get better: what they failed to answer, and what must stay true when they change. */
export function faqRoutes(deps: Deps) {
  const router = new Router<ManagerState>({ prefix: '/api/v1/faqs' });
  router.use(requireManager(deps));
  router.use(koaBody({ jsonLimit: '64kb', multipart: false, urlencoded: false, text: false }));

  router.get('/unanswered', async (ctx) => {
    const { days: of, limit } = Listing.parse(ctx.query);
    const { groups, ...counts } = await findUnanswered(deps, ctx.state.manager.tenantId, of);
    ctx.body = { ...counts, totalGroups: groups.length, groups: groups.slice(0, limit).map(presentGroup) };
  });

  router.post('/unanswered/:id/faq', async (ctx) => {
    const { tenantId, userId } = ctx.state.manager;
    const which = { messageId: idOf(ctx.params['id']), ...Days.parse(ctx.query), userId };
    ctx.body = { faqId: await approveGroup(deps, tenantId, which, FromGroup.parse(ctx.request.body)) };
  });

  router.post('/unanswered/:id/dismiss', async (ctx) => {
    const { tenantId, userId } = ctx.state.manager;
    await dismissGroup(deps, tenantId, { messageId: idOf(ctx.params['id']), ...Days.parse(ctx.query), userId });
    ctx.body = { ok: true };
  });

  router.get('/:id/keyword-suggestions', async (ctx) => {
    const id = idOf(ctx.params['id']);
    ctx.body = await keywordsFromAnswers(deps, ctx.state.manager.tenantId, id, Days.parse(ctx.query).days);
  });

  router.get('/tests', async (ctx) => {
    const results = await runRegressionSet(deps, ctx.state.manager.tenantId);
    ctx.body = { tests: results.map(({ test, ...result }) => ({ ...test, ...result })) };
  });

  router.post('/tests', async (ctx) => {
    ctx.body = { id: await addTest(deps, ctx.state.manager.tenantId, NewTest.parse(ctx.request.body)) };
  });

  router.delete('/tests/:id', async (ctx) => {
    await removeTest(deps, ctx.state.manager.tenantId, idOf(ctx.params['id']));
    ctx.body = { ok: true };
  });

  router.post('/dry-run', async (ctx) => {
    const { change } = DryRun.parse(ctx.request.body);
    ctx.body = await tryChange(deps, ctx.state.manager.tenantId, change);
  });

  return router;
}

/** Of each group some messages are shown, the newest; all would be thousands. */
const MOST_EXAMPLES = 5;

const presentGroup = ({ messageId, question: suggested, keywords: words, conversations, members }: Group) => ({
  id: messageId,
  question: suggested,
  keywords: words,
  conversations,
  turns: members.length,
  firstAskedAt: members[0]?.at ?? null,
  lastAskedAt: members.at(-1)?.at ?? null,
  examples: members
    .slice(-MOST_EXAMPLES)
    .toReversed()
    .map(({ conversationId, text: said, at }) => ({ conversationId, text: said, at })),
});
