import type { Hmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'koa';
import { readFormFile } from '../form-upload.ts';
import { readUpload } from '../upload.ts';

/** The bytes of a file, to be read once. */
export interface UploadedFile extends AsyncIterable<Uint8Array> {
  /** As a form calls it, null where none does; known once reading has begun. */
  name(): string | null;
}

/**
 * The file of an upload as it comes, whether it is the body or a form's `file`. Throws as `readUpload` and
 * `readFormFile` do, once it is read.
 */
export function uploadedFile(ctx: Context, maxBytes: number): UploadedFile {
  if (!ctx.is('multipart/form-data')) return fileOf(readUpload(ctx, maxBytes), () => null);
  let name: string | null = null;
  const pieces = readFormFile(ctx, maxBytes, (given) => {
    name = given;
  });
  return fileOf(pieces, () => name);
}

/** Of an operation that takes none. */
export const noFile: UploadedFile = fileOf(
  { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) },
  () => null,
);

function fileOf(pieces: AsyncIterable<Uint8Array>, name: UploadedFile['name']): UploadedFile {
  return { [Symbol.asyncIterator]: () => pieces[Symbol.asyncIterator](), name };
}

export interface KeptFile {
  file: UploadedFile;
  /** Names what is in it, and how it is called. */
  digest: string;
  remove: () => Promise<void>;
}

/** Reads a file to its end and keeps it on disk, readable by us alone, until it is removed. */
export async function keepFile(file: UploadedFile, mac: Hmac): Promise<KeptFile> {
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
    const digest = mac.update(`\n${file.name() ?? ''}`).digest('base64url');
    return { file: fileOf(read(path), () => file.name()), digest, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Opened by whoever reads it, if anybody does. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}
