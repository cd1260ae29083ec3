import { Places } from './places.ts';

export interface UnderWay {
  /** Keeps count of `work`, which must not reject; gives a promise of its end. */
  add(work: Promise<void>): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

/** What goes on without its caller, so that whoever stops can wait for it all the same. */
export function createUnderWay(): UnderWay {
  const running = new Places<Promise<void>>();
  return {
    add(work) {
      const place = running.take(work);
      return work.finally(() => running.leave(place));
    },
    async settled() {
      for (let all = [...running]; all.length > 0; all = [...running]) await Promise.all(all);
    },
  };
}

const PATIENCE_MS = 2_000;

/** As `work` ends, or after two seconds: what somebody else holds up goes on without the caller. */
export async function withPatience(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  try {
    await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
