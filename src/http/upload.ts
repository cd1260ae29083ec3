import type { Context } from 'koa';
import { badRequest, unsupported } from '../errors.ts';
import { bodyTooLarge, bodyTooSlow, endConnection } from './raw-body.ts';

/** How long nothing may come of an upload. */
const LONGEST_SILENCE_MS = 15_000;

/**
 * The request's body as it comes, never more of it in memory than is on its way. Throws AppError: 413 when more than
 * `maxBytes` come, 408 when nothing comes for a while, 400 when it ends early, 415 for a content encoding. Whoever reads
 * no further refuses, and the connection ends with that.
 */
export async function* readUpload(ctx: Context, maxBytes: number): AsyncGenerator<Uint8Array> {
  const { req } = ctx;
  let isWhole = false;
  try {
    if (ctx.get('content-encoding')) throw unsupported('send the file as it is, without a content encoding');
    if (Number(ctx.get('content-length')) > maxBytes) throw bodyTooLarge(maxBytes);
    let size = 0;
    // Left open for the answer when it is not read to its end.
    const chunks = req.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await withinTime(chunks.next());
      if (done) break;
      const chunk: Buffer = value;
      size += chunk.length;
      if (size > maxBytes) throw bodyTooLarge(maxBytes);
      yield chunk;
    }
    isWhole = true;
  } finally {
    if (!isWhole) endConnection(ctx);
  }
}

async function withinTime<T>(coming: Promise<T>): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(bodyTooSlow()), LONGEST_SILENCE_MS);
  // What breaks here is the caller's connection.
  const arrived = coming.catch(() => {
    throw badRequest('the connection ended before the whole body had arrived');
  });
  try {
    return await Promise.race([arrived, tooLate]);
  } finally {
    clearTimeout(limit);
    arrived.catch(() => undefined);
  }
}
