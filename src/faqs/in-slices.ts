import { setImmediate as othersFirst } from 'node:timers/promises';

/** Pieces of work, each some microseconds, that may be done at a stretch. */
const PIECES = 1_000;

/** Counts pieces of work; says when so many were done that others should be let run. */
export function createPauses(): (pieces: number) => boolean {
  let done = 0;
  return (pieces) => {
    done += pieces;
    if (done < PIECES) return false;
    done = 0;
    return true;
  };
}

/** Runs work to its end, letting everything else in this process go first whenever it yields. */
export async function inSlices<Result>(work: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await othersFirst();
  }
}
