import type { Context, Next } from 'koa';
import { newId } from '../id.ts';

const GIVEN = /^[\w.:-]{1,100}$/;

/** The name under which a request is found in logs and answers: the caller's own X-Request-Id, or one of ours. */
export async function requestId(ctx: Context, next: Next): Promise<void> {
  const given = ctx.get('x-request-id');
  const id = GIVEN.test(given) ? given : newId();
  ctx.state['requestId'] = id;
  ctx.set('X-Request-Id', id);
  await next();
}
