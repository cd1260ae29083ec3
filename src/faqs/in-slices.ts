import { setImmediate as othersFirst } from 'node:timers/promises';

/** Runs work to its end, letting everything else in this process go first whenever it yields. */
export async function inSlices<Result>(work: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await othersFirst();
  }
}
