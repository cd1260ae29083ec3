import { afterEach, describe, expect, it } from 'vitest';
import { runDrill, type Drill } from '../support/fault-drill.ts';

const undos: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});

describe('under load, with something killed every two seconds', () => {
  it('keeps every accepted message, answers it once and in order, with the queue on PostgreSQL', async () => {
    expectWhole(await runDrill('postgres', 2026, (undo) => undos.push(undo)), ['postgres', 'web', 'worker']);
  }, 400_000);

  it('keeps every accepted message, answers it once and in order, with the queue on Redis', async () => {
    expectWhole(await runDrill('redis', 1123, (undo) => undos.push(undo)), ['postgres', 'redis', 'web', 'worker']);
  }, 400_000);
});

function expectWhole({ broken, summary, accepted, kills }: Drill, victims: string[]): void {
  process.stdout.write(`\n  ${summary}\n`);
  const shown = broken.slice(0, 20).join('\n');
  expect(broken.length, `${broken.length} broken promises:\n${shown}\n${summary}`).toBe(0);
  expect(accepted).toBeGreaterThanOrEqual(2_000);
  for (const victim of victims) {
    expect(kills.filter((kill) => kill.victim === victim).length, `kills of ${victim}`).toBeGreaterThanOrEqual(3);
  }
}
