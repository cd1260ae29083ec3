import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';
import { errorCode, run } from './run.ts';

const POLL_MS = 20;

/** What a running server says about itself in `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  startedAt: string;
  port: number;
  /** `starting`, `ready` or `stopping`; empty in its first moments. */
  status: string;
}

/** Null when there is no such file, or it is only about to be written. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  try {
    const lines = (await readFile(pidFile(cluster), 'utf8')).split('\n');
    const [pid, , startedAt, port] = lines;
    if (!pid || !startedAt || !port) return null;
    // Negative: a single-user server, which answers nobody.
    return { pid: Math.abs(Number(pid)), startedAt, port: Number(port), status: lines[7]?.trim() ?? '' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * The server that already runs on this cluster, once it takes connections; null when none does.
 * Removes a `postmaster.pid` whose pid went to another program since: PostgreSQL would believe it and refuse to start.
 * The file of a dead process stays: PostgreSQL handles it better, for it also looks for orphans of that server.
 */
export async function findRunning(cluster: string, timeoutMs: number): Promise<Postmaster | null> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const found = await readPostmaster(cluster);
    if (!found || !isPid(found.pid)) return null;
    if (!(await isPostgresOf(found.pid, cluster))) {
      if (isTaken(found.pid)) await rm(pidFile(cluster), { force: true });
      return null;
    }
    if (found.status === 'ready') return found;
    if (performance.now() > giveUpAt) {
      throw new Error(
        `the PostgreSQL that runs in ${cluster} (process ${found.pid}) is still ${found.status || 'starting'}. Try later.`,
      );
    }
    await sleep(POLL_MS);
  }
}

const pidFile = (cluster: string) => join(cluster, 'postmaster.pid');

const isPid = (pid: number) => Number.isSafeInteger(pid) && pid > 0;

/** As PostgreSQL looks at it, for which a zombie lives and another user's process does not. */
function isTaken(pid: number) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isPostgresOf(pid: number, cluster: string): Promise<boolean> {
  if ((await identityOf(pid)) === null) return false;
  if (process.platform === 'linux') return isPostgresOnLinux(pid, cluster);
  if (process.platform === 'win32') {
    const { output } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/NH']);
    return output.includes('postgres.exe');
  }
  const { output } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
  return output.includes('postgres');
}

/** A postmaster lives in its data folder. */
async function isPostgresOnLinux(pid: number, cluster: string) {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres');
  if (name.trim() !== 'postgres') return false;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch (error) {
    // Another user's process may not be looked at; that it lets us in with our password will have to do.
    return errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM';
  }
}
