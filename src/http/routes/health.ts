import { Router } from '@koa/router';
import type { Deps } from '../../deps.ts';

/** For those who run it: alive, and able to take messages. */
export function healthRoutes({ orm }: Pick<Deps, 'orm'>) {
  const router = new Router();

  router.get('/healthz', (ctx) => {
    ctx.body = { ok: true };
  });

  router.get('/readyz', async (ctx) => {
    const { ok } = await orm.checkConnection();
    ctx.status = ok ? 200 : 503;
    ctx.body = { ok, database: ok ? 'connected' : 'away' };
  });

  return router;
}
