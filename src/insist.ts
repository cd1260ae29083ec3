import { setTimeout as sleep } from 'node:timers/promises';

interface Patience {
  /** Whether what went wrong will pass by itself. */
  passes: (error: unknown) => boolean;
  forMs: number;
}

const PAUSE_MS = 200;

/** Tries again until it succeeds, or fails for good, or has been tried for so long: for what cannot be had a second time. */
export async function insist<T>(work: () => Promise<T>, { passes, forMs }: Patience): Promise<T> {
  const giveUpAt = performance.now() + forMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!passes(error) || performance.now() > giveUpAt) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
