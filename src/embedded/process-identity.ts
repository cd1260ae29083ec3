import { readFile } from 'node:fs/promises';
import { errorCode, run } from './run.ts';

/**
 * Names a running process for good, unlike its pid, which the next boot or container gives to somebody else:
 * pid, start time and boot where the system tells them. Null when there is no such process.
 */
export async function identityOf(pid: number): Promise<string | null> {
  if (!hasProcess(pid)) return null;
  if (process.platform === 'linux') return linuxIdentity(pid);
  if (process.platform === 'win32') return String(pid);
  const { code, output } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
  return code === 0 ? `${pid} ${output}` : null;
}

/** Whether the process that `identityOf` named is still the one running under that pid. */
export async function isAlive(identity: string): Promise<boolean> {
  const pid = identity.split(' ', 1)[0] ?? '';
  if (!/^\d+$/.test(pid)) return false;
  const current = await identityOf(Number(pid));
  // A pid alone: it runs, and the system does not let us see more.
  return current === identity || current === pid;
}

async function linuxIdentity(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (!stat) return hasProcess(pid) ? String(pid) : null;
  // The name, in brackets, may hold spaces and brackets itself: count from its end.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${pid} ${fields[18]} ${boot.trim()}`.trim();
}

function hasProcess(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
