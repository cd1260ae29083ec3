import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { identityOf, isAlive } from './process-identity.ts';

/**
 * Which start is answerable for stopping the server. Kept in a file, because processes come and go while the server runs.
 * Only used by the holder of the data folder's lock.
 */
export function ownershipIn(path: string) {
  const id = randomUUID();
  const read = async () => (await readFile(path, 'utf8').catch(() => '')).split('\n');

  return {
    async take() {
      await writeFile(path, `${id}\n${await identityOf(process.pid)}\n`, { mode: 0o600 });
    },
    async isOurs() {
      return (await read())[0] === id;
    },
    /** Nobody owns the server: the process that did was killed. */
    async isFree() {
      return !(await isAlive((await read())[1] ?? ''));
    },
    async release() {
      await rm(path, { force: true });
    },
  };
}
