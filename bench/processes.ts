import { fork, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const root = join(import.meta.dirname, '..');

export interface Running {
  child: ChildProcess;
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Starts a script of this repository and waits until it says where it listens. */
export async function start(script: string, args: string[] = [], env: Record<string, string> = {}): Promise<Running> {
  const child = fork(join(root, script), args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\/\/[\d.]+:\d+/.exec(text)?.[0] ?? (/worker is running/.test(text) ? 'http://none:0' : null);
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${text}`)));
  });
  return { child, url, port: Number(url.split(':').at(-1)), stop: () => end(child) };
}

export async function startRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const port = 16_000 + Math.floor(Math.random() * 4_000);
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'everysec'];
  const dir = `/tmp/frontdesk-bench-redis-${port}`;
  const { mkdirSync, rmSync } = await import('node:fs');
  mkdirSync(dir);
  const child = spawn('redis-server', [...flags, '--dir', dir, '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', () => reject(new Error('the Redis rows need redis-server: apt-get install redis-server')));
    child.once('spawn', resolve);
  });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  return {
    url,
    async stop() {
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
