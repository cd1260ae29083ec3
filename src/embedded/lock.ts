import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isAlive } from './process-identity.ts';
import { errorCode } from './run.ts';

const POLL_MS = 25;
const TELL_AFTER_MS = 3_000;
const GIVE_UP_AFTER_MS = 10 * 60_000;
/** A lock is created empty and written a moment later; empty for longer, its owner died between the two. */
const EMPTY_IS_STALE_AFTER_MS = 2_000;

/**
 * Runs `work` while no other process, and nobody else in this one, holds the lock file `path`.
 * A lock whose owner died is broken; one whose owner lives is waited for.
 */
export async function withLock<T>(path: string, log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  await acquire(path, log);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, log: (line: string) => void) {
  const own = await identityOf(process.pid);
  const startedAt = performance.now();
  let told = false;
  let emptySince = Number.POSITIVE_INFINITY;

  while (!(await create(path, own ?? String(process.pid)))) {
    const now = performance.now();
    const holder = await readFile(path, 'utf8').catch(() => null);
    emptySince = holder === '' ? Math.min(emptySince, now) : Number.POSITIVE_INFINITY;

    const abandoned = holder ? !(await isAlive(holder)) : now - emptySince > EMPTY_IS_STALE_AFTER_MS;
    if (holder !== null && abandoned) await breakLock(path, holder);
    else await sleep(POLL_MS);

    const pid = holder?.split(' ', 1)[0];
    if (!told && now - startedAt > TELL_AFTER_MS) {
      log(`waiting for process ${pid}, which is starting or stopping this database`);
      told = true;
    }
    if (now - startedAt > GIVE_UP_AFTER_MS) {
      throw new Error(`process ${pid} has held ${path} for too long. Stop that process and start again.`);
    }
  }
}

async function create(path: string, identity: string) {
  try {
    await writeFile(path, identity, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EROFS') throw error;
    throw new Error(
      `${dirname(path)} cannot be written to. Start as the user it belongs to, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/**
 * Takes a dead owner's lock away. Two processes may come to the same conclusion, and the slower one must not remove
 * what the faster one has just created: so the file is moved aside first, and put back when it is not the one we meant.
 */
async function breakLock(path: string, holder: string) {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
