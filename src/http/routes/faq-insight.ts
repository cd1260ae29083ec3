import { Router } from '@koa/router';
import { koaBody } from 'koa-body';
import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { requireManager, type ManagerState } from '../authenticate.ts';
import { sanitizeText } from '../parse-json.ts';

/** Lengths are in UTF-16 code units. What is beyond the part that the matcher reads is cut there, as in a real message. */
const Message = z.strictObject({
  text: z.string().min(1).max(100_000).transform(sanitizeText),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$/, 'must be a language code, such as "en" or "pt-BR"')
    .optional(),
});

/** Why FAQs match, and what is wrong with them, for the tenant of the token. Nothing here changes anything. */
export function faqInsightRoutes(deps: Deps) {
  const router = new Router<ManagerState>({ prefix: '/api/v1/faqs' });
  router.use(requireManager(deps));
  // 100,000 code units, each of them escaped.
  router.use(koaBody({ jsonLimit: '700kb', multipart: false, urlencoded: false, text: false }));

  router.get('/report', async (ctx) => {
    ctx.body = await deps.reportOf(ctx.state.manager.tenantId);
  });

  router.post('/try', async (ctx) => {
    ctx.body = await deps.tryMatch(ctx.state.manager.tenantId, Message.parse(ctx.request.body));
  });

  return router;
}
