import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

export const sizes = [200, 2_000, 20_000] as const;

const Speed = z.object({
  /** Of this machine's CPU, not of the clock: other work beside it hardly counts. */
  matchesPerCpuSecond: z.number(),
  buildCpuSeconds: z.number(),
  /** Null where it is held by another process. */
  heapMb: z.number().nullable(),
});
export type Speed = z.infer<typeof Speed>;

/** Longer than this a contender does not take at any size that is of use. */
const LIMIT_MS = 120_000;
const script = join(import.meta.dirname, 'speed-process.ts');

/** Speed with so many FAQs, or null for a contender that was stopped after two minutes. */
export async function measureSpeed(name: string, faqs: number, dataFile: string): Promise<Speed | null> {
  // Killed, because a contender in the middle of a search hears nothing else.
  const limits = { timeout: LIMIT_MS, killSignal: 'SIGKILL' as const };
  const child = promisify(execFile)(process.execPath, ['--expose-gc', script, name, String(faqs), dataFile], limits);
  try {
    return Speed.parse(JSON.parse((await child).stdout));
  } catch (error) {
    if (Stopped.safeParse(error).success) return null;
    throw error;
  }
}

const Stopped = z.object({ killed: z.literal(true), signal: z.literal('SIGKILL') });
