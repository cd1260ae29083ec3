import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { dirname } from 'node:path';

/** The system user that PostgreSQL runs as; `null` everywhere means "as ourselves". */
export interface Account {
  uid: number;
  gid: number;
}

export const errorCode = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

export const isRoot = () => process.getuid?.() === 0;

/** Runs a program to its end. Rejects only when it could not be started at all. */
export function run(file: string, args: string[], account: Account | null = null) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawnProgram(file, args, account, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => reject(cannotRun(file, error)));
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}

/** Spawns as `account`, with nothing of our own environment. The caller listens for `error`, see `cannotRun`. */
export function spawnProgram(file: string, args: string[], account: Account | null, more: SpawnOptions): ChildProcess {
  // Ours may be a folder that the account cannot enter.
  const cwd = process.platform === 'win32' ? dirname(file) : '/';
  try {
    return spawn(file, args, { ...account, ...more, env: bareEnvironment(), cwd, windowsHide: true });
  } catch (error) {
    // Node reports some failures as an event and throws others, such as not being allowed to change the user.
    throw error instanceof Error ? cannotRun(file, error) : error;
  }
}

/** The same failure, with what usually causes it. */
export function cannotRun(file: string, error: Error) {
  const hints: Record<string, string> = {
    ENOENT: 'It is missing, or made for another C library (Alpine has musl: use a Debian based image)',
    EACCES: 'It may not be executed: is its file system mounted noexec?',
    EPERM: 'We are root but may not change the user: start as an ordinary user instead',
  };
  const hint = hints[String(errorCode(error))] ?? 'Run "npm ci" again';
  return new Error(`cannot run ${file} (${error.message}). ${hint}, or set DATABASE_URL to use another PostgreSQL.`, {
    cause: error,
  });
}

/** PG* variables would change what the programs do, and our secrets are none of their business. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'SystemDrive'];
  const env = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  // Messages in English, and macOS refuses to start a postmaster without a locale.
  return { ...Object.fromEntries(env), LC_ALL: 'C' };
}
