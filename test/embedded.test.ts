import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isTraversable } from '../src/embedded/account.ts';
import { withLock } from '../src/embedded/lock.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/embedded/postgres.ts';
import { identityOf, isAlive } from '../src/embedded/process-identity.ts';

const isRoot = process.getuid?.() === 0;
const Said = z.object({ port: z.number(), started: z.boolean(), url: z.string() });

let root: string;
/** Of the tests that build on one another: a start costs less than a first start. */
const shared = () => join(root, 'data');
const quiet = () => undefined;
const servers: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'frontdesk-embedded-'));
  await chmod(root, 0o755);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.stop();
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function start(dataDir: string, settings: Record<string, string> = {}) {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off', ...settings } });
  servers.push(server);
  return server;
}

/** Starts the database from another process, which goes on living until it is told to die. */
async function startElsewhere(dataDir: string, options: { uid?: number; gid?: number } = {}) {
  const script = join(import.meta.dirname, 'support/embedded-starter.ts');
  const child = spawn(process.execPath, [script, dataDir, 'wait'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
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
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const postmasterPid = async (cluster: string) =>
  Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0]);

async function untilGone(pid: number) {
  await expect.poll(async () => (await identityOf(pid)) === null, { interval: 10, timeout: 5_000 }).toBe(true);
}

describe('startEmbeddedPostgres', { timeout: 30_000 }, () => {
  it('makes a UTF-8 database that only 127.0.0.1 and the password open, with durability on', async () => {
    // The one start with the settings as users have them.
    const server = await startEmbeddedPostgres({ dataDir: shared() });
    servers.push(server);

    expect(server).toMatchObject({ host: '127.0.0.1', started: true });
    const [row] = await query(
      server.superuserUrl('postgres'),
      `select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
              current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
              current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              current_setting('shared_buffers') as buffers, upper('é я') as upper`,
    );
    expect(row).toMatchObject({
      version: expect.stringMatching(/^18\./),
      encoding: 'UTF8',
      addresses: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      commit: 'on',
      buffers: '256MB',
      upper: 'É Я',
    });
    expect((await stat(join(shared(), 'postgres-password'))).mode & 0o777).toBe(0o600);
    const wrong = server.superuserUrl('postgres').replace(/:[^:@/]+@/, ':wrong@');
    await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('keeps data and port over stop and start, and stop may be called again', async () => {
    const first = await start(shared());
    await query(first.superuserUrl('postgres'), `create table kept as select 'yes' as word`);
    await first.stop();
    await first.stop();
    await expect(query(first.superuserUrl('postgres'), 'select 1')).rejects.toThrow(/ECONNREFUSED/);

    const second = await start(shared());

    expect(second).toMatchObject({ started: true, port: first.port });
    expect(await query(second.superuserUrl('postgres'), 'select word from kept')).toEqual([{ word: 'yes' }]);
  });

  it('takes another port when the last one is in use', async () => {
    const last = Number(await readFile(join(shared(), 'postgres-port'), 'utf8'));
    const squatter = createServer().listen(last, '127.0.0.1');
    await once(squatter, 'listening');

    const server = await start(shared());

    expect(server.port).not.toBe(last);
    expect(await query(server.superuserUrl('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    squatter.close();
  });

  it('attaches to the server that a killed process left, and is then the one that stops it', async () => {
    const starter = await startElsewhere(shared());
    await starter.die();

    const server = await start(shared());

    expect(server).toMatchObject({ started: false, port: starter.port });
    expect(await query(server.superuserUrl('postgres'), 'select word from kept')).toEqual([{ word: 'yes' }]);
    await server.stop();
    await expect(query(starter.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('does not stop the server of a process that lives, until that process is gone', async () => {
    const starter = await startElsewhere(shared());
    const early = await start(shared());
    const late = await start(shared());

    await early.stop();
    expect(await query(starter.url, 'select 1 as one')).toEqual([{ one: 1 }]);

    await starter.die();
    await late.stop();
    await expect(query(starter.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('starts one server when several processes start at once on an empty folder', async () => {
    const empty = join(root, 'at-once');

    const all = await Promise.all([startElsewhere(empty), start(empty), startElsewhere(empty), start(empty)]);

    expect(all.filter(({ started }) => started)).toHaveLength(1);
    expect(new Set(all.map(({ port }) => port)).size).toBe(1);
    expect((await readdir(empty)).filter((name) => /unfinished|lock/.test(name))).toEqual([]);
    for (const one of all) if ('die' in one) await one.die();
  });

  it('repairs itself after its server was killed, and loses nothing that was committed', async () => {
    const killed = await start(shared());
    await query(killed.superuserUrl('postgres'), `update kept set word = 'committed'`);
    const pid = await postmasterPid(join(shared(), 'postgres'));
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);

    const server = await start(shared());

    expect(server.started).toBe(true);
    expect(await query(server.superuserUrl('postgres'), 'select word from kept')).toEqual([{ word: 'committed' }]);
  });

  it('is not misled by a postmaster.pid whose pid another program has by now', async () => {
    const cluster = join(shared(), 'postgres');
    const { uid, gid } = await stat(cluster);
    const other = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    children.push(other);
    await once(other, 'spawn');
    const lines = [other.pid, cluster, '1700000000', '5432', '', '127.0.0.1', '1 2', 'ready'];
    await writeFile(join(cluster, 'postmaster.pid'), lines.join('\n'));
    await chown(join(cluster, 'postmaster.pid'), uid, gid);

    const server = await start(shared());
    expect(await query(server.superuserUrl('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();

    expect(other).toMatchObject({ exitCode: null, signalCode: null });
  });

  it('says so when the folder holds something else, and leaves that alone', async () => {
    const folder = join(root, 'garbage');
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await writeFile(join(folder, 'postgres', 'holiday.jpg'), 'x');

    await expect(start(folder)).rejects.toThrow(/not a PostgreSQL database[\s\S]*Move it away/);
    expect(await readdir(join(folder, 'postgres'))).toEqual(['holiday.jpg']);
    expect(await readdir(folder)).toEqual(['postgres']);
  });

  it("shows the end of the server's log and what to do when the server does not start", async () => {
    const broken = join(root, 'broken');
    await (await start(broken)).stop();
    await rm(join(broken, 'postgres', 'global', 'pg_control'));

    await expect(start(broken)).rejects.toThrow(/pg_control[\s\S]*move it away to start empty/);
    await expect(start(broken, { no_such_setting: '1' })).rejects.toThrow(/no_such_setting/);
  });

  it('says which file is missing when the password is lost', async () => {
    const lost = join(root, 'lost');
    await (await start(lost)).stop();
    await rm(join(lost, 'postgres-password'));

    await expect(start(lost)).rejects.toThrow(/postgres-password is missing/);
  });

  it.skipIf(process.platform === 'win32')('runs in a process group of its own, out of reach of Ctrl-C', async () => {
    await start(shared());
    const ps = spawn('ps', ['-o', 'pgid=', '-p', String(await postmasterPid(join(shared(), 'postgres')))]);
    const line = await createInterface(ps.stdout)[Symbol.asyncIterator]().next();

    expect(Number(line.value)).toBe(await postmasterPid(join(shared(), 'postgres')));
  });
});

describe.runIf(isRoot)('startEmbeddedPostgres as root', { timeout: 30_000 }, () => {
  it('runs PostgreSQL as another user and gives that user only the cluster', async () => {
    const dataDir = join(root, 'owned');
    await start(dataDir);

    expect((await stat(dataDir)).uid).toBe(0);
    expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
  });

  it('puts the cluster elsewhere when that user could not reach the data folder', async () => {
    const closed = join(root, 'closed');
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
    const dataDir = join(root, 'restored');
    await (await start(dataDir)).stop();
    const names = await readdir(join(dataDir, 'postgres'), { recursive: true });
    for (const name of ['', ...names]) await chown(join(dataDir, 'postgres', name), 0, 0);
    await chmod(join(dataDir, 'postgres'), 0o755);

    expect(await start(dataDir)).toMatchObject({ started: true });
  });

  it('works for an ordinary user, and for root on what that user made', async () => {
    const dataDir = join(root, 'ordinary');
    await mkdir(dataDir);
    await chown(dataDir, 65_534, 65_534);

    const asUser = await startElsewhere(dataDir, { uid: 65_534, gid: 65_534 });
    expect(asUser.started).toBe(true);
    await asUser.die();
    const asRoot = await start(dataDir);
    expect(asRoot).toMatchObject({ started: false, port: asUser.port });
    await asRoot.stop();
    expect(await start(dataDir)).toMatchObject({ started: true });
  });

  it('calls a path traversable only when every user may enter all folders above it', async () => {
    const folder = join(root, 'a', 'b');
    await mkdir(folder, { recursive: true, mode: 0o755 });
    expect(await isTraversable(join(folder, 'file'))).toBe(true);
    await chmod(join(root, 'a'), 0o750);
    expect(await isTraversable(join(folder, 'file'))).toBe(false);
  });
});

describe('withLock', () => {
  it('lets one in at a time and gives the lock back after a failure', async () => {
    const path = join(root, 'lock');
    let inside = 0;
    let most = 0;
    const enter = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await expect(withLock(path, quiet, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await Promise.all(Array.from({ length: 8 }, () => withLock(path, quiet, enter)));

    expect(most).toBe(1);
    expect(await readdir(root)).not.toContain('lock');
  });

  it('breaks the lock of a process that is gone, though its pid lives on in another', async () => {
    const path = join(root, 'stale-lock');
    const mine = (await identityOf(process.pid)) ?? '';
    const earlier = mine.replace(/ \d+/, ' 1');
    expect(await isAlive(mine)).toBe(true);
    await writeFile(path, process.platform === 'linux' ? earlier : '999999999');

    const entered = await Promise.all([1, 2, 3].map((n) => withLock(path, quiet, async () => n)));

    expect(entered).toEqual([1, 2, 3]);
  });
});
