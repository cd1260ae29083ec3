import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { breakLock, withLock } from '../src/embedded/lock.ts';
import { identityOf, isAlive } from '../src/embedded/process-identity.ts';
import { embeddedLab } from './support/embedded.ts';

const { folder } = embeddedLab();
const quiet = () => undefined;

/** Sends eight in at once; gives back how many were inside together. */
async function crowd(path: string) {
  let inside = 0;
  let most = 0;
  const enter = async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, quiet, enter)));
  return most;
}

describe('withLock', { timeout: 30_000 }, () => {
  it('lets one in at a time and gives the lock back after a failure', async () => {
    const path = folder('lock');
    await expect(withLock(path, quiet, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');

    expect(await crowd(path)).toBe(1);
    expect((await readdir(folder())).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  it('breaks the lock of a process that is gone, though its pid lives on in another, and still lets in only one', async () => {
    const path = folder('stale-lock');
    const mine = (await identityOf(process.pid)) ?? '';
    const earlier = process.platform === 'linux' ? mine.replace(/ \d+/, ' 1') : '999999999';
    expect([await isAlive(mine), await isAlive(earlier)]).toEqual([true, false]);

    // Which of them breaks it, and when the others notice, differs from time to time.
    for (let round = 0; round < 10; round++) {
      await writeFile(path, `${earlier}\nclaim\n`);
      expect(await crowd(path)).toBe(1);
    }
  });

  it('leaves alone the lock that somebody took while the old one was being judged', async () => {
    const path = folder('taken-since');
    await writeFile(path, 'the new one');

    await breakLock(path, 'the old one', 'mine');

    expect(await readFile(path, 'utf8')).toBe('the new one');
    expect((await readdir(folder())).filter((name) => name.includes('breaking'))).toEqual([]);
  });

  it('says whose folder it is when it cannot write there', async () => {
    await expect(withLock(folder('nowhere', 'lock'), quiet, async () => 1)).rejects.toThrow(/nowhere \(ENOENT\)/);
  });
});
