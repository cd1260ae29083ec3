/** Runs sliced work to its end at once; `pauses` is how often it would have let others run. */
export function runOut<Result>(work: Generator<undefined, Result>): { result: Result; pauses: number } {
  for (let pauses = 0; ; pauses++) {
    const { done, value } = work.next();
    if (done) return { result: value, pauses };
  }
}
