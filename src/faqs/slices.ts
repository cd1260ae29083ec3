import { setImmediate as othersFirst } from 'node:timers/promises';

/** How long the event loop is kept before others have their turn; the collector may add as much again. */
const LONGEST_STRETCH_MS = 5;

/** The end of the last stretch in this process: all long work shares one turn, however many ask for some. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs work that stops now and then (at each `yield`) to its end, and lets everybody else have a turn after each stretch of
 * some milliseconds. Several pieces of work take turns, so that they do not add up. Throws what the work throws.
 */
export async function runInSlices<T>(work: Generator<undefined, T, undefined>): Promise<T> {
  for (;;) {
    const turn = before.then(() => stretch(work));
    const rest = () => othersFirst();
    before = turn.then(rest, rest);
    const { done, value } = await turn;
    if (done) return value;
  }
}

function stretch<T>(work: Generator<undefined, T, undefined>): IteratorResult<undefined, T> {
  const until = performance.now() + LONGEST_STRETCH_MS;
  for (;;) {
    const step = work.next();
    if (step.done || performance.now() >= until) return step;
  }
}
