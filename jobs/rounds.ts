import type { Deps } from '../src/deps.ts';
import { messageOf } from '../src/errors.ts';

interface Rounds {
  pauseMs: number;
  /** Name of the log line when a round fails; the next one comes all the same. */
  failed: string;
  look: (isStopped: () => boolean) => Promise<void>;
}

/** Looks again and again, with a pause after each round. To stop is to wait for the round that runs. */
export function startRounds({ log }: Pick<Deps, 'log'>, { pauseMs, failed, look }: Rounds): { stop(): Promise<void> } {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    try {
      await look(() => isStopped);
    } catch (error) {
      log.warn({ error: messageOf(error) }, failed);
    }
    schedule();
  }

  function schedule(): void {
    if (isStopped) return;
    // Workers that started together drift apart.
    timer = setTimeout(
      () => {
        current = round();
      },
      pauseMs * (0.75 + Math.random() / 2),
    );
  }

  schedule();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
