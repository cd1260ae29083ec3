import { once } from 'node:events';
import net from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { until } from '../support/world.ts';

/** As much of a Redis as says how it deals with its memory. */
async function startRedisWith(policy: string): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const info = `# Memory\r\nmaxmemory:1000000\r\nmaxmemory_policy:${policy}\r\nloading:0\r\n`;
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
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    asked: () => asked,
  };
}

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
