import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { errorCode } from './run.ts';

/** The superuser's password as it was kept in `path`; throws when it is lost. */
export async function keptPassword(path: string): Promise<string> {
  const kept = await read(path);
  if (kept) return kept;
  throw new Error(
    `${path} is missing, and without it nobody can log in to the database beside it. Put the file back, ` +
      `or set DATA_DIR to another folder to start empty.`,
  );
}

/** The kept password, or a new random one, which is then kept for its owner's eyes only. */
export async function ensurePassword(path: string): Promise<string> {
  const kept = await read(path);
  if (kept) return kept;
  const password = randomBytes(24).toString('base64url');
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  return password;
}

async function read(path: string) {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
