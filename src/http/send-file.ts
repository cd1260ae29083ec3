import type { Context } from 'koa';
import { Readable } from 'node:stream';

interface SentFile {
  fileName: string;
  mimeType: string;
  sizeBytes: number;
}

/** Answers with a file of somebody else's. Whatever a browser is given to open it, it gets nothing to run. */
export function sendFile(
  ctx: Context,
  { fileName, mimeType, sizeBytes }: SentFile,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  type: 'inline' | 'attachment' = 'attachment',
): void {
  ctx.attachment(fileName, { type });
  ctx.set('Content-Type', mimeType === 'text/plain' ? 'text/plain; charset=utf-8' : mimeType);
  ctx.set('Content-Security-Policy', "sandbox; default-src 'none'");
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Cache-Control', 'private, no-store');
  ctx.body = Readable.from(pieces);
  ctx.length = sizeBytes;
}
