import { cpus } from 'node:os';
import { benchAccept } from './accept.ts';
import { benchEndToEnd } from './end-to-end.ts';
import { startRedis } from './processes.ts';
import { openSetting } from './setting.ts';

/**
 * `npm run bench`: everything in the README's table, on this machine, in one run. `accept` or `flow`, and `postgres` or
 * `redis`, as arguments leave out the rest.
 */
const wanted = new Set(process.argv.slice(2));
const wants = (part: string, ...others: string[]) =>
  wanted.has(part) || ![part, ...others].some((one) => wanted.has(one));
const COUNT = 30_000;

console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}, everything on this machine, fsync on\n`,
);
const setting = await openSetting();
try {
  if (wants('postgres', 'redis')) await backend('PostgreSQL', null);
  if (wants('redis', 'postgres')) {
    const redis = await startRedis();
    try {
      await backend('Redis', redis.url);
    } finally {
      await redis.stop();
    }
  }
} finally {
  await setting.close();
}

async function backend(name: string, redisUrl: string | null): Promise<void> {
  if (wants('accept', 'flow')) {
    const rows = await benchAccept(setting, redisUrl && `${redisUrl}/1`, COUNT);
    const reference = rows[0]?.result.perSecond ?? 1;
    console.log(`Accepting webhooks, 32 connections, queue on ${name}`);
    console.table(
      rows.map(({ what, result }) => ({
        what,
        'per second': Math.round(result.perSecond),
        'of parse only': `${Math.round((result.perSecond / reference) * 100)} %`,
        'p50 ms': result.p50Ms.toFixed(1),
        'p99 ms': result.p99Ms.toFixed(1),
      })),
    );
  }
  if (wants('flow', 'accept')) {
    const result = await benchEndToEnd(setting, redisUrl && `${redisUrl}/2`);
    console.log(`From webhook to platform, queue on ${name}`);
    console.table([
      {
        'messages per second': Math.round(result.perSecond),
        'out of order': result.outOfOrder,
        'idle p50 ms': result.idleP50Ms.toFixed(1),
        'idle p99 ms': result.idleP99Ms.toFixed(1),
      },
    ]);
  }
}
