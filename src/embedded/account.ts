import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, run, type Account } from './run.ts';

const OWN_USER = 'frontdesk-postgres';
/** Root's own folder that everybody may enter: binaries and clusters that cannot stay where they are. */
const SHARED_FOLDER = '/var/lib/frontdesk';

/**
 * The unprivileged user that PostgreSQL, which refuses to be root, runs as when we are root.
 * Made when missing; where users cannot be made, one that every system has.
 */
export async function systemAccount(): Promise<Account> {
  const account =
    (await findUser(OWN_USER)) ?? (await makeUser()) ?? (await findUser('postgres')) ?? (await findUser('nobody'));
  if (account) return account;
  throw new Error(
    `PostgreSQL does not run as root and no other user could be made. ` +
      `Start as an ordinary user, or create one named ${OWN_USER}, or set DATABASE_URL.`,
  );
}

/** Whether every user may go through all folders above `path`. Looks at permission bits only. */
export async function isTraversable(path: string): Promise<boolean> {
  const parent = dirname(path);
  const folders = new Set([...selfAndAbove(parent), ...selfAndAbove(await realpath(parent))]);
  for (const folder of folders) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * Root's folder for what the system account must reach; null where there is none that only root can write to.
 * `lasting: false` also takes a folder that a reboot may clear.
 */
export async function sharedFolder({ lasting }: { lasting: boolean }): Promise<string | null> {
  const candidates = lasting ? [SHARED_FOLDER] : [SHARED_FOLDER, join(tmpdir(), 'frontdesk')];
  for (const folder of candidates) {
    if (await isUsable(folder)) return folder;
  }
  return null;
}

async function isUsable(folder: string) {
  try {
    const made = await mkdir(folder, { recursive: true });
    // Just made by us, under a umask that shuts everybody out.
    if (made) await chmod(folder, 0o755);
    const { uid, mode } = await lstat(folder);
    // In /tmp anybody could have put a folder of this name, with a program of their own in it.
    return uid === 0 && (mode & 0o022) === 0 && (await isTraversable(join(folder, 'any')));
  } catch {
    return false;
  }
}

async function findUser(name: string): Promise<Account | null> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  if (uid.code !== 0 || gid.code !== 0) return null;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

async function makeUser(): Promise<Account | null> {
  // Another process may hold the password file, or be making the very same user.
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await run('groupadd', ['--system', OWN_USER]);
      const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
      await run('useradd', ['--system', '--gid', OWN_USER, ...home, OWN_USER]);
    } catch (error) {
      if (errorCode(error instanceof Error ? error.cause : error) === 'ENOENT') return null;
      throw error;
    }
    const made = await findUser(OWN_USER);
    if (made) return made;
    await sleep(200);
  }
  return null;
}

function selfAndAbove(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...selfAndAbove(above)];
}
