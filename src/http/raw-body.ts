import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context } from 'koa';
import { Deadline } from '../deadline.ts';
import { AppError, badRequest, tooLarge, unsupported } from '../errors.ts';

/** A body that is held in memory has come by then, or whoever sends it is no friend. */
const IN_TIME = new Deadline(15_000);

/**
 * The request's body as bytes, inflated: what a signature is checked over. Takes plain bodies and gzip.
 *
 * Refuses with AppError: 413 when more than `maxBytes` arrive or come out of the gzip, 415 for any other
 * content encoding, 400 for broken gzip and for a body that ends early, 408 for one that does not come `inTime`. The
 * connection ends with a refusal: what is left of the body is not worth reading.
 */
export async function readRawBody(
  ctx: Pick<Context, 'get' | 'req' | 'res'>,
  maxBytes: number,
  inTime = IN_TIME,
): Promise<Buffer> {
  const encoding = ctx.get('content-encoding').trim().toLowerCase() || 'identity';
  try {
    if (encoding !== 'identity' && encoding !== 'gzip') {
      throw unsupported('this content encoding is not supported; send the body plain or as gzip');
    }
    if (Number(ctx.get('content-length')) > maxBytes) throw bodyTooLarge(maxBytes);
    const wire = await readBytes(ctx.req, maxBytes, inTime);
    return encoding === 'gzip' ? await inflate(wire, maxBytes) : wire;
  } catch (error) {
    endConnection(ctx);
    throw error;
  }
}

/** Never destroys the request: the refusal has to travel back over the same socket. */
function readBytes(request: IncomingMessage, maxBytes: number, inTime: Deadline): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
  const over = (settle: () => void) => {
    if (isOver) return;
    isOver = true;
    inTime.met(limit);
    settle();
  };
  // What still comes is thrown away as it arrives, so memory stays flat.
  const giveUp = (why: AppError) =>
    over(() => {
      request.off('data', take);
      chunks.length = 0;
      reject(why);
    });
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else giveUp(bodyTooLarge(maxBytes));
  };
  const endEarly = () => over(() => reject(badRequest('the connection ended before the whole body had arrived')));
  const limit = inTime.start(() => giveUp(bodyTooSlow()));
  request.on('data', take);
  request.once('error', endEarly);
  request.once('close', endEarly);
  request.once('end', () =>
    over(() => {
      request.off('close', endEarly);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    }),
  );
  return promise;
}

const gunzipBytes = promisify(gunzip);

async function inflate(wire: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gunzipBytes(wire, { maxOutputLength: maxBytes });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? bodyTooLarge(maxBytes) : badRequest('the body is not valid gzip');
  }
}

/** Survives error handlers that clear all headers, unlike setting `Connection: close`. */
export function endConnection({ req, res }: Pick<Context, 'req' | 'res'>) {
  res.shouldKeepAlive = false;
  req.resume();
}

export const bodyTooSlow = (): AppError =>
  new AppError(408, 'too_slow', 'the body took too long to arrive; send it again over a better connection');
export const bodyTooLarge = (maxBytes: number): AppError => tooLarge(`the body is larger than ${maxBytes} bytes`);
