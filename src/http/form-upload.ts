import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { koaBody } from 'koa-body';
import type { Context } from 'koa';
import { z } from 'zod';
import { AppError, invalidFields } from '../errors.ts';
import { bodyTooLarge, endConnection } from './raw-body.ts';

const Uploaded = z.strictObject({
  file: z.object({ filepath: z.string(), originalFilename: z.string().nullish() }),
});
const Refused = z.object({ httpCode: z.int() });

/**
 * The file that a form sends as `file`, as it comes from the disk on which it is kept meanwhile; `onName` is told before
 * how its sender calls it. Throws AppError: 413 when it
 * is larger than `maxBytes`, 422 where the form has no such file or another one, 400 for a broken form.
 */
export async function* readFormFile(
  ctx: Context,
  maxBytes: number,
  onName: (name: string | null) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const kept: string[] = [];
  const formidable = {
    maxFiles: 1,
    maxFileSize: maxBytes,
    maxTotalFileSize: maxBytes,
    maxFields: 10,
    maxFieldsSize: 10_000,
    allowEmptyFiles: true,
    minFileSize: 0,
    onFileBegin: (_name: string, { filepath }: { filepath: string }) => void kept.push(filepath),
  };
  const read = koaBody({ multipart: true, json: false, text: false, urlencoded: false, formidable });
  try {
    await read(ctx, () => Promise.resolve());
    const uploaded = Uploaded.safeParse(ctx.request.files);
    if (!uploaded.success) throw invalidFields([{ path: 'body.file', message: 'send one file under this name' }]);
    const { filepath, originalFilename } = uploaded.data.file;
    onName(originalFilename ?? null);
    yield* createReadStream(filepath);
  } catch (error) {
    if (error instanceof AppError) throw error;
    endConnection(ctx);
    const refused = Refused.safeParse(error);
    if (!refused.success) throw error;
    throw refused.data.httpCode === 413 ? bodyTooLarge(maxBytes) : brokenForm();
  } finally {
    await Promise.all(kept.map((path) => rm(path, { force: true })));
  }
}

const brokenForm = () => new AppError(400, 'bad_request', 'the form cannot be read; send it as multipart/form-data');
