import { chmod, chown, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isTraversable } from '../src/embedded/account.ts';
import { dataFolder } from './support/data-folder.ts';
import { embeddedLab, query } from './support/embedded.ts';
import { createService } from './support/faults/services.ts';

const isRoot = process.getuid?.() === 0;
const { folder, start, startElsewhere } = embeddedLab();
/** A user that no system gives any right. */
const user = { uid: 65_534, gid: 65_534 };
const needsUser = async (skip: (condition: boolean, note: string) => void) => {
  const needed = await Promise.all([import.meta.filename, process.execPath].map(isTraversable));
  skip(needed.includes(false), 'no other user may enter this folder');
};

describe('startEmbeddedPostgres as root', { timeout: 60_000 }, () => {
  beforeEach(({ skip }) => skip(!isRoot, 'only root can try it'));

  it('runs PostgreSQL as another user and gives that user only the cluster', async () => {
    const dataDir = folder('owned');
    await start(dataDir);

    expect((await stat(dataDir)).uid).toBe(0);
    expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
  });

  it('puts the cluster elsewhere when that user could not reach the data folder', async () => {
    const closed = folder('closed');
    const dataDir = join(closed, 'data');
    await mkdir(closed, { mode: 0o700 });
    await mkdir(dataDir);

    const first = await start(dataDir);
    const note = await readFile(join(dataDir, 'postgres-is-elsewhere.txt'), 'utf8');
    const elsewhere = note.split('\n')[0] ?? '';
    try {
      await query(first.superuserUrl('postgres'), 'create table kept ()');
      await first.stop();
      const second = await start(dataDir);
      expect(await query(second.superuserUrl('postgres'), 'select * from kept')).toEqual([]);
      await second.stop();
      expect((await stat(closed)).mode & 0o777).toBe(0o700);

      await rm(elsewhere, { recursive: true });
      await expect(start(dataDir)).rejects.toThrow(/it is not there/);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('starts a database that root put back from a backup', async () => {
    const dataDir = folder('restored');
    await (await start(dataDir)).stop();
    const names = await readdir(join(dataDir, 'postgres'), { recursive: true });
    for (const name of ['', ...names]) await chown(join(dataDir, 'postgres', name), 0, 0);
    await chmod(join(dataDir, 'postgres'), 0o755);

    expect(await start(dataDir)).toMatchObject({ started: true });
  });

  it('works for an ordinary user, and for root on what that user made', async ({ skip }) => {
    await needsUser(skip);
    const dataDir = folder('ordinary');
    await mkdir(dataDir);
    await chown(dataDir, user.uid, user.gid);

    const asUser = await startElsewhere(dataDir, user);
    expect(asUser.started).toBe(true);
    await asUser.die();
    const asRoot = await start(dataDir);
    expect(asRoot).toMatchObject({ started: false, port: asUser.port });
    await asRoot.stop();
    expect(await start(dataDir)).toMatchObject({ started: true });
  });

  it('calls a path traversable only when every user may enter all folders above it', async () => {
    const parent = folder('a', 'b');
    await mkdir(parent, { recursive: true, mode: 0o755 });
    expect(await isTraversable(join(parent, 'file'))).toBe(true);
    await chmod(folder('a'), 0o750);
    expect(await isTraversable(join(parent, 'file'))).toBe(false);
  });
});

describe('npm start as an ordinary user', { timeout: 150_000 }, () => {
  beforeEach(({ skip }) => skip(!isRoot, 'only root can become another user'));

  it('has a database of its own and answers, and all that it writes is that user’s', async ({ skip }) => {
    await needsUser(skip);
    const { dataDir, remove } = await dataFolder();
    await mkdir(dataDir);
    await chown(dataDir, user.uid, user.gid);
    const env = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' };
    const service = createService({ name: 'frontdesk', env, user });
    try {
      service.start();
      await service.ready();
      const chat = /http:\S+\/chat\/\S+/.exec(service.output())?.[0] ?? '';
      expect((await fetch(chat)).status).toBe(200);
      expect((await service.terminate()).code).toBe(0);
      const files = await readdir(dataDir, { recursive: true });
      expect(files).toEqual(expect.arrayContaining(['frontdesk.key', 'postgres/PG_VERSION']));
      const owners = await Promise.all(files.map(async (file) => (await stat(join(dataDir, file))).uid));
      expect(new Set(owners)).toEqual(new Set([user.uid]));
    } finally {
      await service.kill();
      await remove();
    }
  });
});
