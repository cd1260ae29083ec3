import type { Context } from 'koa';

/** What a browser takes for a page is a page, whoever wrote it. What we call JSON is not to be guessed at. */
export const NEVER_GUESSED = ['X-Content-Type-Options', 'nosniff'] as const;

/**
 * Answers 200 past Koa, which looks at each header three times before it is sent: a tenth of all the work that a webhook is.
 * An error is to be thrown before, and is answered as everywhere.
 */
export function answerJson(ctx: Pick<Context, 'res' | 'respond'>, value: unknown): void {
  const text = JSON.stringify(value);
  ctx.respond = false;
  ctx.res.writeHead(200, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(text)),
    ...NEVER_GUESSED,
  ]);
  ctx.res.end(text);
}
