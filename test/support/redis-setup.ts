import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/** A real Redis for this lane. Without one the lane fails: a lane that does not run must not look like one that passed. */
export default async function setUpRedis(project: TestProject) {
  const dir = await mkdtemp(join(tmpdir(), 'frontdesk-redis-'));
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'no', '--save', ''];
  const server = spawn('redis-server', [...flags, '--databases', '512'], { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new Error('redis-server is not installed: apt-get install redis-server')));
    server.once('spawn', resolve);
  });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  project.provide('redisUrl', url);
  return async () => {
    server.kill();
    await rm(dir, { recursive: true, force: true });
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
