import Koa from 'koa';
import { Router } from '@koa/router';
import { Queue, createPostgresBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { koaBody } from 'koa-body';
import pg from 'pg';

/**
 * What Frontdesk is measured against, started with a name: `parse` only parses JSON; `plain` does what most webhook
 * handlers do, one INSERT and one queue.add for each request.
 */
const [name, databaseUrl = '', redisUrl = ''] = process.argv.slice(2);
const app = new Koa();
const router = new Router();
app.use(koaBody());

if (name === 'plain') {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  await pool.query(
    'create table if not exists plain_events (id bigserial primary key, external_id text unique, body jsonb)',
  );
  const queue = redisUrl
    ? new Queue('plain', { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }) })
    : new Queue(
        'plain',
        { connection: new pg.Pool({ connectionString: databaseUrl, max: 10, options: '-c search_path=bullmq' }) },
        createPostgresBackend,
      );
  router.post('/{*any}', async (ctx) => {
    const body = ctx.request.body as { update_id: number };
    await pool.query('insert into plain_events (external_id, body) values ($1, $2) on conflict do nothing', [
      String(body.update_id),
      JSON.stringify(body),
    ]);
    await queue.add('handle', { id: body.update_id }, { removeOnComplete: true });
    ctx.body = { ok: true };
  });
} else {
  router.post('/{*any}', (ctx) => {
    ctx.body = { ok: ctx.request.body !== undefined };
  });
}

app.use(router.routes());
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
});
