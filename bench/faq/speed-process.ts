import { contender } from './contenders/registry.ts';
import type { Guess } from './contenders/contender.ts';
import { loadDataSet } from './data.ts';
import { speedSet } from './speed-set.ts';

/**
 * Measures one contender at one size and prints one line of JSON: `node --expose-gc speed-process.ts ours 2000 dev.json`.
 * A process of its own, so that neither another contender's garbage nor the compiler's memory of it counts.
 */
const WARM_MS = 1_500;
const WARM_MATCHES = 500;
const MEASURED_MS = 3_000;
const MOST_MATCHES = 200_000;

const [name = '', count = '', file = ''] = process.argv.slice(2);
const measured = contender(name);
const { faqs, messages } = speedSet(loadDataSet(file), Number(count));
const language = 'en';
try {
  // What is compiled and loaded once is not the build of this business.
  const small = await measured.createMatcher({ language, faqs: faqs.slice(0, 20) });
  for (const message of messages.slice(0, 50)) await small.match(message);
  await small.close?.();

  const heapBefore = heap();
  const cpuBeforeBuild = await cpuSeconds();
  const matcher = await measured.createMatcher({ language, faqs });
  const buildCpuSeconds = (await cpuSeconds()) - cpuBeforeBuild;
  const heapMb = (heap() - heapBefore) / 1024 ** 2;

  await ask(WARM_MATCHES, WARM_MS);
  const cpuBefore = await cpuSeconds();
  const matches = await ask(MOST_MATCHES, MEASURED_MS);
  const matchesPerCpuSecond = matches / ((await cpuSeconds()) - cpuBefore);
  console.log(JSON.stringify({ matchesPerCpuSecond, buildCpuSeconds, heapMb: measured.isForeign ? null : heapMb }));
  await matcher.close?.();

  /** One message after the other until either is used up; gives how many were asked. */
  async function ask(most: number, milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds;
    let asked = 0;
    while (asked < most && performance.now() < end) {
      const answer: Guess | Promise<Guess> = matcher.match(messages[asked % messages.length] ?? '');
      if (answer instanceof Promise) await answer;
      asked += 1;
    }
    return asked;
  }
} finally {
  await measured.stop?.();
}

async function cpuSeconds(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + ((await measured.foreignCpuSeconds?.()) ?? 0);
}

/** Heap and what it holds outside of it, in bytes, without garbage. */
function heap(): number {
  if (!globalThis.gc) throw new Error('start this with node --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
