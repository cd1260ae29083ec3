import { Router, type RouterContext } from '@koa/router';
import type { Actor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { allow } from './allow.ts';
import { carryOut } from './carry-out.ts';
import { names } from './etag.ts';
import type { Answer } from './idempotency.ts';
import type { Operation } from './operation.ts';
import { MAX_BYTES, readRequest } from './read-request.ts';
import { once } from './repeatable.ts';
import { noFile, uploadedFile } from './uploaded.ts';

interface Mounting {
  deps: Pick<Deps, 'orm' | 'keys'>;
  authenticate: (ctx: RouterContext, tenantInPath?: string) => Promise<Actor | null>;
  /** Throws 429. Sets the headers that say how much is left. */
  limit: (ctx: RouterContext, actor: Actor | null) => Promise<void>;
  /** Whether answers are held against their schemas; what does not fit is our own mistake. */
  checkResponses: boolean;
}

/** A router for these operations below /api/v1: who asks, may they, how often, what do they ask, and the answer. */
export function mount(operations: readonly Operation[], mounting: Mounting): Router {
  const router = new Router({ prefix: '/api/v1' });
  // A path with a fixed word goes before one with a parameter in its place.
  for (const operation of [...operations].sort(byPath)) {
    router[operation.method](operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), (ctx) => answer(ctx, operation, mounting));
  }
  return router;
}

const byPath = (one: Operation, other: Operation) =>
  one.path.replaceAll('{', '~') < other.path.replaceAll('{', '~') ? -1 : 1;

async function answer(ctx: RouterContext, operation: Operation, mounting: Mounting): Promise<void> {
  const actor = operation.access === 'everyone' ? null : await identify(ctx, operation, mounting);
  await mounting.limit(ctx, actor);
  if (operation.access !== 'everyone') allow(operation, actor);
  const asked = {
    ...(await readRequest(ctx, operation)),
    requestId: String(ctx.state['requestId']),
    ip: ctx.ip,
    now: new Date(),
    ctx,
    async stillAllowed() {
      if (operation.access !== 'everyone') allow(operation, await identify(ctx, operation, mounting));
    },
    file: operation.upload ? uploadedFile(ctx, operation.maxBytes ?? MAX_BYTES) : noFile,
  };
  const given = await once(mounting.deps, operation, asked, actor, (file, keep) =>
    carryOut(operation, { ...asked, file }, actor, { keep, checkResponses: mounting.checkResponses }),
  );
  if (operation.download) return;
  send(ctx, operation, given);
}

/** Whoever tries keys and links that are none is counted as the stranger that he is. */
async function identify(
  ctx: RouterContext,
  { isTenantInPath }: Operation,
  { authenticate, limit }: Mounting,
): Promise<Actor | null> {
  try {
    return await authenticate(ctx, isTenantInPath ? ctx.params['id'] : undefined);
  } catch (error) {
    await limit(ctx, null);
    throw error;
  }
}

function send(ctx: RouterContext, operation: Operation, given: Answer & { isRepeated: boolean }): void {
  if (given.isRepeated) ctx.set('Idempotency-Replayed', 'true');
  ctx.set('Cache-Control', 'no-store');
  ctx.status = given.status;
  ctx.body = given.body;
  if (!given.etag) return;
  ctx.set('ETag', given.etag);
  if (operation.method !== 'get' || !names(ctx.get('if-none-match'), given.etag)) return;
  ctx.status = 304;
  ctx.body = null;
}
