import { once } from 'node:events';
import net from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { startWorld, until } from '../support/world.ts';

interface OwnRedis {
  url: string;
  asked: () => number;
  /** Begins anew, with another policy. */
  restart(policy: string): void;
}

/** As much of a Redis as says how it deals with its memory. */
async function startRedisWith(policy: string): Promise<OwnRedis> {
  let asked = 0;
  let info = infoOf(policy);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const [, command, rest] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n([^*]*)/g)) {
        if (/memory/i.test(rest ?? '')) asked += 1;
        socket.write(/^info$/i.test(command ?? '') ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
      }
    });
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    cut();
    server.close();
  });
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    asked: () => asked,
    restart(next) {
      info = infoOf(next);
      cut();
    },
  };
}

const infoOf = (policy: string) => `# Memory\r\nmaxmemory:1000000\r\nmaxmemory_policy:${policy}\r\nloading:0\r\n`;

it.each([
  ['allkeys-lru', ['allkeys-lru']],
  ['volatile-ttl', ['volatile-ttl']],
  ['noeviction', []],
])('a Redis with maxmemory-policy %s is warned of where it would drop jobs', async (policy, expected) => {
  const redis = await startRedisWith(policy);
  const warned: string[] = [];
  const backend = createQueueBackend({
    redisUrl: redis.url,
    databaseUrl: '',
    onError: () => undefined,
    onEviction: (found) => void warned.push(found),
  });
  await until(() => expect(redis.asked()).toBe(1));
  await until(() => expect(warned).toEqual(expected));
  await backend.close();
  expect(warned).toEqual(expected);
});

it('the service says so in its log whenever it meets such a Redis, with what to do, and works on', async () => {
  const redis = await startRedisWith('allkeys-lru');
  const lines: string[] = [];
  const onLog = (line: string) => void lines.push(line);
  const world = await startWorld({ workers: false, env: { REDIS_URL: redis.url }, onLog });
  onTestFinished(() => world.close());
  const warnings = () =>
    lines.filter((line) => line.includes('redis.evicts')).map((line) => Warning.parse(JSON.parse(line)));
  const warned = (policy: string) => ({
    level: 40,
    policy,
    hint: expect.stringMatching(/maxmemory-policy to noeviction/),
  });

  await until(() => expect(warnings()).toEqual([warned('allkeys-lru')]));
  redis.restart('volatile-lru');
  await until(() => expect(warnings()).toEqual([warned('allkeys-lru'), warned('volatile-lru')]));
  redis.restart('noeviction');
  await until(() => expect(redis.asked()).toBe(3));
  expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
  expect(warnings()).toHaveLength(2);
});

const Warning = z.object({ level: z.number(), policy: z.string(), hint: z.string() });
