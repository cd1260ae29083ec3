import { cpus } from 'node:os';
import { benchAccept } from './accept.ts';
import { benchEndToEnd } from './end-to-end.ts';
import { benchFlood } from './flood.ts';
import { fillGrown } from './grown.ts';
import { startRedis } from './processes.ts';
import { openSetting } from './setting.ts';

/**
 * `npm run bench`: everything in the README's table, on this machine, in one run. Names of parts and of backends as
 * arguments leave out the rest: `npm run bench -- flow redis`.
 */
const parts = ['accept', 'flow', 'flood', 'growth'];
const backends = ['postgres', 'redis'];
const wanted = process.argv.slice(2);
const wants = (one: string, all: string[]) => wanted.includes(one) || !all.some((name) => wanted.includes(name));
const COUNT = 40_000;

console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}, everything on this machine, fsync on\n`,
);
const setting = await openSetting();
try {
  if (wants('postgres', backends)) await backend('PostgreSQL', null);
  if (wants('redis', backends)) {
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
  if (wants('accept', parts)) {
    const rows = await benchAccept(setting, redisUrl && `${redisUrl}/1`, COUNT);
    console.log(`Accepting webhooks, 32 connections, queue on ${name}`);
    console.table(
      rows.map(({ what, result, reference }) => ({
        what,
        'per second': Math.round(result.perSecond),
        'of parse only': reference ? `${Math.round((result.perSecond / reference.perSecond) * 100)} %` : '',
        'p50 ms': result.p50Ms.toFixed(1),
        'p99 ms': result.p99Ms.toFixed(1),
      })),
    );
  }
  if (wants('flow', parts)) {
    const result = await benchEndToEnd(setting, redisUrl && `${redisUrl}/2`);
    console.log(`From webhook to platform, queue on ${name}`);
    console.table([
      {
        'messages per second': Math.round(result.perSecond),
        'of parse only': `${((result.perSecond / result.parsedPerSecond) * 100).toFixed(1)} % of ${Math.round(result.parsedPerSecond)}`,
        'out of order': result.outOfOrder,
        'idle p50 ms': result.idleP50Ms.toFixed(1),
        'idle p99 ms': result.idleP99Ms.toFixed(1),
      },
    ]);
  }
  if (wants('flood', parts)) {
    const { aloneP95Ms, besideP95Ms } = await benchFlood(setting, redisUrl && `${redisUrl}/3`);
    console.log(`A quiet tenant beside one with 50,000 messages, queue on ${name}`);
    console.table([
      {
        'alone p95 ms': aloneP95Ms.toFixed(1),
        'beside p95 ms': besideP95Ms.toFixed(1),
        ratio: (besideP95Ms / aloneP95Ms).toFixed(2),
      },
    ]);
  }
  if (wants('growth', parts)) {
    const small = await benchEndToEnd(setting, redisUrl && `${redisUrl}/4`);
    const grown = await benchEndToEnd(setting, redisUrl && `${redisUrl}/5`, fillGrown);
    console.log(`Messages per second among 10 tenants, and among 10,000 with 1,000,000 messages, queue on ${name}`);
    console.table([
      {
        small: Math.round(small.perSecond),
        grown: Math.round(grown.perSecond),
        'cost per message': `${Math.round((small.perSecond / grown.perSecond) * 100)} %`,
      },
    ]);
  }
}
