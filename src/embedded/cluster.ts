import { createHash, randomUUID } from 'node:crypto';
import { chmod, chown, lchown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sharedFolder, isTraversable, systemAccount } from './account.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { errorCode, isRoot, run, type Account } from './run.ts';

export const SUPERUSER = 'postgres';

const NOTE =
  'is where the database of this folder is: PostgreSQL runs as another user than root, who may not come here.';

/** Where a data folder's database is, and who runs it with what. */
export interface Cluster {
  folder: string;
  account: Account | null;
  binaries: Binaries;
}

interface OpenOptions {
  /** Asked for only when the cluster is made. */
  newPassword: () => Promise<string>;
  /** Whether initdb waits until its files are on the disk. */
  sync: boolean;
  log: (line: string) => void;
}

/** Finds the cluster of `dataDir`, or makes it. The caller holds the data folder's lock. */
export async function openCluster(dataDir: string, { newPassword, sync, log }: OpenOptions): Promise<Cluster> {
  const usual = join(dataDir, 'postgres');
  const note = join(dataDir, 'postgres-is-elsewhere.txt');
  const folder = await locate(usual, note);
  const isNew = !(await holdsCluster(folder));
  const account = isNew ? await accountForNew() : await ownerOf(folder);
  const cluster = { folder, account, binaries: await findBinaries(account, log) };
  if (isNew) {
    log(`making a PostgreSQL database in ${folder}`);
    await initialise(cluster, await newPassword(), sync);
  }
  if (folder !== usual) await writeFile(note, `${folder}\n${NOTE}\n`);
  return cluster;
}

/**
 * `usual`, unless we are root and the user that PostgreSQL runs as could not get there: then a folder of its own,
 * of which a note beside tells.
 */
async function locate(usual: string, note: string): Promise<string> {
  if (await holdsCluster(usual)) return usual;
  const noted = (await readFile(note, 'utf8').catch(() => '')).split('\n', 1)[0] ?? '';
  if (!isRoot()) {
    if (!noted) return usual;
    throw new Error(`root keeps this database in ${noted}. Start as root, or set DATA_DIR to another folder.`);
  }
  if (!noted && (await isTraversable(usual))) return usual;

  const dataDir = dirname(usual);
  const shared = await sharedFolder({ lasting: true });
  if (!shared) {
    throw new Error(
      `PostgreSQL does not run as root, and no other user can reach ${dataDir}. ` +
        `Set DATA_DIR to a folder that every user may go to, such as /srv/frontdesk, or set DATABASE_URL.`,
    );
  }
  // Derived, never read from the note: as root we must not touch whatever path somebody wrote there.
  const elsewhere = join(shared, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  if (!noted || (noted === elsewhere && (await holdsCluster(elsewhere)))) return elsewhere;
  throw new Error(
    `${note} says that the database is in ${noted}, but ${noted === elsewhere ? 'it is not there' : `${dataDir} was moved since`}. ` +
      `Put it into ${elsewhere} and delete the note; or only delete the note, to start empty.`,
  );
}

/** False: it may be made here. Throws when something else is in the way. */
async function holdsCluster(folder: string): Promise<boolean> {
  try {
    const names = await readdir(folder);
    if (names.includes('PG_VERSION')) return true;
    if (names.length === 0) return false;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    if (errorCode(error) === 'EACCES') throw belongsToSomebodyElse(folder);
    if (errorCode(error) !== 'ENOTDIR') throw error;
  }
  throw new Error(
    `${folder} holds something, but not a PostgreSQL database. Nothing in it was changed. ` +
      `Move it away, or set DATA_DIR to another folder, and start again.`,
  );
}

const accountForNew = async () => (isRoot() ? systemAccount() : null);

/** Who owns the files runs the server; PostgreSQL insists. */
async function ownerOf(folder: string): Promise<Account | null> {
  const { uid, gid, mode } = await stat(folder);
  if (process.platform === 'win32') return null;
  if (!isRoot() && uid !== process.getuid?.()) throw belongsToSomebodyElse(folder);

  // A copy or a backup put back by root. Only where nobody else could have linked other files into it.
  const isCopyOfRoot = uid === 0 && (mode & 0o022) === 0;
  const account = isCopyOfRoot ? await systemAccount() : { uid, gid };
  if (isCopyOfRoot) await giveTo(account, folder);
  if ((mode & 0o027) !== 0) await chmod(folder, 0o700);
  return isRoot() ? account : null;
}

async function giveTo({ uid, gid }: Account, folder: string) {
  const names = await readdir(folder, { recursive: true });
  for (const name of names) await lchown(join(folder, name), uid, gid);
  await chown(folder, uid, gid);
}

/** Made under another name first: a cluster under its own name is always a whole one. */
async function initialise({ folder, account, binaries }: Cluster, password: string, sync: boolean) {
  const parent = dirname(folder);
  const prefix = `${basename(folder)}.unfinished-`;
  const leftovers = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  // An initdb whose parent was killed may still be writing there; what cannot go now goes next time.
  for (const name of leftovers) {
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }

  const unfinished = join(parent, `${prefix}${randomUUID()}`);
  const passwordFile = `${unfinished}.password`;
  try {
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) {
      await chown(unfinished, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const options = [`--pgdata=${unfinished}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
    if (!sync) options.push('--no-sync');
    await initdb(binaries.initdb, options, account);
    // Windows renames onto nothing only.
    await rmdir(folder).catch(unlessMissing);
    await rename(unfinished, folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** While a new segment of the log is made, and written full of zeros, every commit waits: of the usual 16 MB too long. */
const WAL_SEGMENT_MB = 2;

async function initdb(program: string, options: string[], account: Account | null) {
  const common = [...options, '--encoding=UTF8', '--auth=scram-sha-256', `--wal-segsize=${WAL_SEGMENT_MB}`];
  let { code, output } = await run(program, [...common, '--locale=C.UTF-8'], account);
  if (code !== 0 && /invalid locale/i.test(output)) {
    // The system has no C.UTF-8 (macOS). PostgreSQL brings one, so that upper and lower case work beyond ASCII there too.
    const builtin = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    ({ code, output } = await run(program, [...common, ...builtin], account));
  }
  if (code === 0) return;
  throw new Error(`PostgreSQL could not make its database:\n${lastLines(output)}\n${initdbAdvice(output)}`);
}

function initdbAdvice(output: string) {
  if (/shared libraries|image not found/.test(output)) {
    return 'Its libraries are incomplete: run "npm rebuild" with install scripts allowed, then start again.';
  }
  if (/could not look up effective user/.test(output)) {
    return 'Our user id has no name on this system: start as a user that /etc/passwd lists, or set DATABASE_URL.';
  }
  if (/No space left/.test(output)) return 'Make room on the disk and start again.';
  return 'Set DATA_DIR to another folder, or DATABASE_URL to use another PostgreSQL.';
}

export const lastLines = (text: string, count = 12) => text.trim().split('\n').slice(-count).join('\n');

const belongsToSomebodyElse = (folder: string) =>
  new Error(`${folder} belongs to another user. Start as that user or as root, or set DATA_DIR to another folder.`);

function unlessMissing(error: unknown) {
  if (errorCode(error) !== 'ENOENT') throw error;
}
