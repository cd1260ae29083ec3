import type { Context } from 'koa';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

const WEB = join(import.meta.dirname, '../../web');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** One of our own few files under web/. Pages run no script but their own and are framed by nobody. */
export async function sendPage(ctx: Context, file: string): Promise<void> {
  const path = join(WEB, file);
  const { size } = await stat(path);
  ctx.set('Content-Security-Policy', "default-src 'self'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'");
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Cache-Control', 'no-cache');
  ctx.type = TYPES[file.slice(file.lastIndexOf('.'))] ?? 'application/octet-stream';
  ctx.length = size;
  ctx.body = createReadStream(path);
}
