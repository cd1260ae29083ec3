import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isAlive } from './process-identity.ts';
import { errorCode } from './run.ts';

const POLL_MS = 25;
const TELL_AFTER_MS = 3_000;
const GIVE_UP_AFTER_MS = 10 * 60_000;

/**
 * Runs `work` while no other process, and nobody else in this one, holds the lock file `path`.
 * A lock whose owner died is broken; one whose owner lives is waited for.
 */
export async function withLock<T>(path: string, log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const claim = await acquire(path, log);
  try {
    return await work();
  } finally {
    if ((await read(path)) === claim) await rm(path, { force: true });
  }
}

async function acquire(path: string, log: (line: string) => void): Promise<string> {
  // The process, and which of its claims.
  const claim = `${await identityOf(process.pid)}\n${randomUUID()}\n`;
  const startedAt = performance.now();
  let told = false;

  while (!(await create(path, claim))) {
    const holder = await read(path);
    if (holder === null) continue;
    if (await isAbandoned(holder)) await breakLock(path, holder, claim);
    await sleep(POLL_MS);

    const [pid] = holder.split(' ', 1);
    const waitedMs = performance.now() - startedAt;
    if (!told && waitedMs > TELL_AFTER_MS) {
      log(`waiting for process ${pid}, which is starting or stopping this database`);
      told = true;
    }
    if (waitedMs > GIVE_UP_AFTER_MS) {
      throw new Error(`process ${pid} has held ${path} for too long. Stop that process and start again.`);
    }
  }
  return claim;
}

/** Written first and linked then, so that a lock is never seen without its owner. */
async function create(path: string, claim: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, claim, { mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new Error(
      `no lock can be made in ${dirname(path)} (${String(errorCode(error))}). Start as the user that this folder ` +
        `belongs to, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Takes a dead owner's lock away. One at a time: whoever comes to the same conclusion a little later would otherwise
 * remove the lock that somebody has made since.
 */
export async function breakLock(path: string, holder: string, claim: string) {
  const guard = `${path}-breaking`;
  if (await create(guard, claim)) {
    if ((await read(path)) === holder) await rm(path, { force: true });
    await rm(guard, { force: true });
    return;
  }
  const breaker = await read(guard);
  if (breaker !== null && (await isAbandoned(breaker))) await rm(guard, { force: true });
}

const isAbandoned = async (claim: string) => !(await isAlive(claim.split('\n', 1)[0] ?? ''));

async function read(path: string) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
