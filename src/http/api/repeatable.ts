import type { Context } from 'koa';
import { idOfActor, type Actor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { expectKey, onceFor, requestMac, type Answer, type Keep } from './idempotency.ts';
import type { Operation } from './operation.ts';
import { memoryOfCaller, memoryOfTenant, type RequestMemory } from './request-memory.ts';
import { keepFile, type UploadedFile } from './uploaded.ts';

type Needs = Pick<Deps, 'orm' | 'keys'>;

interface Asked {
  ctx: Context;
  body: unknown;
  file: UploadedFile;
}

/**
 * Does `work` once where the request is a POST with an `Idempotency-Key`, whoever asks, and each time where it is not.
 * A file is known by what is in it, so it is read to its end before: a form is written anew each time that it is sent.
 */
export async function once(
  deps: Needs,
  operation: Operation,
  { ctx, body, file }: Asked,
  actor: Actor | null,
  work: (file: Asked['file'], keep: Keep | null) => Promise<Answer>,
): Promise<Answer & { isRepeated: boolean }> {
  const key = ctx.get('idempotency-key');
  if (operation.method !== 'post' || key === '') return { ...(await work(file, null)), isRepeated: false };
  expectKey(key);
  const memory = memoryFor(deps, operation, ctx, actor, key);
  const request = [operation.method, ctx.path, ctx.querystring];
  if (!operation.upload) return onceFor(deps.keys, memory, [...request, body ?? null], (keep) => work(file, keep));
  const kept = await keepFile(file, requestMac(deps.keys));
  try {
    return await onceFor(deps.keys, memory, [...request, kept.digest], (keep) => work(kept.file, keep));
  } finally {
    await kept.remove();
  }
}

/**
 * A tenant's requests are remembered among its own rows. Others are by who asks, whichever tenant is named beside it; and
 * where nobody has to say that, by what is asked for, which only whoever has the link knows.
 */
function memoryFor(
  { orm, keys }: Needs,
  { access }: Operation,
  ctx: Context,
  actor: Actor | null,
  key: string,
): RequestMemory {
  if (access === 'tenant' && actor?.tenantId) return memoryOfTenant(orm, actor.tenantId, idOfActor(actor), key);
  const caller = actor ? `user/${idOfActor(actor)}` : `path/${requestMac(keys).update(ctx.path).digest('base64url')}`;
  return memoryOfCaller(orm, caller, key);
}
