interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns calls that wait at the same moment into one call of `run`: while `inFlight` runs are on their way, new
 * items gather, at most `most` for a run. An idle system pays nothing, a busy one shares each round trip.
 *
 * `run` gives one result per item, in their order, an Error where that item alone failed; when it throws, every item
 * of that run fails with its error.
 */
export function createBatcher<Item, Result>(
  run: (items: Item[]) => Promise<(Result | Error)[]>,
  { most, inFlight }: { most: number; inFlight: number },
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let newest = 0;
  let scheduled = false;
  // A run beside another one must be worth its round trip: small ones would only make each item dearer.
  const mayStart = () => waiting.length > 0 && (running === 0 || (running < inFlight && waiting.length >= newest));

  async function start(): Promise<void> {
    const batch = waiting.splice(0, most);
    running += 1;
    newest = batch.length;
    const end = await run(batch.map((entry) => entry.item)).then(
      (results) => () => settle(batch, results),
      (error: unknown) => () => batch.forEach((entry) => entry.reject(error)),
    );
    running -= 1;
    // The next run leaves before anybody goes on with what this one brought.
    if (mayStart()) void start();
    end();
    schedule();
  }

  function schedule(): void {
    if (scheduled || !mayStart()) return;
    scheduled = true;
    // After the I/O events of this moment, so that requests which arrived together leave together.
    setImmediate(() => {
      scheduled = false;
      if (mayStart()) void start();
      schedule();
    });
  }

  function settle(batch: Waiting<Item, Result>[], results: (Result | Error)[]): void {
    for (const [index, entry] of batch.entries()) {
      const result = results[index];
      if (result === undefined) entry.reject(new Error('a batch answered with too few results'));
      else if (result instanceof Error) entry.reject(result);
      else entry.resolve(result);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
