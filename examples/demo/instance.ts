import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

/** A Frontdesk that takes webhooks, and its command line. */
export interface Instance {
  url: string;
  /** Runs `npm run frontdesk -- <args>` on it and gives what it printed. */
  command: (...args: string[]) => Promise<string>;
}

/** What the shell says about another installation does not concern the one that is started here. */
const unset = Object.fromEntries(
  ['DATABASE_URL', 'DATABASE_APP_URL', 'REDIS_URL', 'FRONTDESK_KEY', 'PUBLIC_URL', 'ROLE', 'HOST', 'DEMO'].map(
    (name) => [name, ''],
  ),
);

/** Starts Frontdesk on a free port with an empty data folder. `undo` gets what stops it and removes the folder. */
export async function startInstance(platformUrl: string, undo: (() => Promise<void>)[]): Promise<Instance> {
  const dataDir = await mkdtemp(join(tmpdir(), 'frontdesk-demo-'));
  // As root, PostgreSQL runs as another user, who must be able to pass through.
  await chmod(dataDir, 0o755);
  const env = {
    ...process.env,
    ...unset,
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    OUTBOUND_ALLOW: '127.0.0.0/8',
    TELEGRAM_API_BASE: platformUrl,
    WHATSAPP_API_BASE: platformUrl,
  };
  // A group of its own, so that Ctrl-C reaches it through us, once the story has stopped.
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: root, env, detached: true });
  undo.push(async () => {
    await endOf(child);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  });
  const url = await addressOf(child);
  return { url, command: commandWith({ ...env, PUBLIC_URL: url }) };
}

/** A Frontdesk that runs already; the shell's environment must be the one that it was started with. */
export const runningInstance = (url: string): Instance => ({
  url,
  command: commandWith({ ...process.env, PUBLIC_URL: url }),
});

const run = promisify(execFile);

function commandWith(env: NodeJS.ProcessEnv) {
  return async (...args: string[]): Promise<string> => {
    const options = { cwd: root, env, timeout: START_LIMIT_MS };
    const { stdout } = await run(process.execPath, ['src/cli.ts', ...args], options).catch((error: unknown) => {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
      throw new Error(`"frontdesk ${args[0]}" did not work: ${said.slice(0, 500)}`);
    });
    return stdout;
  };
}

/** Where it listens, once it says so. */
function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = '';
  const fail = (what: string) => reject(new Error(`Frontdesk ${what}:\n${output.trim()}`));
  const timer = setTimeout(() => fail(`did not start within ${START_LIMIT_MS / 1000} seconds`), START_LIMIT_MS);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-4_000);
      const url = /running on (http:\S+)/.exec(output)?.[1];
      if (url) resolve(url);
    });
  }
  child.once('error', reject);
  child.once('exit', (code) => fail(`ended with code ${code}`));
  return promise.finally(() => clearTimeout(timer));
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
