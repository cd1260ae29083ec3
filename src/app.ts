import Koa from 'koa';
import type { Deps } from './deps.ts';
import { NEVER_GUESSED } from './http/answer-json.ts';
import { docsRoutes } from './http/api/docs.ts';
import { mount } from './http/api/mount.ts';
import { operationsOf } from './http/api/operations.ts';
import { createAuthenticate } from './http/authenticate.ts';
import { errorHandler } from './http/error-handler.ts';
import { deskRoutes } from './http/routes/desk.ts';
import { createLimit } from './http/rate-limit.ts';
import { requestId } from './http/request-id.ts';
import { logInRoutes, sessionOf } from './http/routes/log-in.ts';
import { healthRoutes } from './http/routes/health.ts';
import { webchatRoutes } from './http/routes/webchat.ts';
import { webhookRoutes } from './http/routes/webhooks.ts';

/** The whole HTTP side: middleware in order, then the routers. Read it to know the API. */
export function createApp(deps: Deps, { checkResponses = false }: { checkResponses?: boolean } = {}): Koa {
  const operations = operationsOf(deps);
  const limit = createLimit({
    limiters: deps.limiters,
    requestsPerMinuteOf: deps.requestsPerMinuteOf,
    strangersPerMinute: deps.config.strangersPerMinute,
  });
  const authenticate = createAuthenticate({ ...deps, sessionOf: sessionOf(deps) });
  const app = new Koa({ proxy: deps.config.trustedProxies > 0, maxIpsCount: deps.config.trustedProxies });
  // What breaks after the answer has begun. That a browser leaves its stream is no news.
  app.on('error', (error: NodeJS.ErrnoException) => {
    const level = error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'debug' : 'info';
    deps.log[level]({ error: error.message }, 'http.broken');
  });
  app.use(neverGuessed);
  app.use(errorHandler(deps.log));
  app.use(webhookRoutes(deps).routes());
  app.use(webchatRoutes(deps).routes());
  app.use(deskRoutes(deps).routes());
  app.use(requestId);
  app.use(logInRoutes(deps).routes());
  app.use(docsRoutes(operations, deps.publicUrl).routes());
  app.use(mount(operations, { deps, authenticate, limit, checkResponses }).routes());
  app.use(healthRoutes(deps).routes());
  return app;
}

async function neverGuessed(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  await next();
  if (!ctx.headerSent) ctx.set(...NEVER_GUESSED);
}
