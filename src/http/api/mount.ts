import { Router, type RouterContext } from '@koa/router';
import { z } from 'zod';
import type { Actor } from '../../auth/actor.ts';
import { can, idOfActor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { AppError, forbidden, invalidFields, notFound, unauthorized, unsupported } from '../../errors.ts';
import { parseJson, sanitizeText } from '../parse-json.ts';
import { readRawBody } from '../raw-body.ts';
import { changedMeanwhile, etagOf, names } from './etag.ts';
import { onceFor, type Answer } from './idempotency.ts';
import type { Input, Operation } from './operation.ts';

const MAX_BYTES = 256 * 1024;

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
  const params = readParams(operation, ctx.params);
  const query = read(operation.query ?? z.strictObject({}), cleaned(ctx.query), 'query');
  const body = operation.upload ? undefined : await readBody(ctx, operation);
  const input: Input<unknown, unknown, unknown> = {
    params,
    query,
    body,
    requestId: String(ctx.state['requestId']),
    ip: ctx.ip,
    now: new Date(),
    ctx,
    expectUnchanged(current) {
      const wanted = ctx.get('if-match');
      if (wanted && !names(wanted, etagOf(current))) throw changedMeanwhile();
    },
    async stillAllowed() {
      if (operation.access !== 'everyone') allow(operation, await identify(ctx, operation, mounting));
    },
  };
  const work = async (): Promise<Answer> => {
    const result = await handle(operation, input, actor);
    if (mounting.checkResponses && !operation.download) hold(operation, result);
    const state = operation.stateOf ? operation.stateOf(result) : result;
    const status = operation.statusOf?.(result) ?? operation.status ?? 200;
    return { status, body: result, etag: operation.hasETag && state !== null ? etagOf(state) : null };
  };
  const key = ctx.get('idempotency-key');
  const isRepeatable = operation.method === 'post' && key !== '' && actor?.tenantId && !operation.upload;
  const request = [operation.method, ctx.path, ctx.querystring, body ?? null];
  const given = isRepeatable
    ? await onceFor(mounting.deps, { tenantId: actor.tenantId ?? '', actor: idOfActor(actor), key, request }, work)
    : { ...(await work()), isRepeated: false };
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

function allow(operation: Operation, actor: Actor | null): asserts actor is Actor {
  if (!actor) throw unauthorized('log in, or send an API key as "Authorization: Bearer fd_…"');
  if (operation.access === 'platform') {
    if (actor.kind !== 'user' || !actor.isSystemAdmin) throw forbidden('only a system admin may do this');
  } else if (operation.access === 'person') {
    if (actor.kind !== 'user') throw forbidden('only a person who has logged in may do this, not an API key');
  } else if (operation.access === 'tenant') {
    if (!actor.tenantId) {
      throw new AppError(
        400,
        'tenant_missing',
        'say which tenant you mean: send its slug or id as X-Frontdesk-Tenant. GET /api/v1/me lists yours',
      );
    }
    if (actor.isTenantSuspended && operation.method !== 'get') {
      throw new AppError(
        403,
        'tenant_suspended',
        'this tenant is suspended: nothing can be changed until it is active again',
      );
    }
    if (!can(actor, operation.permission)) {
      throw new AppError(403, 'forbidden', `this needs the permission ${operation.permission}, which you do not have`);
    }
  }
}

/** What was read by the operation's own schemas goes to its own handler. */
function handle(operation: Operation, input: Input<unknown, unknown, unknown>, actor: Actor | null): Promise<unknown> {
  if (operation.access === 'everyone') return operation.handle(input);
  if (!actor) throw unauthorized('log in');
  if (operation.access === 'platform') return operation.handle({ ...input, actor });
  if (operation.access === 'person') return operation.handle({ ...input, userId: idOfActor(actor) });
  const { tenantId } = actor;
  if (!tenantId) throw unauthorized('log in');
  return operation.handle({ ...input, tenantId, actor: { ...actor, tenantId } });
}

/** An id that is no id belongs to nothing, like any other that is not ours. */
function readParams(operation: Operation, given: unknown): unknown {
  const parsed = (operation.params ?? z.unknown()).safeParse(given);
  if (!parsed.success) throw notFound('there is nothing with this id');
  return parsed.data;
}

/** What no database takes is taken out of a query as it is out of a body. */
const cleaned = (query: RouterContext['query']) =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? sanitizeText(value) : value]),
  );

async function readBody(ctx: RouterContext, operation: Operation): Promise<unknown> {
  if (operation.method !== 'get') refuseOtherTypes(ctx);
  const bytes = await readRawBody(ctx, operation.maxBytes ?? MAX_BYTES);
  if (!operation.body) {
    if (bytes.length === 0 || bytes.toString().trim() === '{}') return undefined;
    throw invalidFields([{ path: 'body', message: 'this operation takes none' }]);
  }
  if (bytes.length === 0) return read(operation.body, {}, 'body');
  if (!ctx.get('content-type')) throw jsonWanted();
  return read(operation.body, parseJson(bytes), 'body');
}

/** Those that a form of another site can send are none of ours, also where the body is empty. */
function refuseOtherTypes({ req }: RouterContext): void {
  const types = req.headersDistinct['content-type'] ?? [];
  if (types.length > 1) throw unsupported('send one Content-Type, application/json');
  if (types.some((type) => !JSON_TYPE.test(type))) throw jsonWanted();
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json *(;|$)/i;
const jsonWanted = () => unsupported('send the body as Content-Type: application/json');

/** Where nothing is said where something belongs, the place is named. */
function read(schema: z.ZodType, given: unknown, where: string): unknown {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidFields(
    parsed.error.issues.map(({ path, message }) => ({ path: [where, ...path].map(String).join('.'), message })),
  );
}

function hold(operation: Operation, result: unknown): void {
  const sent: unknown = JSON.parse(JSON.stringify(result ?? null));
  const parsed = operation.response.safeParse(sent);
  if (parsed.success) return;
  throw new Error(
    `${operation.method} ${operation.path} answers what it does not promise: ${z.prettifyError(parsed.error)}`,
  );
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
