import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { describe, expect, it } from 'vitest';
import { embeddedLab, postmasterPid, query } from './support/embedded.ts';
import { reservePort } from './support/faults/stores.ts';

const isRoot = process.getuid?.() === 0;
const { folder, adopt, start, startElsewhere } = embeddedLab();
/** Of the tests that build on one another: a start costs less than a first start. */
const shared = () => folder('data');

describe('startEmbeddedPostgres', { timeout: 60_000 }, () => {
  it('makes a UTF-8 database that only 127.0.0.1 and the password open, with durability on', async () => {
    // None of those that the system hands out, of which another program may get it while the server is away.
    await mkdir(shared());
    await writeFile(join(shared(), 'postgres-port'), `${await reservePort()}\n`);
    // The one start with the settings as users have them.
    const server = await start(shared(), {});

    expect(server).toMatchObject({ host: '127.0.0.1', started: true });
    const [row] = await query(
      server.superuserUrl('postgres'),
      `select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
              current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
              current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              current_setting('shared_buffers') as buffers, current_setting('wal_segment_size') as segment,
              current_setting('max_wal_size') as log, upper('é я') as upper`,
    );
    expect(row).toMatchObject({
      version: expect.stringMatching(/^18\./),
      encoding: 'UTF8',
      addresses: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      commit: 'on',
      buffers: '256MB',
      segment: '2MB',
      log: '1GB',
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
    const empty = folder('at-once');

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

    const server = await start(shared());

    expect(server.started).toBe(true);
    expect(await query(server.superuserUrl('postgres'), 'select word from kept')).toEqual([{ word: 'committed' }]);
  });

  it('is not misled by a postmaster.pid whose pid another program has by now', async () => {
    const cluster = join(shared(), 'postgres');
    const { uid, gid } = await stat(cluster);
    const other = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    adopt(other);
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
    const garbage = folder('garbage');
    await mkdir(join(garbage, 'postgres'), { recursive: true });
    await writeFile(join(garbage, 'postgres', 'holiday.jpg'), 'x');

    await expect(start(garbage)).rejects.toThrow(/not a PostgreSQL database[\s\S]*Move it away/);
    expect(await readdir(join(garbage, 'postgres'))).toEqual(['holiday.jpg']);
    expect(await readdir(garbage)).toEqual(['postgres']);
  });

  it("shows the end of the server's log and what to do when the server does not start", async () => {
    const broken = folder('broken');
    await (await start(broken)).stop();
    await rm(join(broken, 'postgres', 'global', 'pg_control'));

    await expect(start(broken)).rejects.toThrow(/pg_control[\s\S]*move it away to start empty/);
    await expect(start(broken, { no_such_setting: '1' })).rejects.toThrow(/no_such_setting/);
  });

  it('says which file is missing when the password is lost', async () => {
    const lost = folder('lost');
    await (await start(lost)).stop();
    await rm(join(lost, 'postgres-password'));

    await expect(start(lost)).rejects.toThrow(/postgres-password is missing/);
  });

  it('runs in a process group of its own, out of reach of Ctrl-C', async () => {
    await start(shared());
    const ps = spawn('ps', ['-o', 'pgid=', '-p', String(await postmasterPid(join(shared(), 'postgres')))]);
    const line = await createInterface(ps.stdout)[Symbol.asyncIterator]().next();

    expect(Number(line.value)).toBe(await postmasterPid(join(shared(), 'postgres')));
  });
});
