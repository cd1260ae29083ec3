import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { z } from 'zod';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.ts';

const Said = z.object({ port: z.number(), started: z.boolean(), url: z.string() });

/** A folder for the tests of a file, in which every server that they start is stopped again. */
export function embeddedLab() {
  let root = '';
  const servers: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'frontdesk-embedded-'));
    // Made for us alone; as root we would get the databases elsewhere.
    await chmod(root, 0o755);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of servers.splice(0)) await server.stop();
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  return {
    folder: (...names: string[]) => join(root, ...names),
    /** Ends it after the test. */
    adopt: (child: ChildProcess) => void children.push(child),

    start: async (dataDir: string, settings: Record<string, string> = { fsync: 'off' }) => {
      const server = await startEmbeddedPostgres({ dataDir, settings });
      servers.push(server);
      return server;
    },

    /** Starts the database from another process, which goes on living until it is told to die. */
    startElsewhere: async (dataDir: string, options: { uid?: number; gid?: number } = {}) => {
      const script = join(import.meta.dirname, 'embedded-starter.ts');
      const stdio = ['pipe', 'pipe', 'inherit'] as const;
      const child = spawn(process.execPath, [script, dataDir, 'wait'], { ...options, stdio: [...stdio] });
      children.push(child);
      const line = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
      return {
        ...Said.parse(JSON.parse(String(line.value))),
        async die() {
          const gone = once(child, 'exit');
          child.stdin.end();
          await gone;
        },
      };
    },
  };
}

/** Rows of one statement, over a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

export const postmasterPid = async (cluster: string) =>
  Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0]);
