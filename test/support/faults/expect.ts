import { expect } from 'vitest';
import type { Drill } from './drill.ts';

/** No promise is broken, and there was enough that could have broken one. */
export function expectWhole(
  { broken, summary, accepted, kills }: Drill,
  { victims, messages }: { victims: string[]; messages: number },
): void {
  process.stdout.write(`\n  ${summary}\n`);
  const shown = broken.slice(0, 20).join('\n');
  expect(broken.length, `${broken.length} broken promises:\n${shown}\n${summary}`).toBe(0);
  expect(accepted).toBeGreaterThanOrEqual(messages);
  for (const victim of victims) {
    expect(kills.filter((kill) => kill.victim === victim).length, `kills of ${victim}`).toBeGreaterThanOrEqual(3);
  }
}
