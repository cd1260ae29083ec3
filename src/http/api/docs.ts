import { Router } from '@koa/router';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { notFound } from '../../errors.ts';
import { sendPage } from '../page.ts';
import { openApiOf } from './openapi.ts';
import type { Operation } from './operation.ts';

const VIEWER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const FILES = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
]);

/** The API's document, and a page to read and try it, all from this host. */
export function docsRoutes(operations: readonly Operation[], publicUrl: string): Router {
  const router = new Router();
  let document: string | undefined;

  router.get('/api/v1/openapi.json', (ctx) => {
    document ??= JSON.stringify(openApiOf(operations, publicUrl));
    ctx.type = 'application/json';
    ctx.body = document;
  });

  router.get('/docs', async (ctx) => {
    await sendPage(ctx, 'docs.html');
    // The viewer styles its elements itself, and draws its icons as data.
    ctx.set(
      'Content-Security-Policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    );
  });

  router.get('/docs/:file', async (ctx) => {
    const file = ctx.params['file'] ?? '';
    const type = FILES.get(file);
    if (!type) throw notFound('there is no such file');
    ctx.type = type;
    ctx.set('Cache-Control', 'max-age=3600');
    ctx.body = await readFile(join(VIEWER, file));
  });

  return router;
}
