interface Limits {
  most: number;
  /** How long items wait for a run that is on its way before one more leaves beside it. Left out, they wait for its end. */
  asideMs?: number;
  patience?: Patience;
}

/** For whom waiting has no use after a while. */
export interface Patience {
  /** An item that has no result after so long fails; its run may still come to an end. */
  ms: number;
  /** Items that may wait for a run; one more fails at once. */
  calls: number;
  /** What it fails with. */
  tooLate: () => Error;
}

interface Waiting<Item, Result> {
  item: Item;
  since: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns calls that wait at the same moment into one call of `run`: while a run is on its way, new items gather, at most
 * `most` for the next. An idle system pays nothing, a busy one shares each round trip.
 *
 * `run` gives one result per item, in their order, an Error where that item alone failed; when it throws, every item
 * of that run fails with its error.
 */
export function createBatcher<Item, Result>(
  run: (items: Item[]) => Promise<(Result | Error)[]>,
  { most, asideMs = Infinity, patience }: Limits,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let began = 0;
  let scheduled = false;
  let aside: NodeJS.Timeout | undefined;
  const runs = new Set<Waiting<Item, Result>[]>();
  let watch: NodeJS.Timeout | undefined;
  const isHeldUp = () => running === 1 && performance.now() - began >= asideMs;
  const mayStart = () => waiting.length > 0 && (running === 0 || isHeldUp());

  async function start(): Promise<void> {
    const batch = waiting.splice(0, most);
    running += 1;
    runs.add(batch);
    began = performance.now();
    const end = await run(batch.map((entry) => entry.item)).then(
      (results) => () => settle(batch, results),
      (error: unknown) => () => batch.forEach((entry) => entry.reject(error)),
    );
    running -= 1;
    runs.delete(batch);
    // The next run leaves before anybody goes on with what this one brought.
    if (mayStart()) void start();
    end();
    schedule();
  }

  function schedule(): void {
    if (scheduled) return;
    if (!mayStart()) return waitAside();
    scheduled = true;
    // After the I/O events of this moment, so that requests which arrived together leave together.
    setImmediate(() => {
      scheduled = false;
      if (mayStart()) void start();
      schedule();
    });
  }

  /** One timer for all runs: it looks whether those who wait now are held up by the one that is on its way. */
  function waitAside(): void {
    if (aside || asideMs === Infinity || running !== 1 || waiting.length === 0) return;
    aside = setTimeout(
      () => {
        aside = undefined;
        schedule();
      },
      Math.max(began + asideMs - performance.now(), 0),
    ).unref();
  }

  function settle(batch: Waiting<Item, Result>[], results: (Result | Error)[]): void {
    for (const [index, entry] of batch.entries()) {
      const result = results[index];
      if (result === undefined) entry.reject(new Error('a batch answered with too few results'));
      else if (result instanceof Error) entry.reject(result);
      else entry.resolve(result);
    }
  }

  /** One timer for all: it looks for the oldest, and in a busy system finds it long gone. */
  function watchOver({ ms, tooLate }: Omit<Patience, 'calls'>): void {
    const now = performance.now();
    const isLate = ({ since }: Waiting<Item, Result>) => now - since >= ms;
    for (const batch of runs) {
      if (!batch.some(isLate)) continue;
      runs.delete(batch);
      for (const entry of batch) entry.reject(tooLate());
    }
    const young = waiting.findIndex((entry) => !isLate(entry));
    for (const entry of waiting.splice(0, young < 0 ? waiting.length : young)) entry.reject(tooLate());
    const oldest = Math.min(...[...runs, waiting].flatMap(([first]) => first?.since ?? []));
    watch = undefined;
    if (oldest < Infinity) watch = setTimeout(watchOver, oldest + ms - now, { ms, tooLate }).unref();
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (patience) {
        if (waiting.length >= patience.calls) return reject(patience.tooLate());
        watch ??= setTimeout(watchOver, patience.ms, patience).unref();
      }
      waiting.push({ item, since: patience ? performance.now() : 0, resolve, reject });
      schedule();
    });
}
