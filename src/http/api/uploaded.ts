import type { Hmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'koa';
import { readFormFile } from '../form-upload.ts';
import { readUpload } from '../upload.ts';

/**
 * The file of an upload as it comes, whether it is the body or a form's `file`. Throws as `readUpload` and
 * `readFormFile` do, once it is read.
 */
export const uploadedFile = (ctx: Context, maxBytes: number): AsyncIterable<Uint8Array> =>
  ctx.is('multipart/form-data') ? readFormFile(ctx, maxBytes) : readUpload(ctx, maxBytes);

export interface KeptFile {
  file: AsyncIterable<Uint8Array>;
  /** Names what is in it. */
  digest: string;
  remove: () => Promise<void>;
}

/** Reads a file to its end and keeps it on disk, readable by us alone, until it is removed. */
export async function keepFile(file: AsyncIterable<Uint8Array>, mac: Hmac): Promise<KeptFile> {
  const folder = await mkdtemp(join(tmpdir(), `frontdesk-upload-${process.pid}-`));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'file');
    const kept = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of file) {
        mac.update(chunk);
        await kept.writeFile(chunk);
      }
    } finally {
      await kept.close();
    }
    return { file: read(path), digest: mac.digest('base64url'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Opened by whoever reads it, if anybody does. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}
